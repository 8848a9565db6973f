// Learning rules of the classical network: from patterns of ±1 to weights with a zero diagonal.
import { Refusal } from "../app/refusal.js";
import { pathHash, SAMPLE, uniform } from "./random.js";
import { settle } from "./recall.js";

/** @typedef {ArrayLike<number>[]} Patterns rows of ±1 */
/**
 * @typedef {object} Rule
 * @property {string} python the class in `cr.energy.rules`
 * @property {string} word the word that `cr.Hopfield(rule=...)` takes
 * @property {boolean} whole N·W are whole numbers, so that sums of them are exact
 * @property {boolean} energy W is symmetric, so there is an energy
 * @property {string} equation
 * @property {(patterns: Patterns) => Generator<undefined, Float64Array>} learn it stops now and then, so
 *   that a page can draw between
 */

/** @param {Float64Array} W @param {number} N */
function withoutDiagonal(W, N) {
  for (let i = 0; i < N; i++) W[i * N + i] = 0;
  return W;
}

/** W = (1/N) Σ ξ ξᵀ @param {Patterns} patterns */
function* hebb(patterns) {
  const N = patterns[0].length;
  const W = new Float64Array(N * N);
  for (const x of patterns) {
    for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) W[i * N + j] += x[i] * x[j];
    yield;
  }
  return withoutDiagonal(W, N).map((w) => w / N);
}

/** w_ij += (1/N) (x_i x_j − x_i h_ji − h_ij x_j), h_ij = Σ w_ik x_k over k ≠ i, j
 * @param {Patterns} patterns */
function* storkey(patterns) {
  const N = patterns[0].length;
  /** @type {Float64Array} */
  let W = new Float64Array(N * N);
  const h = new Float64Array(N);
  for (const x of patterns) {
    const next = W.slice();
    for (let i = 0; i < N; i++) {
      h[i] = 0;
      for (let k = 0; k < N; k++) h[i] += W[i * N + k] * x[k];
    }
    for (let i = 0; i < N; i++)
      for (let j = 0; j < N; j++) {
        const ij = h[i] - W[i * N + j] * x[j];
        const ji = h[j] - W[j * N + i] * x[i];
        next[i * N + j] += (x[i] * x[j] - x[i] * ji - ij * x[j]) / N;
      }
    W = withoutDiagonal(next, N);
    yield;
  }
  return W;
}

/** W = X X⁺ = Q Qᵀ with the patterns as columns of X; Gram and Schmidt make Q, twice for rounding
 * @param {Patterns} patterns */
function* pseudoInverse(patterns) {
  const N = patterns[0].length;
  /** @type {Float64Array[]} */
  const basis = [];
  for (const x of patterns) {
    const q = Float64Array.from(x);
    for (let twice = 0; twice < 2; twice++)
      for (const b of basis) {
        let part = 0;
        for (let i = 0; i < N; i++) part += b[i] * q[i];
        for (let i = 0; i < N; i++) q[i] -= part * b[i];
      }
    const length = Math.sqrt(q.reduce((sum, v) => sum + v * v, 0));
    if (length > 1e-9 * Math.sqrt(N)) basis.push(q.map((v) => v / length));
  }
  if (basis.length < patterns.length)
    throw new Refusal("memories.dependent", { patterns: patterns.length, rank: basis.length });
  const W = new Float64Array(N * N);
  for (const q of basis) {
    for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) W[i * N + j] += q[i] * q[j];
    yield;
  }
  return withoutDiagonal(W, N);
}

/** w_ij += x_i x_j / N while x_i h_i ≤ κ |w_i|, here with κ = 0, at most 1000 sweeps
 * @param {Patterns} patterns */
function* perceptron(patterns) {
  const N = patterns[0].length;
  const W = new Float64Array(N * N); // N·W: whole numbers
  for (let sweep = 0; sweep < 1000; sweep++) {
    let learned = true;
    for (const x of patterns) {
      yield;
      const unsure = [];
      for (let i = 0; i < N; i++) {
        let h = 0;
        for (let j = 0; j < N; j++) h += W[i * N + j] * x[j];
        if (x[i] * h <= 0) unsure.push(i);
      }
      if (!unsure.length || N === 1) continue;
      learned = false;
      for (const i of unsure) for (let j = 0; j < N; j++) if (j !== i) W[i * N + j] += x[i] * x[j];
    }
    if (learned) break;
  }
  return W.map((w) => w / N);
}

/** W += (lr/N) (x − W x) xᵀ, pattern by pattern until x = W x; lr = 1, at most 2000 sweeps
 * @param {Patterns} patterns */
function* delta(patterns) {
  const N = patterns[0].length;
  const W = new Float64Array(N * N);
  const error = new Float64Array(N);
  for (let sweep = 0; sweep < 2000; sweep++) {
    let largest = 0;
    for (const x of patterns) {
      yield;
      for (let i = 0; i < N; i++) {
        let h = 0;
        for (let j = 0; j < N; j++) h += W[i * N + j] * x[j];
        error[i] = x[i] - h;
        largest = Math.max(largest, Math.abs(error[i]));
      }
      for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) W[i * N + j] += (error[i] / N) * x[j];
    }
    if (largest <= 1e-12) {
      for (let i = 0; i < N; i++)
        for (let j = 0; j < i; j++) W[i * N + j] = W[j * N + i] = (W[i * N + j] + W[j * N + i]) / 2;
      break;
    }
  }
  return withoutDiagonal(W, N);
}

/** Hebb's W, then W −= (0.01 / N) σ σᵀ for the last state σ of each of 100 dreams
 * @param {Patterns} patterns */
function* unlearning(patterns) {
  const N = patterns[0].length;
  const W = yield* hebb(patterns);
  const dreams = 100;
  const path = pathHash("hopfield/dream");
  for (let d = 0; d < dreams; d++) {
    yield;
    const start = Int8Array.from(uniform([0, 0], SAMPLE, path, d, 1, N), (u) => (u < 0.5 ? 1 : -1));
    const { state } = settle({ weights: W, units: N, scale: 0 }, start, { seed: 0 });
    for (let i = 0; i < N; i++)
      for (let j = 0; j < N; j++) if (i !== j) W[i * N + j] -= (0.01 / N) * state[i] * state[j];
  }
  return W;
}

/** The rules by the names of the page. @type {Record<string, Rule>} */
export const RULES = {
  hebb: {
    python: "Hebb",
    word: "hebb",
    whole: true,
    energy: true,
    equation: "W = (1/N) Σ ξ ξᵀ, w_ii = 0",
    learn: hebb,
  },
  storkey: {
    python: "Storkey",
    word: "storkey",
    whole: false,
    energy: true,
    equation: "w_ij += (1/N) (x_i x_j − x_i h_ji − h_ij x_j)",
    learn: storkey,
  },
  pseudo_inverse: {
    python: "PseudoInverse",
    word: "pseudo-inverse",
    whole: false,
    energy: true,
    equation: "W = X X⁺, w_ii = 0",
    learn: pseudoInverse,
  },
  perceptron: {
    python: "Perceptron",
    word: "perceptron",
    whole: true,
    energy: false,
    equation: "w_ij += x_i x_j / N while x_i h_i ≤ κ |w_i|, κ = 0",
    learn: perceptron,
  },
  delta: {
    python: "Delta",
    word: "delta",
    whole: false,
    energy: true,
    equation: "W += (lr/N) (x − W x) xᵀ",
    learn: delta,
  },
  unlearning: {
    python: "Unlearning",
    word: "unlearning",
    whole: false,
    energy: true,
    equation: "W = Hebb’s W − (0.01/N) Σ σ σᵀ",
    learn: unlearning,
  },
};

/**
 * The weights that store these patterns.
 *
 * @param {string} rule a name in `RULES`
 * @param {Patterns} patterns
 * @returns {import("./couplings.js").Couplings}
 */
export function store(rule, patterns) {
  const work = storing(rule, patterns);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/**
 * The same, with stops between which a page can draw.
 *
 * @param {string} rule
 * @param {Patterns} patterns
 * @returns {Generator<undefined, import("./couplings.js").Couplings>}
 */
export function* storing(rule, patterns) {
  const units = patterns[0].length;
  const weights = yield* RULES[rule].learn(patterns);
  return { weights, units, scale: RULES[rule].whole ? units : 0 };
}
