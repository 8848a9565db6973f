// What the scene shows, and what changes it. No browser is needed here.
import { Refusal } from "../../app/refusal.js";
import { RULES } from "../../energy/rules.js";
import { isPacked, pack, randomPatterns, SETS, unpack, withNoise } from "./patterns.js";

export const MOST_PATTERNS = 12;
export const SIDES = [2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16];

/**
 * @typedef {object} State
 * @property {number} rows
 * @property {number} columns
 * @property {string[]} patterns in their short form
 * @property {number} selected the pattern that is edited and damaged
 * @property {string} rule
 * @property {"random" | "fixed" | "synchronous"} order
 * @property {number} seed
 * @property {number} temperature
 * @property {number} noise the part of the units that noise flips
 * @property {number} throws how often noise was made: another throw, other units
 * @property {string} start the damaged state
 * @property {number} beta of the modern memory
 * @property {number} power of the dense memory
 */

/** @returns {State} */
export function initial() {
  const { rows, columns, rule, patterns } = SETS.shapes;
  return {
    rows,
    columns,
    patterns,
    selected: 0,
    rule,
    order: "random",
    seed: 0,
    temperature: 0,
    noise: 0.25,
    throws: 0,
    start: pack(withNoise(unpack(patterns[0], rows * columns), 0.25, 0, 0)),
    beta: 0.1,
    power: 3,
  };
}

const whole = (/** @type {any} */ v, /** @type {number} */ low, /** @type {number} */ high) =>
  Number.isInteger(v) && v >= low && v <= high;
const between = (/** @type {any} */ v, /** @type {number} */ low, /** @type {number} */ high) =>
  typeof v === "number" && v >= low && v <= high;

/** What each part of a state must be. @type {Record<string, (v: any, s: State) => boolean>} */
const VALID = {
  rows: (v) => SIDES.includes(v),
  columns: (v) => SIDES.includes(v),
  patterns: (v, s) =>
    Array.isArray(v) &&
    v.length >= 1 &&
    v.length <= MOST_PATTERNS &&
    v.every((one) => isPacked(one, s.rows * s.columns)),
  selected: (v, s) => whole(v, 0, s.patterns.length - 1),
  rule: (v) => Object.hasOwn(RULES, v),
  order: (v) => ["random", "fixed", "synchronous"].includes(v),
  seed: (v) => whole(v, 0, 2 ** 32 - 1),
  temperature: (v) => between(v, 0, 10),
  noise: (v) => between(v, 0, 1),
  throws: (v) => whole(v, 0, 1e9),
  start: (v, s) => isPacked(v, s.rows * s.columns),
  beta: (v) => between(v, 1e-4, 100),
  power: (v) => whole(v, 2, 10),
};

/** @param {State} state @returns {string | null} the first part that is wrong */
const wrong = (state) =>
  Object.keys(VALID).find((name) => !VALID[name](/** @type {any} */ (state)[name], state)) ?? null;

/** @param {string} packed @param {State} s @param {(v: number, i: number) => number} change */
const mapped = (packed, s, change) => pack(unpack(packed, s.rows * s.columns).map(change));

/** The ways to damage the selected pattern. @type {Record<string, (s: State) => Partial<State>>} */
const DAMAGES = {
  noise: (s) => ({
    throws: s.throws + 1,
    start: pack(
      withNoise(unpack(s.patterns[s.selected], s.rows * s.columns), s.noise, s.seed, s.throws + 1),
    ),
  }),
  none: (s) => ({ start: s.patterns[s.selected] }),
  invert: (s) => ({ start: mapped(s.start, s, (v) => -v) }),
  // the right half is lost
  half: (s) => ({
    start: mapped(s.patterns[s.selected], s, (v, i) => (i % s.columns >= s.columns / 2 ? -1 : v)),
  }),
  // only the middle is left
  crop: (s) => ({
    start: mapped(s.patterns[s.selected], s, (v, i) => {
      const [r, c] = [Math.floor(i / s.columns), i % s.columns];
      const inside = (/** @type {number} */ k, /** @type {number} */ n) =>
        k >= Math.floor(n / 4) && k < n - Math.floor(n / 4);
      return inside(r, s.rows) && inside(c, s.columns) ? v : -1;
    }),
  }),
  random: (s) => ({
    throws: s.throws + 1,
    start: randomPatterns(1, s.rows * s.columns, s.seed * 1000 + s.throws + 7)[0],
  }),
};

/** A pattern on a grid of another size, cut or filled with empty cells.
 * @param {string} packed @param {State} s @param {number} rows @param {number} columns */
function resized(packed, s, rows, columns) {
  const old = unpack(packed, s.rows * s.columns);
  const next = new Int8Array(rows * columns).fill(-1);
  for (let r = 0; r < Math.min(rows, s.rows); r++)
    for (let c = 0; c < Math.min(columns, s.columns); c++)
      next[r * columns + c] = old[r * s.columns + c];
  return pack(next);
}

/** @param {State} s @param {any} a @returns {any} what changes, or null */
function change(s, a) {
  const N = s.rows * s.columns;
  switch (a.type) {
    case "select":
      return { selected: a.to };
    case "pattern":
      return isPacked(a.to, N)
        ? { patterns: s.patterns.map((p, k) => (k === s.selected ? a.to : p)) }
        : null;
    case "add":
      return {
        patterns: [...s.patterns, a.to ?? pack(new Int8Array(N).fill(-1))],
        selected: s.patterns.length,
      };
    case "remove":
      if (s.patterns.length < 2) return null;
      return {
        patterns: s.patterns.filter((_, k) => k !== s.selected),
        selected: Math.max(0, s.selected - 1),
      };
    case "random":
      return {
        throws: s.throws + 1,
        patterns: randomPatterns(s.patterns.length, N, s.seed * 1000 + s.throws + 1),
      };
    case "set": {
      if (!Object.hasOwn(SETS, a.to)) return null;
      const { rows, columns, rule, patterns } = SETS[a.to];
      const next = { ...s, rows, columns, rule, patterns, selected: 0, throws: 0 };
      return {
        ...next,
        start: pack(withNoise(unpack(patterns[0], rows * columns), s.noise, s.seed, 0)),
      };
    }
    case "size": {
      const [rows, columns] = [a.rows ?? s.rows, a.columns ?? s.columns];
      if (!SIDES.includes(rows) || !SIDES.includes(columns)) return null;
      const to = (/** @type {string} */ p) => resized(p, s, rows, columns);
      return { rows, columns, patterns: s.patterns.map(to), start: to(s.start) };
    }
    case "damage":
      return Object.hasOwn(DAMAGES, a.how) ? DAMAGES[a.how](s) : null;
    case "noise": {
      const next = { ...s, noise: a.to };
      if (!VALID.noise(a.to, s)) return null;
      return { noise: a.to, ...DAMAGES.noise({ ...next, throws: s.throws - 1 }), throws: s.throws };
    }
    case "rule":
    case "order":
    case "seed":
    case "temperature":
    case "start":
    case "beta":
    case "power":
      return { [a.type]: a.to };
    case "replace":
      return a.to;
    default:
      return null;
  }
}

/**
 * @param {State} state
 * @param {any} action
 * @returns {State}
 */
export function reduce(state, action) {
  const to = change(state, action);
  if (!to) return state;
  const next = { ...state, ...to };
  return wrong(next) ? state : next;
}

/** @param {State} state */
export function write(state) {
  const first = /** @type {any} */ (initial());
  return Object.fromEntries(
    Object.entries(state).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(first[name]),
    ),
  );
}

/** @param {any} value @returns {State} */
export function read(value) {
  const unknown =
    value === null || typeof value !== "object" || Array.isArray(value)
      ? "…"
      : Object.keys(value).find((name) => !Object.hasOwn(VALID, name));
  if (unknown) throw new Refusal("memories.link", { part: unknown.slice(0, 20) });
  const state = { ...initial(), ...value };
  const part = wrong(state);
  if (part) throw new Refusal("memories.link", { part });
  return state;
}

/** The signs of a state. @param {State} state */
export function signsOf({ rows, columns, patterns, start }) {
  const N = rows * columns;
  return { patterns: patterns.map((p) => unpack(p, N)), start: unpack(start, N) };
}
