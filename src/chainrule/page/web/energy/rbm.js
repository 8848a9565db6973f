// A restricted Boltzmann machine of binary units: E(v, h) = −b·v − h·c − h W v.
// θ = [W (hidden × visible) | b | c], in float64, as Python's `RBM(dtype="float64")` has it.
import { INIT, normal, pathHash, permutation, SAMPLE, uniform } from "./random.js";

/** @typedef {{ visible: number, hidden: number }} Units */
/** @typedef {{ W: Float64Array, b: Float64Array, c: Float64Array }} Weights views into θ */
/** @typedef {Float64Array} Rows rows one after another */

const PATH = pathHash("rbm");
const SPREAD = 0.01; // standard deviation of the starting weights

/** σ(z), without overflow @param {number} z */
export const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

/** log(1 + eᶻ), without overflow @param {number} z */
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** @param {Float64Array} theta @param {Units} units @returns {Weights} */
export function split(theta, { visible, hidden }) {
  const area = hidden * visible;
  return {
    W: theta.subarray(0, area),
    b: theta.subarray(area, area + visible),
    c: theta.subarray(area + visible, area + visible + hidden),
  };
}

/** The starting θ of a seed: W normal around 0, biases 0. @param {Units} units @param {number} seed */
export function starting(units, seed) {
  const { visible, hidden } = units;
  const theta = new Float64Array(hidden * visible + visible + hidden);
  theta.set(normal([seed, 0], INIT, pathHash("rbm/W"), 0, hidden, visible).map((z) => SPREAD * z));
  return theta;
}

/** c + W v of each row @param {Weights} w @param {Rows} v @param {number} n */
export function hiddenField({ W, c }, v, n) {
  const [H, V] = [c.length, v.length / n];
  const z = new Float64Array(n * H);
  for (let r = 0; r < n; r++)
    for (let j = 0; j < H; j++) {
      let sum = 0;
      for (let i = 0, w = j * V, x = r * V; i < V; i++) sum += v[x + i] * W[w + i];
      z[r * H + j] = c[j] + sum;
    }
  return z;
}

/** b + h W of each row @param {Weights} w @param {Rows} h @param {number} n */
export function visibleField({ W, b, c }, h, n) {
  const [H, V] = [c.length, b.length];
  const z = new Float64Array(n * V);
  for (let r = 0; r < n; r++) {
    const row = z.subarray(r * V, (r + 1) * V);
    for (let j = 0; j < H; j++) {
      const value = h[r * H + j];
      if (value !== 0) for (let i = 0, w = j * V; i < V; i++) row[i] += value * W[w + i];
    }
    for (let i = 0; i < V; i++) row[i] += b[i];
  }
  return z;
}

/** E[h | v] = σ(c + W v) @param {Weights} w @param {Rows} v @param {number} n */
export const hiddenMean = (w, v, n) => hiddenField(w, v, n).map(sigmoid);

/** E[v | h] = σ(b + h W) @param {Weights} w @param {Rows} h @param {number} n */
export const visibleMean = (w, h, n) => visibleField(w, h, n).map(sigmoid);

/** The uniform numbers of one step in the order of their use; each is used once. */
export class Draws {
  /** @param {number} seed @param {number} step */
  constructor(seed, step) {
    /** @type {[number, number]} */
    this.key = [seed, step];
    this.row = 0;
    /** The numbers that were taken last. @type {Float64Array} */
    this.last = new Float64Array();
  }

  /** @param {number} rows @param {number} columns */
  take(rows, columns) {
    const u = uniform(this.key, SAMPLE, PATH, this.row, rows, columns);
    this.row += rows;
    this.last = u;
    return u;
  }
}

/** 1 with probability p, else 0 @param {Rows} p @param {number} n @param {Draws} draws */
export function sample(p, n, draws) {
  const u = draws.take(n, p.length / n);
  return p.map((value, k) => (u[k] < value ? 1 : 0));
}

/**
 * The two phases of one estimate, with all that lies between them.
 *
 * @typedef {object} Phases
 * @property {Rows} v the rows
 * @property {Rows} ph E[h | v]
 * @property {Rows} h the hidden sample from which the negative phase begins
 * @property {Rows} pv E[v | h] of the last round
 * @property {Rows} v2 its sample
 * @property {Rows} ph2 E[h | v2]
 * @property {Float64Array | null} uh the uniform numbers that decided h; null: h is that of a chain
 * @property {Float64Array} uv those that decided v2
 * @property {number} n rows
 */

/**
 * @param {Weights} w @param {Rows} v @param {number} n @param {Draws} draws
 * @param {{ k: number, chains: Rows | null }} sampler `chains` are the hidden states of PCD; null: CD
 * @returns {{ phases: Phases, chains: Rows | null }}
 */
function phasesOf(w, v, n, draws, { k, chains }) {
  const ph = hiddenMean(w, v, n);
  const m = chains ? chains.length / w.c.length : n;
  let h = chains ?? sample(ph, n, draws);
  let uh = chains ? null : draws.last;
  let uv = draws.last;
  let pv = v;
  let v2 = v;
  let ph2 = ph;
  for (let round = 0; round < k; round++) {
    if (round) {
      h = sample(ph2, m, draws);
      uh = draws.last;
    }
    pv = visibleMean(w, h, m);
    v2 = sample(pv, m, draws);
    uv = draws.last;
    ph2 = hiddenMean(w, v2, m);
  }
  return {
    phases: { v, ph, h, pv, v2, ph2, uh, uv, n },
    chains: chains && sample(ph2, m, draws),
  };
}

/**
 * g = ⟨∂E/∂θ⟩ over the rows − ⟨∂E/∂θ⟩ over the samples: dW = ⟨h v⟩⁻ − ⟨h v⟩⁺, db = ⟨v⟩⁻ − ⟨v⟩⁺,
 * dc = ⟨h⟩⁻ − ⟨h⟩⁺.
 *
 * @param {Units} units @param {Phases} phases
 */
export function gradient({ visible: V, hidden: H }, { v, ph, v2, ph2, n }) {
  const g = new Float64Array(H * V + V + H);
  const { W, b, c } = split(g, { visible: V, hidden: H });
  const add = (/** @type {Rows} */ x, /** @type {Rows} */ y, /** @type {number} */ weight) => {
    for (let r = 0, rows = x.length / V; r < rows; r++) {
      for (let j = 0; j < H; j++) {
        const s = weight * y[r * H + j];
        c[j] += s;
        for (let i = 0, at = j * V, from = r * V; i < V; i++) W[at + i] += s * x[from + i];
      }
      for (let i = 0; i < V; i++) b[i] += weight * x[r * V + i];
    }
  };
  add(v2, ph2, 1 / (v2.length / V));
  add(v, ph, -1 / n);
  return g;
}

/** Σ |v − E[v | E[h | v]]|² / n @param {Weights} w @param {Rows} v @param {number} n @param {Rows} ph */
function reconstructionError(w, v, n, ph) {
  const mean = visibleMean(w, ph, n);
  return v.reduce((sum, x, k) => sum + (x - mean[k]) ** 2, 0) / n;
}

/** F(v) = −b·v − Σ softplus(c + W v) of each row @param {Weights} w @param {Rows} v @param {number} n */
export function freeEnergy(w, v, n) {
  const z = hiddenField(w, v, n);
  const [H, V] = [w.c.length, w.b.length];
  return Float64Array.from({ length: n }, (_, r) => {
    let F = 0;
    for (let i = 0; i < V; i++) F -= w.b[i] * v[r * V + i];
    for (let j = 0; j < H; j++) F -= softplus(z[r * H + j]);
    return F;
  });
}

/** Mean over rows of Σᵢ log p(vᵢ | all others) @param {Weights} w @param {Rows} v @param {number} n */
export function pseudoLikelihood(w, v, n) {
  const z = hiddenField(w, v, n);
  const [H, V] = [w.c.length, w.b.length];
  let total = 0;
  for (let r = 0; r < n; r++) {
    let F = 0;
    for (let j = 0; j < H; j++) F += softplus(z[r * H + j]);
    for (let i = 0; i < V; i++) {
      const change = 1 - 2 * v[r * V + i];
      let flipped = change * w.b[i] - F;
      for (let j = 0; j < H; j++) flipped += softplus(z[r * H + j] + change * w.W[j * V + i]);
      total -= softplus(flipped);
    }
  }
  return total / n;
}

/**
 * A machine that trains on rows, batch by batch, as `cr.RBM(...).fit` does with SGD.
 *
 * @typedef {object} Training
 * @property {Units} units
 * @property {Float64Array} theta
 * @property {Weights} w
 * @property {Rows} data
 * @property {number} n
 * @property {number} seed
 * @property {{ sampler: "CD" | "PCD", k: number, batch: number, lr: number }} settings
 * @property {Rows | null} chains
 * @property {number} step
 * @property {number} epoch
 * @property {number} at the place in the epoch's order
 * @property {Int32Array} order
 */

/**
 * @param {Units} units @param {Rows} data @param {Training["settings"]} settings @param {number} seed
 * @returns {Training}
 */
export function training(units, data, settings, seed) {
  const theta = starting(units, seed);
  const n = data.length / units.visible;
  const batch = Math.min(settings.batch, n);
  return {
    units,
    theta,
    w: split(theta, units),
    data,
    n,
    seed,
    settings: { ...settings, batch },
    chains: settings.sampler === "PCD" ? new Float64Array(batch * units.hidden) : null,
    step: 0,
    epoch: 0,
    at: 0,
    order: permutation([seed, 0], n),
  };
}

/** The rows of the next step. @param {Training} t */
function nextBatch({ data, units: { visible: V }, order, at, settings: { batch } }) {
  const rows = order.subarray(at, at + batch);
  const v = new Float64Array(rows.length * V);
  rows.forEach((row, k) => v.set(data.subarray(row * V, (row + 1) * V), k * V));
  return { rows, v, n: rows.length };
}

/**
 * What the next step will do, without doing it.
 *
 * @param {Training} t
 */
export function look(t) {
  const { v, n, rows } = nextBatch(t);
  const { k } = t.settings;
  const draws = new Draws(t.seed, t.step);
  const { phases, chains } = phasesOf(t.w, v, n, draws, { k, chains: t.chains });
  return { phases, chains, rows, g: gradient(t.units, phases) };
}

/**
 * One step: θ ← θ − lr g.
 *
 * @param {Training} t
 * @returns {number} the reconstruction error of the batch before the step
 */
export function advance(t) {
  const { phases, chains, g } = look(t);
  const error = reconstructionError(t.w, phases.v, phases.n, phases.ph);
  for (let k = 0; k < g.length; k++) t.theta[k] -= t.settings.lr * g[k];
  t.chains = chains;
  t.step += 1;
  t.at += t.settings.batch;
  if (t.at >= t.n) {
    t.epoch += 1;
    t.at = 0;
    t.order = permutation([t.seed, t.epoch], t.n);
  }
  return error;
}

/**
 * Chains of Gibbs sampling v → h → v, as `RBM.generate` and `RBM.inpaint` run them.
 *
 * @typedef {object} Dream
 * @property {Rows} v the samples
 * @property {Rows} mean E[v | h] of the last round
 * @property {Rows} h
 * @property {number} round
 */

/**
 * @param {Weights} w @param {number} n @param {number} seed
 * @param {Rows | null} start n rows; null: visible units follow their biases
 * @param {{ values: ArrayLike<number>, known: ArrayLike<number> } | null} [clamped] one row for all chains
 * @returns {Dream}
 */
export function beginDream(w, n, seed, start, clamped = null) {
  const V = w.b.length;
  const p = Float64Array.from({ length: n * V }, (_, k) => sigmoid(w.b[k % V]));
  const v = start ? start.slice() : sample(p, n, new Draws(seed, 0));
  if (clamped)
    for (let k = 0; k < v.length; k++) if (clamped.known[k % V]) v[k] = clamped.values[k % V];
  return { v, mean: v, h: new Float64Array(n * w.c.length), round: 0 };
}

/**
 * One round. At a temperature T other than 1 every field is divided by it.
 *
 * @param {Weights} w @param {Dream} dream @param {number} n @param {number} seed
 * @param {{ known: ArrayLike<number> } | null} [clamped]
 * @param {number} [T]
 * @returns {Dream}
 */
export function dreamOn(w, dream, n, seed, clamped = null, T = 1) {
  const V = w.b.length;
  const round = dream.round + 1;
  const draws = new Draws(seed, round);
  const h = sample(
    hiddenField(w, dream.v, n).map((z) => sigmoid(z / T)),
    n,
    draws,
  );
  const mean = visibleField(w, h, n).map((z) => sigmoid(z / T));
  const v = sample(mean, n, draws);
  if (clamped)
    for (let k = 0; k < v.length; k++) if (clamped.known[k % V]) v[k] = mean[k] = dream.v[k];
  return { v, mean, h, round };
}
