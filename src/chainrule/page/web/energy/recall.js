// Recall: a state runs downhill, unit by unit or all units at once.
import { cuts, energy, exact, fields } from "./couplings.js";
import { pathHash, permutation, SAMPLE, uniform } from "./random.js";

const FIRST = 4; // after 4, 8, 16, ... sweeps fields are computed anew, as in every call of the engine
const SWEEPS = 100;

/**
 * @typedef {object} Visit one decision: a unit keeps or changes its value
 * @property {number} sweep from 1
 * @property {number} unit −1: all units at once
 * @property {number} field h_i − θ_i of the unit; NaN for all at once
 * @property {boolean} changed
 */

/**
 * @typedef {object} Recall
 * @property {Int8Array} state the last state
 * @property {Visit[]} visits
 * @property {Int8Array[]} [states] the start and the state after each step of a synchronous recall
 * @property {"fixed point" | "2-cycle" | "limit"} ended
 * @property {number} sweeps
 */

/** The order of the units in a sweep (from 0).
 * @param {string} order @param {number} seed @param {number} sweep @param {number} N */
export const orderOf = (order, seed, sweep, N) =>
  order === "fixed" ? Int32Array.from({ length: N }, (_, i) => i) : permutation([seed, sweep], N);

/**
 * s_i = sign(h_i − θ_i), unit by unit, until a whole sweep changes nothing; a unit with h_i = θ_i
 * keeps its value.
 *
 * @param {import("./couplings.js").Couplings} c
 * @param {ArrayLike<number>} start
 * @param {{ order?: string, seed?: number, sweeps?: number, visits?: boolean }} [options]
 * @returns {Recall}
 */
export function settle(c, start, options = {}) {
  const { order = "random", seed = 0, sweeps = SWEEPS, visits: keep = false } = options;
  const N = c.units;
  const { W, by } = exact(c);
  const cut = cuts(c, by);
  const s = Int8Array.from(start);
  /** @type {Visit[]} */
  const visits = [];
  for (let done = 0, k = 0; done < sweeps; k++) {
    const some = Math.min(FIRST * 2 ** k, sweeps - done);
    const h = new Float64Array(N);
    for (let j = 0; j < N; j++) for (let i = 0; i < N; i++) h[i] += s[j] * W[i * N + j];
    for (let sweep = done + 1; sweep <= done + some; sweep++) {
      let moved = false;
      for (const i of orderOf(order, seed, sweep - 1, N)) {
        const above = h[i] - cut[i];
        const wanted = Math.sign(above);
        const changed = wanted === -s[i] && wanted !== 0;
        if (keep) visits.push({ sweep, unit: i, field: above / by, changed });
        if (!changed) continue;
        s[i] = wanted;
        for (let j = 0; j < N; j++) h[j] += 2 * wanted * W[j * N + i];
        moved = true;
      }
      if (!moved) return { state: s, visits, ended: "fixed point", sweeps: sweep };
    }
    done += some;
  }
  return { state: s, visits, ended: "limit", sweeps };
}

/**
 * s(t + 1) = sign(W s(t) − θ), all units at once, until a fixed point or a cycle of two states.
 *
 * @param {import("./couplings.js").Couplings} c
 * @param {ArrayLike<number>} start
 * @param {number} [steps]
 * @returns {Recall}
 */
export function settleAll(c, start, steps = SWEEPS) {
  const states = [Int8Array.from(start)];
  /** @type {Visit[]} */
  const visits = [];
  const same = (/** @type {number} */ a) =>
    states.at(-1)?.every((v, i) => v === states[states.length - 1 - a]?.[i]);
  for (let step = 1; step <= steps; step++) {
    const last = states[states.length - 1];
    const h = fields(c, last);
    states.push(last.map((v, i) => (h[i] === 0 ? v : Math.sign(h[i]))));
    const state = states[states.length - 1];
    const still = same(1) ?? false;
    visits.push({ sweep: step, unit: -1, field: NaN, changed: !still });
    if (still) return { state, visits, states, ended: "fixed point", sweeps: step };
    if (states.length > 2 && same(2))
      return { state, visits, states, ended: "2-cycle", sweeps: step };
  }
  return { state: states[states.length - 1], visits, states, ended: "limit", sweeps: steps };
}

/**
 * P(s_i = 1) = 1 / (1 + exp(−2 (h_i − θ_i) / T)), unit by unit for some sweeps.
 *
 * @param {import("./couplings.js").Couplings} c
 * @param {ArrayLike<number>} start
 * @param {{ order?: string, seed?: number, sweeps?: number, temperature: number }} options
 * @returns {Recall}
 */
export function glauber(c, start, { order = "random", seed = 0, sweeps = 20, temperature: T }) {
  const N = c.units;
  const { W, by } = exact(c);
  const cut = cuts(c, by);
  const s = Int8Array.from(start);
  /** @type {Visit[]} */
  const visits = [];
  const path = pathHash("hopfield/glauber");
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const u = uniform([seed, sweep], SAMPLE, path, 0, 1, N);
    for (const i of orderOf(order, seed, sweep, N)) {
      let h = 0;
      for (let j = 0; j < N; j++) h += W[i * N + j] * s[j];
      h = (h - cut[i]) / by;
      const value = u[i] < 1 / (1 + Math.exp((-2 * h) / T)) ? 1 : -1;
      visits.push({ sweep: sweep + 1, unit: i, field: h, changed: value !== s[i] });
      s[i] = value;
    }
  }
  return { state: s, visits, ended: "limit", sweeps };
}

/**
 * E of the start and after each visit: a flip of unit i changes it by 2 s_i h_i, with the old s_i.
 *
 * @param {import("./couplings.js").Couplings} c symmetric, w_ii = 0
 * @param {ArrayLike<number>} start
 * @param {Recall} recall
 */
export function energiesAlong(c, start, { visits, states }) {
  if (states) return Float64Array.from(states, (s) => energy(c, s));
  const s = Int8Array.from(start);
  const E = new Float64Array(visits.length + 1);
  E[0] = energy(c, s);
  visits.forEach(({ unit, field: h, changed }, k) => {
    E[k + 1] = E[k] + (changed ? 2 * s[unit] * h : 0);
    if (changed) s[unit] = -s[unit];
  });
  return E;
}

/**
 * The state before visit k.
 *
 * @param {ArrayLike<number>} start
 * @param {Recall} recall
 * @param {number} k
 */
export function stateBefore(start, { visits, states }, k) {
  if (states) return states[Math.min(k, states.length - 1)];
  const s = Int8Array.from(start);
  for (const { unit, changed } of visits.slice(0, k)) if (changed) s[unit] = -s[unit];
  return s;
}
