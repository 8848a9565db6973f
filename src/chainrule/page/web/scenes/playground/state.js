// The state of the playground: settings as plain JSON, and the reducer. No browser is needed here.
import { Refusal } from "../../app/refusal.js";
import { MOST_CLASSES, MOST_NOISE, MOST_POINTS, SETS } from "../../data/datasets.js";
import { parseFormula } from "../../data/formula.js";
import { FEATURES, lossesOf, lossName, optimizerOf } from "./catalogue.js";

/** @typedef {import("./catalogue.js").Description} Description */
/** @typedef {import("../../data/datasets.js").Task} Task */

export const MOST_LAYERS = 8;
export const MOST_UNITS = 64;
export const MOST_FEATURES = 16;
const MOST_DRAWN = 5000;
/** Points beyond this number are not put into a link. */
export const MOST_IN_LINK = 200;
export const SPEEDS = [1, 10, 100, 1000, 0]; // steps a second; 0: as fast as it goes

/**
 * Points drawn by hand or read from a table.
 *
 * @typedef {object} Given
 * @property {string[]} names of the columns
 * @property {number[]} x rows one after another
 * @property {number[]} y classes or numbers
 * @property {string[] | null} words names of the classes, of a table
 * @property {number} [missing] how many points a link could not hold
 */

/**
 * @typedef {object} Data
 * @property {string} set a name of SETS, "formula" or "given"
 * @property {Task} task
 * @property {number} n
 * @property {number} noise
 * @property {number} seed
 * @property {number} classes
 * @property {number | null} share of the first class
 * @property {number} test the share of rows that are not learned
 * @property {string} formula
 * @property {Given} given
 */

/**
 * @typedef {object} Layer
 * @property {number} units
 * @property {string} activation
 * @property {Description | null} init null: as Python does by itself
 * @property {string} norm "", "BatchNorm" or "LayerNorm"
 * @property {number} dropout
 * @property {Description | null} penalty
 */

/**
 * @typedef {object} State
 * @property {Data} data
 * @property {string[]} features formulas in the names of the columns
 * @property {boolean} standardize
 * @property {Layer[]} layers
 * @property {Description | null} loss null: the usual one
 * @property {Description} optimizer
 * @property {Description | null} schedule of its lr
 * @property {Description | null} clip
 * @property {number} batchSize 0: all rows
 * @property {"float32" | "float64"} dtype
 * @property {number} seed of the initial weights, the order of rows and dropout
 * @property {{ epochs: number, test: boolean, patience: number }} stop 0: never
 * @property {{ discretize: boolean, test: boolean, log: boolean, pen: number, value: number, axes: [number, number], speed: number, surface: boolean }} view
 */

/** @returns {Layer} */
export const newLayer = (units = 8) => ({
  units,
  activation: "Tanh",
  init: null,
  norm: "",
  dropout: 0,
  penalty: null,
});

/** @returns {State} */
export const initial = () => ({
  data: {
    set: "spirals",
    task: "classes",
    n: 400,
    noise: 0.02,
    seed: 0,
    classes: 2,
    share: null,
    test: 0.25,
    formula: "sin(3*x1) > x2",
    given: { names: ["x1", "x2"], x: [], y: [], words: null },
  },
  features: ["x1", "x2"],
  standardize: false,
  layers: [newLayer(8), newLayer(8)],
  loss: null,
  optimizer: optimizerOf("Adam"),
  schedule: null,
  clip: null,
  batchSize: 32,
  dtype: "float32",
  seed: 0,
  stop: { epochs: 0, test: false, patience: 20 },
  view: {
    discretize: false,
    test: true,
    log: false,
    pen: 0,
    value: 1,
    axes: [0, 1],
    speed: 1000,
    surface: false,
  },
});

/** The task of the data that are shown. @param {Data} data @returns {Task} */
export const taskOf = (data) => (Object.hasOwn(SETS, data.set) ? SETS[data.set].task : data.task);

/** The names of the columns. @param {Data} data */
export const columnsOf = (data) => (data.set === "given" ? data.given.names : ["x1", "x2"]);

/** Names of columns as words of formulas: a, b, ... stand for what is no word. @param {string[]} names */
export function symbolsOf(names) {
  const plain = names.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  const taken = new Set(["and", "or", "not", "if", "else", "e", "pi", "tau"]);
  const usable = plain && names.every((name) => !taken.has(name.toLowerCase()) && name.length < 25);
  return usable ? names : names.map((_, k) => `x${k + 1}`);
}

/** @param {any} value @param {number} least @param {number} most */
const isWhole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
/** @param {any} value @param {number} least @param {number} most */
const isNumber = (value, least, most) =>
  typeof value === "number" && value >= least && value <= most;

/** What each number of the data may be. @type {Record<string, (value: any) => boolean>} */
const DATA_RULES = {
  n: (v) => isWhole(v, 10, MOST_POINTS),
  noise: (v) => isNumber(v, 0, MOST_NOISE),
  seed: (v) => isWhole(v, 0, 2 ** 32 - 1),
  classes: (v) => isWhole(v, 2, MOST_CLASSES),
  share: (v) => v === null || isNumber(v, 0.02, 0.98),
  test: (v) => isNumber(v, 0, 0.9),
  formula: (v) => typeof v === "string" && v.length <= 1000,
  task: (v) => v === "classes" || v === "number",
};

/** @type {Record<string, (value: any) => boolean>} */
const VIEW_RULES = {
  discretize: (v) => typeof v === "boolean",
  test: (v) => typeof v === "boolean",
  log: (v) => typeof v === "boolean",
  surface: (v) => typeof v === "boolean",
  pen: (v) => isWhole(v, -1, MOST_CLASSES - 1),
  value: (v) => isNumber(v, -1000, 1000),
  speed: (v) => SPEEDS.includes(v),
  axes: (v) =>
    Array.isArray(v) && v.length === 2 && v.every((k) => isWhole(k, 0, 11)) && v[0] !== v[1],
};

/** @param {any} v */
const isDescription = (v) =>
  v !== null &&
  typeof v === "object" &&
  typeof v.class === "string" &&
  typeof (v.settings ?? {}) === "object";

/** @type {Record<string, (value: any) => boolean>} */
const LAYER_RULES = {
  units: (v) => isWhole(v, 1, MOST_UNITS),
  activation: (v) => typeof v === "string" && v.length < 30,
  norm: (v) => v === "" || v === "BatchNorm" || v === "LayerNorm",
  dropout: (v) => isNumber(v, 0, 0.95),
  init: (v) => v === null || (isDescription(v) && v.class.startsWith("initializers.")),
  penalty: (v) => v === null || (isDescription(v) && v.class.startsWith("losses.")),
};

/** @type {Record<string, (value: any) => boolean>} */
const RULES = {
  standardize: (v) => typeof v === "boolean",
  loss: (v) => v === null || (isDescription(v) && v.class.startsWith("losses.")),
  optimizer: (v) => isDescription(v) && v.class.startsWith("optimizers."),
  schedule: (v) => v === null || (isDescription(v) && v.class.startsWith("schedules.")),
  clip: (v) => v === null || (isDescription(v) && v.class.startsWith("optimizers.Clip")),
  batchSize: (v) => isWhole(v, 0, MOST_POINTS),
  dtype: (v) => v === "float32" || v === "float64",
  seed: (v) => isWhole(v, 0, 2 ** 32 - 1),
};

/** @type {Record<string, (value: any) => boolean>} */
const STOP_RULES = {
  epochs: (v) => isWhole(v, 0, 1_000_000),
  patience: (v) => isWhole(v, 1, 10_000),
  test: (v) => typeof v === "boolean",
};

/**
 * @template {object} T
 * @param {T} part
 * @param {any} changes
 * @param {Record<string, (value: any) => boolean>} rules
 * @returns {T} the same part if a change is not taken
 */
function changed(part, changes, rules) {
  const names = Object.keys(changes ?? {});
  const good =
    names.length && names.every((name) => Object.hasOwn(rules, name) && rules[name](changes[name]));
  return good ? { ...part, ...changes } : part;
}

/** @param {State} state @param {Data} data @returns {State} */
function withData(state, data) {
  if (data === state.data) return state;
  if (Object.hasOwn(SETS, data.set) && SETS[data.set].most) {
    const { least, most } = SETS[data.set];
    data = { ...data, classes: Math.min(Math.max(data.classes, least), most) };
  }
  const next = { ...state, data };
  const before = columnsOf(state.data).join();
  const names = columnsOf(data);
  if (names.join() !== before) {
    // Of more than twelve inputs the first two are taken; that is a good start.
    next.features = symbolsOf(names).slice();
    next.view = { ...state.view, axes: [0, 1] };
  }
  return withFittingLoss(next);
}

/** A loss that does not fit the new task gives way to the usual one. @param {State} state @returns {State} */
function withFittingLoss(state) {
  const { loss, data } = state;
  const fits = loss === null || Object.hasOwn(lossesOf(taskOf(data)), lossName(loss));
  return fits ? state : { ...state, loss: null };
}

/** @param {State} state @param {string} set @returns {State} */
function chooseSet(state, set) {
  const { data } = state;
  if (set === data.set) return state;
  if (Object.hasOwn(SETS, set)) {
    const { least, most, noise, task } = SETS[set];
    const classes =
      task === "number" ? data.classes : Math.min(Math.max(data.classes, least), most);
    const kept = taskOf(data) === task ? data : { ...data, share: null };
    return withData(state, { ...kept, set, classes, noise });
  }
  if (set === "formula") return withData(state, { ...data, set, noise: 0, task: taskOf(data) });
  if (set !== "given") return state;
  // Points that were drawn as numbers, such as 0.5, are no classes.
  const task = fitsTask(data.given, taskOf(data)) ? taskOf(data) : "number";
  return withData(state, { ...data, set, task });
}

/** Six digits are more than a drawing shows; they keep its link short. @param {number} v */
const shorter = (v) => Number(v.toPrecision(6));

/** @param {State} state @param {any} action @returns {State} */
function draw(state, { x, y, value }) {
  const { data } = state;
  const { given, task } = data;
  if (data.set !== "given" || given.names.length !== 2) return state;
  if (!Number.isFinite(x) || !Number.isFinite(y)) return state;
  if (task === "classes" ? !isWhole(value, 0, MOST_CLASSES - 1) : !Number.isFinite(value))
    return state;
  if (given.y.length >= MOST_DRAWN) return state;
  const next = {
    ...given,
    x: [...given.x, shorter(x), shorter(y)],
    y: [...given.y, shorter(value)],
  };
  return withData(state, { ...data, given: next });
}

/** @param {State} state @param {any} action @returns {State} */
function erase(state, { x, y, radius }) {
  const { data } = state;
  const { given } = data;
  if (data.set !== "given" || given.names.length !== 2) return state;
  const kept = [...given.y.keys()].filter(
    (i) => Math.hypot(given.x[2 * i] - x, given.x[2 * i + 1] - y) > radius,
  );
  if (kept.length === given.y.length) return state;
  const next = {
    ...given,
    x: kept.flatMap((i) => given.x.slice(2 * i, 2 * i + 2)),
    y: kept.map((i) => given.y[i]),
  };
  return withData(state, { ...data, given: next });
}

/** @param {State} state @param {any} given @param {Task} task @returns {State} */
function takeTable(state, given, task) {
  if (!isGiven(given) || !DATA_RULES.task(task) || !fitsTask(given, task)) return state;
  return withData(state, { ...state.data, set: "given", task, given, share: null });
}

/** @param {any} given */
export function isGiven(given) {
  if (given === null || typeof given !== "object") return false;
  const { names, x, y, words } = given;
  return (
    Array.isArray(names) &&
    names.length >= 1 &&
    names.length <= 12 &&
    names.every((name) => typeof name === "string" && name.length <= 200) &&
    Array.isArray(x) &&
    Array.isArray(y) &&
    y.length <= MOST_DRAWN &&
    x.length === names.length * y.length &&
    x.every(isModest) &&
    y.every(isModest) &&
    (words === null || (Array.isArray(words) && words.every((word) => typeof word === "string")))
  );
}

/** A number that float32 has too, and its square in float64. @param {any} v */
const isModest = (v) => isNumber(v, -3e38, 3e38);

/** @param {any} v */
const isClass = (v) => isWhole(v, 0, MOST_CLASSES - 1);

/** True if points can be learned for a task: classes are 0, 1, ... @param {Given} given @param {Task} task */
export const fitsTask = ({ y, words }, task) =>
  task === "number" || (y.every(isClass) && (words?.length ?? 0) <= MOST_CLASSES);

/** @param {State} state @param {string} text @param {boolean} on @returns {State} */
function setFeature(state, text, on) {
  const { features } = state;
  if (on === features.includes(text) || typeof text !== "string") return state;
  if (!on) {
    return features.length > 1 ? { ...state, features: features.filter((f) => f !== text) } : state;
  }
  if (features.length >= MOST_FEATURES) return state;
  try {
    const symbols = symbolsOf(columnsOf(state.data));
    const formula = parseFormula(text, symbols);
    if (features.includes(formula.text) || !formula.variables.length) return state;
    const usual = [...new Set([...symbols, ...FEATURES])];
    const order = (/** @type {string} */ f) =>
      usual.includes(f) ? usual.indexOf(f) : usual.length;
    const next = [...features, formula.text].sort((a, b) => order(a) - order(b));
    return { ...state, features: next };
  } catch (why) {
    if (why instanceof Refusal) return state;
    throw why;
  }
}

/** @param {State} state @param {any} action @returns {State} */
function layersOf(state, action) {
  const { layers } = state;
  switch (action.type) {
    case "add layer": {
      if (layers.length >= MOST_LAYERS) return state;
      const last = layers[layers.length - 1];
      return { ...state, layers: [...layers, last ? { ...last } : newLayer()] };
    }
    case "remove layer":
      return layers.length ? { ...state, layers: layers.slice(0, -1) } : state;
    case "layer": {
      if (!isWhole(action.at, 0, layers.length - 1)) return state;
      const next = changed(layers[action.at], action.changes, LAYER_RULES);
      if (next === layers[action.at]) return state;
      return { ...state, layers: layers.map((layer, k) => (k === action.at ? next : layer)) };
    }
    case "all layers": {
      const next = layers.map((layer) => changed(layer, action.changes, LAYER_RULES));
      return next.every((layer, k) => layer === layers[k]) ? state : { ...state, layers: next };
    }
    default:
      return state;
  }
}

/**
 * Change the state; what is unknown or out of range leaves it as it is.
 *
 * @param {State} state
 * @param {any} action
 * @returns {State}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "set":
      return chooseSet(state, action.set);
    case "data": {
      const data = changed(state.data, action.changes, DATA_RULES);
      const fits = data.set !== "given" || fitsTask(data.given, data.task);
      return fits ? withData(state, data) : state;
    }
    case "draw":
      return draw(state, action);
    case "erase":
      return erase(state, action);
    case "take along": {
      const { data } = state;
      if (!isGiven(action.given) || !fitsTask(action.given, taskOf(data))) return state;
      return withData(state, { ...data, set: "given", task: taskOf(data), given: action.given });
    }
    case "clear": {
      const empty = initial().data.given;
      const { data } = state;
      return withData(state, { ...data, set: "given", task: taskOf(data), given: empty });
    }
    case "table":
      return takeTable(state, action.given, action.task);
    case "feature":
      return setFeature(state, action.text, action.on);
    case "add layer":
    case "remove layer":
    case "layer":
    case "all layers":
      return layersOf(state, action);
    case "change":
      return withFittingLoss(changed(state, action.changes, RULES));
    case "stop": {
      const stop = changed(state.stop, action.changes, STOP_RULES);
      return stop === state.stop ? state : { ...state, stop };
    }
    case "view": {
      const view = changed(state.view, action.changes, VIEW_RULES);
      return view === state.view ? state : { ...state, view };
    }
    case "restore":
      return action.state;
    case "begin again":
      return initial();
    default:
      return state;
  }
}

export { DATA_RULES, LAYER_RULES, RULES, STOP_RULES, VIEW_RULES };
