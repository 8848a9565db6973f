// What the scene shows, and what changes it. No browser is needed here.
import { Refusal } from "../../app/refusal.js";
import { parseFormula } from "../../data/formula.js";
import { ADAM, DENOMINATORS, NUMBERS } from "./parts.js";
import { suitedRate } from "./rates.js";
import { defaultsOf as ofRule, RULES } from "./rules.js";
import { SCHEDULES } from "./schedules.js";
import { lowest, SURFACES } from "./surfaces.js";
import { WHOLE } from "./whole_rules.js";

export const MOST_RACERS = 8;
export const STEPS = [100, 200, 500, 1000, 2000, 5000];

/**
 * @typedef {object} State
 * @property {string} surface the id of a map, or "own"
 * @property {string} formula one's own
 * @property {[number, number, number, number]} view of one's own
 * @property {[number, number] | null} start null: the map's own
 * @property {number} steps
 * @property {number | null} noise null: the map's own
 * @property {number} seed
 * @property {import("./race.js").Racer[]} racers
 * @property {number} chosen the racer whose settings are shown
 * @property {import("./parts.js").Parts} parts
 */

/** The own map that was read last: a race asks for the same one many times.
 * @type {{ key: string, surface: import("./surfaces.js").Surface } | null} */
let last = null;

/**
 * The map of a state. A formula that cannot be read is refused.
 *
 * @param {State} state
 * @returns {import("./surfaces.js").Surface}
 */
export function surfaceOf(state) {
  const known = SURFACES.find(({ id }) => id === state.surface);
  if (known) return state.noise === null ? known : { ...known, noise: state.noise };
  const key = JSON.stringify([state.formula, state.view, state.noise]);
  if (last?.key === key) return last.surface;
  const formula = parseFormula(state.formula, ["x", "y"], { aliases: { x1: "x", x2: "y" } });
  if (formula.kind === "truth") throw new Refusal("optimizers.truth");
  const [x0, x1, y0, y1] = state.view;
  /** @type {import("./surfaces.js").Surface} */
  const surface = {
    id: "own",
    formula: formula.python,
    view: state.view,
    start: [x0 + 0.15 * (x1 - x0), y0 + 0.8 * (y1 - y0)],
    minima: [],
    f: (x, y) => formula.at(x, y),
    gradient: (x, y) => /** @type {any} */ (formula.gradientAt(x, y).gradient),
    noise: state.noise ?? 0,
  };
  surface.minima = [lowest(surface)];
  if (!Number.isFinite(surface.f(...surface.minima[0]))) throw new Refusal("optimizers.nowhere");
  last = { key, surface };
  return surface;
}

/** Every rule that can race. */
export const RACERS = [...Object.keys(RULES), ...Object.keys(WHOLE)];

/** @param {any} rule */
const races = (rule) => rule === "parts" || RACERS.includes(rule);

/** @param {string} surface @param {string} rule @returns {import("./race.js").Racer} */
function racer(surface, rule) {
  const lr = suitedRate(surface, rule);
  return { rule, settings: lr === null ? {} : { lr }, schedule: "Constant", length: 1000 };
}

/** @returns {State} */
export const initial = () => ({
  surface: "rosenbrock",
  formula: "x^2 + 2y^2 + sin(3x) cos(2y)",
  view: [-3, 3, -2.25, 2.25],
  start: null,
  steps: 1000,
  noise: null,
  seed: 0,
  racers: ["SGD", "Momentum", "RMSprop", "parts"].map((rule) => racer("rosenbrock", rule)),
  chosen: 3,
  parts: ADAM,
});

const finite = (/** @type {any} */ v) => typeof v === "number" && Number.isFinite(v);

/** The range of each number of a rule. @type {Record<string, (v: number) => boolean>} */
const LIMITS = {
  lr: (v) => v > 0 && v <= 1000,
  momentum: (v) => v >= 0 && v < 1,
  rho: (v) => v >= 0 && v < 1,
  beta1: (v) => v >= 0 && v < 1,
  beta2: (v) => v >= 0 && v < 1,
  eps: (v) => v > 0 && v <= 1,
  weight_decay: (v) => v >= 0 && v <= 10,
  initial_accumulator: (v) => v >= 0 && v <= 100,
  threshold: (v) => v >= 4 && v <= 100,
  adamw_ratio: (v) => v > 0 && v <= 10,
  grow: (v) => v > 1 && v <= 10,
  shrink: (v) => v > 0 && v < 1,
  smallest: (v) => v > 0 && v <= 1,
  largest: (v) => v > 0 && v <= 1000,
  history: (v) => Number.isInteger(v) && v >= 1 && v <= 100,
  curvature: (v) => v > 0 && v < 0.5,
  tolerance: (v) => v >= 0 && v <= 1,
};

/** All settings of a rule with their defaults. @param {string} rule */
export const defaultsOf = (rule) =>
  /** @type {Record<string, any>} */ (rule === "parts" ? NUMBERS : ofRule(rule));

/** @param {string} rule @param {string} name @param {any} value */
export function fits(rule, name, value) {
  const defaults = defaultsOf(rule);
  if (!Object.hasOwn(defaults, name)) return false;
  if (typeof defaults[name] === "boolean") return typeof value === "boolean";
  return finite(value) && (LIMITS[name]?.(value) ?? true);
}

/** @param {any} value @returns {value is import("./race.js").Racer} */
const isRacer = (value) =>
  value !== null &&
  typeof value === "object" &&
  races(value.rule) &&
  Object.hasOwn(SCHEDULES, value.schedule) &&
  Number.isInteger(value.length) &&
  value.length >= 2 &&
  value.length <= 100000 &&
  value.settings !== null &&
  typeof value.settings === "object" &&
  Object.entries(value.settings).every(([name, v]) => fits(value.rule, name, v));

/** @param {any} v */
const isParts = (v) =>
  v !== null &&
  typeof v === "object" &&
  DENOMINATORS.includes(v.v) &&
  ["m", "correct", "ahead", "decay", "sign"].every((name) => typeof v[name] === "boolean");

/** @param {any} v */
const isView = (v) =>
  Array.isArray(v) &&
  v.length === 4 &&
  v.every((n) => finite(n) && Math.abs(n) <= 1e4) &&
  v[0] < v[1] &&
  v[2] < v[3] &&
  v[1] - v[0] >= 1e-3 &&
  v[3] - v[2] >= 1e-3;

/** What each part of a state must be. @type {Record<string, (v: any) => boolean>} */
const VALID = {
  surface: (v) => v === "own" || SURFACES.some(({ id }) => id === v),
  formula: (v) => typeof v === "string" && v.length <= 400,
  view: isView,
  start: (v) =>
    v === null ||
    (Array.isArray(v) && v.length === 2 && v.every((n) => finite(n) && Math.abs(n) <= 1e4)),
  steps: (v) => STEPS.includes(v),
  noise: (v) => v === null || (finite(v) && v >= 0 && v <= 10),
  seed: (v) => Number.isInteger(v) && v >= 0 && v < 2 ** 32,
  racers: (v) =>
    Array.isArray(v) &&
    v.length >= 1 &&
    v.length <= MOST_RACERS &&
    v.every(isRacer) &&
    v.filter(({ rule }) => rule === "parts").length <= 1,
  chosen: (v) => Number.isInteger(v) && v >= 0 && v < MOST_RACERS,
  parts: isParts,
};

/** The state with some parts replaced, or null if it is then none. @param {State} state @param {any} change */
function changed(state, change) {
  const next = { ...state, ...change };
  if (!Object.entries(VALID).every(([name, valid]) => valid(next[name]))) return null;
  return { ...next, chosen: Math.min(next.chosen, next.racers.length - 1) };
}

/** @param {State} state @param {string} surface */
function onMap(state, surface) {
  // racers that still have the rate that suited the old map get the one that suits the new
  const racers = state.racers.map((one) => {
    const rate = suitedRate(surface, one.rule);
    const old = suitedRate(state.surface, one.rule);
    return rate !== null && one.settings.lr === old
      ? { ...one, settings: { ...one.settings, lr: rate } }
      : one;
  });
  return { surface, racers, start: null, noise: null };
}

/**
 * @param {State} state
 * @param {any} action
 * @returns {State}
 */
export function reduce(state, action) {
  /** @param {number} k @param {any} change */
  const racerChanged = (k, change) =>
    state.racers.map((one, i) => (i === k ? { ...one, ...change } : one));
  const k = action.racer;
  const known = Number.isInteger(k) && k >= 0 && k < state.racers.length;
  /** @type {any} */
  let change;
  switch (action.type) {
    case "map":
      change = onMap(state, action.to);
      break;
    case "own":
      change = {
        ...onMap(state, "own"),
        formula: action.formula ?? state.formula,
        view: action.view ?? state.view,
      };
      if (state.surface === "own") change = { ...change, racers: state.racers, noise: state.noise };
      break;
    case "start":
    case "steps":
    case "noise":
    case "seed":
    case "chosen":
      change = { [action.type]: action.to };
      break;
    case "add":
      if (!races(action.rule)) return state;
      change = {
        racers: [...state.racers, racer(state.surface, action.rule)],
        chosen: state.racers.length,
      };
      break;
    case "remove":
      if (!known || state.racers.length < 2) return state;
      change = {
        racers: state.racers.filter((_, i) => i !== k),
        chosen: Math.max(0, state.chosen - (k <= state.chosen ? 1 : 0)),
      };
      break;
    case "rule":
      if (!known || !races(action.to)) return state;
      change = { racers: racerChanged(k, racer(state.surface, action.to)) };
      break;
    case "setting":
      if (!known) return state;
      change = {
        racers: racerChanged(k, {
          settings: { ...state.racers[k].settings, [action.name]: action.to },
        }),
      };
      break;
    case "schedule":
      if (!known || !("lr" in defaultsOf(state.racers[k].rule))) return state;
      change = { racers: racerChanged(k, { schedule: action.to }) };
      break;
    case "length":
      if (!known) return state;
      change = { racers: racerChanged(k, { length: action.to }) };
      break;
    case "parts":
      change = { parts: { ...state.parts, ...action.to } };
      break;
    case "race":
      change = action.to;
      break;
    default:
      return state;
  }
  return changed(state, change) ?? state;
}

/** @param {State} state */
export function write(state) {
  const first = initial();
  return Object.fromEntries(
    Object.entries(state).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(/** @type {any} */ (first)[name]),
    ),
  );
}

/** @param {any} value @returns {State} */
export function read(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new Refusal("optimizers.link", { part: "…" });
  for (const name of Object.keys(value))
    if (!Object.hasOwn(VALID, name) || !VALID[name](value[name]))
      throw new Refusal("optimizers.link", { part: name.slice(0, 20) });
  const state = changed(initial(), value);
  if (!state) throw new Refusal("optimizers.link", { part: "…" });
  return state;
}
