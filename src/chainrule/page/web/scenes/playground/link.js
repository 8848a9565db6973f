// The settings in a link: what differs from the beginning, and back with every value checked.
import { Refusal } from "../../app/refusal.js";
import { SETS } from "../../data/datasets.js";
import { parseFormula } from "../../data/formula.js";
import { lossesOf, lossName } from "./catalogue.js";
import {
  columnsOf,
  DATA_RULES,
  fitsTask,
  initial,
  isGiven,
  LAYER_RULES,
  MOST_FEATURES,
  MOST_IN_LINK,
  MOST_LAYERS,
  newLayer,
  RULES,
  STOP_RULES,
  symbolsOf,
  taskOf,
  VIEW_RULES,
} from "./state.js";

/** @typedef {import("./state.js").State} State */

/** @param {any} a @param {any} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What differs in a part. @param {any} part @param {any} first */
function difference(part, first) {
  const entries = Object.entries(part).filter(([name, value]) => !same(value, first[name]));
  return entries.length ? Object.fromEntries(entries) : undefined;
}

/** @param {State} state */
export function write(state) {
  const first = initial();
  const { given, ...data } = state.data;
  const { given: _none, ...firstData } = first.data;
  const points =
    data.set !== "given"
      ? undefined
      : given.y.length > MOST_IN_LINK
        ? { names: given.names, words: given.words, missing: given.y.length }
        : given;
  /** @type {Record<string, any>} */
  const value = {
    data: difference(data, firstData),
    given: points,
    layers: same(state.layers, first.layers)
      ? undefined
      : state.layers.map((layer) => difference(layer, newLayer()) ?? {}),
    stop: difference(state.stop, first.stop),
    view: difference(state.view, first.view),
  };
  for (const name of [
    "features",
    "standardize",
    "loss",
    "optimizer",
    "schedule",
    "clip",
    "batchSize",
    "dtype",
    "seed",
  ]) {
    const key = /** @type {keyof State} */ (name);
    if (!same(state[key], first[key])) value[name] = state[key];
  }
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}

/** @param {string} name @returns {never} */
function refuse(name) {
  throw new Refusal("playground.link", { name });
}

/**
 * @param {any} value
 * @param {any} first
 * @param {Record<string, (value: any) => boolean>} rules
 */
function part(value, first, rules) {
  if (value === undefined) return first;
  if (value === null || typeof value !== "object" || Array.isArray(value)) refuse("…");
  for (const [name, one] of Object.entries(value)) {
    if (!Object.hasOwn(rules, name) || !rules[name](one)) refuse(name);
  }
  return { ...first, ...value };
}

const KNOWN = ["data", "given", "layers", "stop", "view", "features", ...Object.keys(RULES)];

/** @param {any} value @returns {State} */
export function read(value) {
  const first = initial();
  if (value === null || typeof value !== "object" || Array.isArray(value)) refuse("…");
  for (const name of Object.keys(value)) if (!KNOWN.includes(name)) refuse(name);
  const rules = { ...DATA_RULES, set: isSet };
  const data = { ...part(value.data, first.data, rules), given: givenOf(value.given) };
  if (data.set === "given" && !fitsTask(data.given, data.task)) refuse("given");
  if (Object.hasOwn(SETS, data.set) && SETS[data.set].most) {
    const { least, most } = SETS[data.set];
    if (data.classes < least || data.classes > most) refuse("classes");
  }
  const settings = Object.fromEntries(
    Object.keys(RULES)
      .filter((name) => value[name] !== undefined)
      .map((name) => [name, value[name]]),
  );
  const state = /** @type {State} */ ({
    ...part(settings, first, RULES),
    data,
    layers: layersOf(value.layers, first.layers),
    stop: part(value.stop, first.stop, STOP_RULES),
    view: part(value.view, first.view, VIEW_RULES),
  });
  state.features = featuresOf(value.features, state);
  if (state.loss && !Object.hasOwn(lossesOf(taskOf(data)), lossName(state.loss))) refuse("loss");
  return state;
}

/** @param {any} set */
const isSet = (set) =>
  typeof set === "string" && (Object.hasOwn(SETS, set) || set === "formula" || set === "given");

/** @param {any} given */
function givenOf(given) {
  if (given === undefined) return initial().data.given;
  if (given === null || typeof given !== "object") refuse("given");
  const { missing, ...rest } = given;
  // A link cannot hold very many points: what it says of them is kept.
  const points = missing === undefined ? rest : { ...rest, x: [], y: [] };
  if (!isGiven(points)) refuse("given");
  return Number.isInteger(missing) ? { ...points, missing } : points;
}

/** @param {any} layers @param {State["layers"]} first */
function layersOf(layers, first) {
  if (layers === undefined) return first;
  if (!Array.isArray(layers) || layers.length > MOST_LAYERS) refuse("layers");
  return layers.map((layer) => part(layer, newLayer(), LAYER_RULES));
}

/** @param {any} features @param {State} state */
function featuresOf(features, state) {
  const symbols = symbolsOf(columnsOf(state.data));
  if (features === undefined) return symbols.slice();
  if (!Array.isArray(features) || !features.length || features.length > MOST_FEATURES)
    refuse("features");
  return features.map((text) => {
    if (typeof text !== "string") refuse("features");
    return parseFormula(text, symbols).text;
  });
}
