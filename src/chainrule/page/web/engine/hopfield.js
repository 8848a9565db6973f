// Asynchronous recall in a Hopfield network, as energy/hopfield/asynchronous.py runs it.
import { Refusal } from "../app/refusal.js";
import { round } from "../graph/scalar.js";
import { Engine } from "./binding.js";
import { orderOfEpoch } from "./orders.js";
import { HOPFIELD, write } from "./structs.js";

const FIRST = 4; // after these sweeps, states that have not settled continue with more orders
const MOST_UNITS = 4096;

/**
 * @typedef {object} Recall
 * @property {number} units N
 * @property {ArrayLike<number>} weights W row after row; row i holds what unit i receives
 * @property {ArrayLike<number>} [thresholds] θ, 0 by default
 * @property {number} [scale] N if N·W are whole numbers (Hebb's rule): then every sum is exact
 * @property {ArrayLike<number>} states ±1, one state after another
 * @property {"random" | "fixed"} [order] a permutation for each sweep, or 0, 1, ..., N − 1
 * @property {number} [seed] of the permutations
 * @property {number} [sweeps] the most
 * @property {boolean} [record] the flips of a single state
 */

/**
 * @typedef {object} Recalled
 * @property {Int16Array} states the last ones
 * @property {Uint8Array} settled 0 where the limit was reached first
 * @property {Int32Array} sweeps the last one changed nothing if the state has settled
 * @property {Int32Array} flips the units of a single state in the order in which they flipped
 */

/**
 * s_i = sign(h_i − θ_i), unit by unit; a unit with h_i = θ_i keeps its value. The same bits as in
 * Python.
 *
 * @param {Recall} recall
 * @returns {Promise<Recalled>}
 */
export async function openHopfield(recall) {
  const { units: N, states, record = false, sweeps = 100 } = recall;
  const P = states.length / N;
  check(recall, P);
  const engine = await Engine.open("float64");
  const { receive, send, scale } = sent(engine, recall);
  const thresholds = Float64Array.from(
    { length: N },
    (_, i) => (recall.thresholds?.[i] ?? 0) * scale,
  );
  const fixed = {
    whole: Number(!!receive),
    receive: receive?.start,
    send: send.start,
    cut: engine.put("f64", thresholds).start,
  };
  const s = Int16Array.from(states);
  const found = { states: s, settled: new Uint8Array(P), sweeps: new Int32Array(P) };
  /** @type {number[]} */
  const flips = [];
  let at = Array.from({ length: P }, (_, p) => p);
  for (let k = 0, done = 0; at.length && done < sweeps; k++) {
    const some = Math.min(FIRST << k, sweeps - done);
    const moved = sweep(engine, fixed, { s, at, N, some, done, record, recall });
    flips.push(...moved.flips);
    at = at.filter((p, i) => {
      found.sweeps[p] = done + (moved.took[i] || some);
      found.settled[p] = Number(moved.took[i] > 0);
      return !found.settled[p];
    });
    done += some;
  }
  return { ...found, flips: Int32Array.from(flips) };
}

/** @param {Recall} recall @param {number} P states */
function check({ units: N, weights, thresholds, states, sweeps = 100, record = false }, P) {
  if (!Number.isSafeInteger(N) || N < 1 || N > MOST_UNITS)
    throw new Refusal("engine.units", { got: String(N), most: MOST_UNITS });
  if (weights.length !== N * N || (thresholds && thresholds.length !== N) || !Number.isInteger(P))
    throw new Refusal("engine.hopfield_sizes", { units: N });
  if (!Array.prototype.every.call(weights, Number.isFinite))
    throw new Refusal("engine.not_finite_input", { name: "W", got: "NaN", at: 0 });
  if (!Array.prototype.every.call(states, (v) => v === 1 || v === -1))
    throw new Refusal("engine.not_signs");
  if (!Number.isSafeInteger(sweeps) || sweeps < 0 || sweeps > 1e6)
    throw new Refusal("engine.sweeps", { got: String(sweeps) });
  if (record && P !== 1) throw new Refusal("engine.one_state");
}

/** The weights as C takes them: whole numbers where their sums are exact, else doubles. @param {Engine} engine @param {Recall} recall */
function sent(engine, { units: N, weights, scale = 0 }) {
  const column = (/** @type {ArrayLike<number>} */ W) => {
    const turned = new Float64Array(N * N);
    for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) turned[j * N + i] = W[i * N + j];
    return turned;
  };
  if (scale) {
    const whole = Float64Array.from(weights, (w) => round(scale * w));
    const largest = whole.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    if (largest < 2 ** 15 && largest * N < 2 ** 30)
      return { receive: engine.put("i16", whole), send: engine.put("i16", column(whole)), scale };
  }
  return { receive: null, send: engine.put("f64", column(weights)), scale: 1 };
}

/**
 * Some sweeps of the states that still move.
 *
 * @param {Engine} engine
 * @param {Record<string, any>} fixed
 * @param {{ s: Int16Array, at: number[], N: number, some: number, done: number, record: boolean, recall: Recall }} now
 */
function sweep(engine, fixed, { s, at, N, some, done, record, recall }) {
  const lists = recall.order === "fixed" ? 1 : some;
  const order = new Int32Array(lists * N);
  for (let k = 0; k < lists; k++) {
    const one = order.subarray(k * N, (k + 1) * N);
    if (recall.order === "fixed") one.forEach((_, i) => (one[i] = i));
    else orderOfEpoch(recall.seed ?? 0, done + k, one);
  }
  const moving = new Int16Array(at.length * N);
  at.forEach((p, i) => moving.set(s.subarray(p * N, (p + 1) * N), i * N));
  const places = {
    order: engine.put("i32", order),
    s: engine.put("i16", moving),
    flips: record ? engine.room("i32", some * N) : null,
    flipped: engine.room("i64", at.length),
    swept: engine.room("i32", at.length),
  };
  const start = engine.memory.room(HOPFIELD.size);
  const addresses = Object.fromEntries(
    Object.entries(places).map(([name, place]) => [name, place?.start ?? 0]),
  );
  const counts = { units: N, states: at.length, sweeps: some, orders: lists };
  write(engine.memory.buffer, start, HOPFIELD, { ...counts, ...fixed, ...addresses });
  if (!engine.entry("hopfield")(start)) throw new Refusal("engine.no_memory");
  const states = places.s.view;
  at.forEach((p, i) => s.set(states.subarray(i * N, (i + 1) * N), p * N));
  const took = places.swept.view.slice();
  const count = Number(places.flipped.view[0] ?? 0n);
  const flips = places.flips ? [...places.flips.view.slice(0, count)] : [];
  for (const place of Object.values(places)) place?.release();
  engine.memory.release(start);
  return { took, flips };
}
