// What the scene shows, and what changes it. No browser is needed here.
import { Refusal } from "../../app/refusal.js";

export const PIXELS = 64;
export const HIDDEN = [16, 32, 64, 128];
export const BATCHES = [10, 16, 32, 64, 128];

/**
 * @typedef {object} State
 * @property {number} hidden
 * @property {"CD" | "PCD"} sampler
 * @property {number} k rounds
 * @property {number} batch
 * @property {number} lr
 * @property {boolean} binary pixels above one half become 1, any other 0
 * @property {number} seed
 * @property {number} dreamSeed
 * @property {number} temperature
 * @property {"mean" | "sample"} show
 * @property {string} known 64 characters: 1 for a clamped pixel
 * @property {string} values 64 hexadecimal digits: the ink of clamped pixels, f is full
 */

export const NOTHING = { known: "0".repeat(PIXELS), values: "0".repeat(PIXELS) };

/** @returns {State} */
export const initial = () => ({
  hidden: 64,
  sampler: "PCD",
  k: 1,
  batch: 32,
  lr: 0.05,
  binary: false,
  seed: 0,
  dreamSeed: 0,
  temperature: 1,
  show: "mean",
  ...NOTHING,
});

const whole = (/** @type {any} */ v, /** @type {number} */ low, /** @type {number} */ high) =>
  Number.isInteger(v) && v >= low && v <= high;

/** What each part of a state must be. @type {Record<string, (v: any) => boolean>} */
const VALID = {
  hidden: (v) => HIDDEN.includes(v),
  sampler: (v) => v === "CD" || v === "PCD",
  k: (v) => whole(v, 1, 20),
  batch: (v) => BATCHES.includes(v),
  lr: (v) => typeof v === "number" && v > 0 && v <= 1,
  binary: (v) => typeof v === "boolean",
  seed: (v) => whole(v, 0, 2 ** 32 - 1),
  dreamSeed: (v) => whole(v, 0, 2 ** 32 - 1),
  temperature: (v) => typeof v === "number" && v >= 0.1 && v <= 10,
  show: (v) => v === "mean" || v === "sample",
  known: (v) => typeof v === "string" && /^[01]{64}$/.test(v),
  values: (v) => typeof v === "string" && /^[0-9a-f]{64}$/.test(v),
};

/** @param {State} state @param {any} action @returns {State} */
export function reduce(state, action) {
  /** @type {any} */
  let to = null;
  if (action.type === "set") to = { [action.name]: action.to };
  else if (action.type === "clamp") to = { known: action.known, values: action.values };
  else if (action.type === "replace") to = action.to;
  if (!to || typeof to !== "object") return state;
  const fine = Object.entries(to).every(
    ([name, v]) => Object.hasOwn(VALID, name) && VALID[name](v),
  );
  return fine ? { ...state, ...to } : state;
}

/** @param {State} state */
export function write(state) {
  const first = /** @type {any} */ (initial());
  return Object.fromEntries(Object.entries(state).filter(([name, v]) => v !== first[name]));
}

/** @param {any} value @returns {State} */
export function read(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new Refusal("dreams.link", { part: "…" });
  for (const [name, v] of Object.entries(value))
    if (!Object.hasOwn(VALID, name) || !VALID[name](v))
      throw new Refusal("dreams.link", { part: name.slice(0, 20) });
  return { ...initial(), ...value };
}

/** The clamped pixels: which, and their ink from 0 to 1; null: none. @param {State} state */
export function clampOf({ known, values }) {
  if (!known.includes("1")) return null;
  return {
    known: Uint8Array.from(known, (c) => Number(c)),
    values: Float64Array.from(values, (c) => parseInt(c, 16) / 15),
  };
}

/** @param {ArrayLike<number>} known @param {ArrayLike<number>} values */
export const clampWords = (known, values) => ({
  known: Array.from(known, (v) => (v ? "1" : "0")).join(""),
  values: Array.from(values, (v, i) => (known[i] ? Math.round(15 * v).toString(16) : "0")).join(""),
});
