// What is shown: which network, which step, which stage, which number, and the way to it.
import { Refusal } from "../../app/refusal.js";
import { EXAMPLES, FIRST } from "./examples.js";

/** @typedef {import("./examples.js").Example} Example */
/**
 * @typedef {object} State
 * @property {string} example the key of an example, or "own"
 * @property {Example | null} own a network from a link or from another scene
 * @property {number} step updates made before the one that is shown
 * @property {number} stage its number
 * @property {string} look the number that is explained: "dW1[2, 0]"; "" for none
 * @property {Stop[]} trail the numbers that led to it
 * @property {number} row the example whose rows are shown; -1: all
 * @property {boolean} refused a network of another scene could not be taken
 * @property {boolean} big one stage at a time in large numbers, for a classroom
 */
/** @typedef {{ step: number, stage: number, look: string }} Stop */

export const LAST_STEP = 100_000;
const LONGEST_TRAIL = 40;
const MOST_NUMBERS = 40_000; // of the rows in a link

/** @returns {State} */
export const initial = () => ({
  example: FIRST,
  own: null,
  step: 0,
  stage: 0,
  look: "",
  trail: [],
  row: -1,
  refused: false,
  big: false,
});

/** @param {State} state @returns {Example} */
export const exampleOf = (state) =>
  state.example === "own" && state.own ? state.own : EXAMPLES[state.example];

/** @param {unknown} n @param {number} most @returns {boolean} */
const isCount = (n, most) => Number.isInteger(n) && Number(n) >= 0 && Number(n) <= most;

/** @param {State} state @param {any} action @returns {State} */
export function reduce(state, action) {
  switch (action.type) {
    case "example":
      if (!Object.hasOwn(EXAMPLES, action.to) && !(action.to === "own" && state.own)) return state;
      return { ...initial(), own: state.own, big: state.big, example: action.to };
    case "own":
      return isExample(action.value)
        ? { ...initial(), big: state.big, example: "own", own: action.value }
        : { ...state, refused: true };
    case "step":
      return isCount(action.to, LAST_STEP) && action.to !== state.step
        ? { ...state, step: action.to, trail: [] }
        : state;
    case "stage":
      return isCount(action.to, 20) ? { ...state, stage: action.to, look: "", trail: [] } : state;
    case "look":
      return typeof action.to === "string" && action.to.length < 80
        ? { ...state, look: action.to, stage: action.stage ?? state.stage, trail: [] }
        : state;
    case "follow": {
      // from one number to one that it is made of, perhaps of the step before
      if (typeof action.to !== "string" || action.to.length >= 80) return state;
      const stop = { step: state.step, stage: state.stage, look: state.look };
      const step = isCount(action.step, LAST_STEP) ? action.step : state.step;
      const trail = [...state.trail, stop].slice(-LONGEST_TRAIL);
      return { ...state, step, stage: action.stage ?? state.stage, look: action.to, trail };
    }
    case "return": {
      const stop = state.trail[action.to ?? state.trail.length - 1];
      if (!stop) return state;
      return { ...state, ...stop, trail: state.trail.slice(0, action.to ?? -1) };
    }
    case "row":
      return Number.isInteger(action.to) && action.to >= -1 ? { ...state, row: action.to } : state;
    case "big":
      return { ...state, big: action.to === true };
    default:
      return state;
  }
}

/** @param {any} value @returns {value is Example} */
function isExample(value) {
  const { network, data, fit } = value ?? {};
  const numbers = (/** @type {any} */ a) => Array.isArray(a) && a.every((v) => Number.isFinite(v));
  return (
    Array.isArray(network?.layers) &&
    typeof network.loss?.class === "string" &&
    Array.isArray(network.inputs?.x) &&
    isCount(data?.n, MOST_NUMBERS) &&
    data.n > 0 &&
    numbers(data.x) &&
    numbers(data.y) &&
    data.x.length ===
      data.n *
        network.inputs.x.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1) &&
    data.y.length % data.n === 0 &&
    data.x.length <= MOST_NUMBERS &&
    typeof fit === "object" &&
    fit !== null
  );
}

/** @param {State} state */
function write(state) {
  const first = initial();
  /** @type {Record<string, any>} */
  const found = {};
  for (const name of /** @type {const} */ ([
    "example",
    "own",
    "step",
    "stage",
    "look",
    "row",
    "big",
  ]))
    if (JSON.stringify(state[name]) !== JSON.stringify(first[name])) found[name] = state[name];
  if (state.example !== "own") delete found.own;
  return found;
}

/** @param {any} value @returns {State} */
function read(value) {
  const state = { ...initial(), ...value, trail: [], refused: false };
  const known = new Set(["example", "own", "step", "stage", "look", "row", "big"]);
  const fits =
    Object.keys(value).every((name) => known.has(name)) &&
    (Object.hasOwn(EXAMPLES, state.example) || (state.example === "own" && isExample(state.own))) &&
    isCount(state.step, LAST_STEP) &&
    isCount(state.stage, 20) &&
    typeof state.look === "string" &&
    state.look.length < 80 &&
    Number.isInteger(state.row) &&
    state.row >= -1 &&
    typeof state.big === "boolean";
  if (!fits) throw new Refusal("one_update.link.refused");
  if (state.example !== "own") state.own = null;
  return state;
}

export const link = { write, read };
