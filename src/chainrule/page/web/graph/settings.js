// Settings of a description, completed by Python's defaults and checked against their rules.
import { Refusal } from "../app/refusal.js";
import { classFacts, shortName } from "./facts.js";

/** @typedef {import("./facts.js").Description} Description */
/** @typedef {(where: string, name: string, value: any, settings: Record<string, any>) => void} Rule */

/** @param {unknown} value @returns {value is number} */
export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** @param {unknown} value @returns {value is number} */
export const isWhole = (value) => Number.isSafeInteger(value);

/** True for { ... }. @param {unknown} value @returns {value is Record<string, any>} */
export const isRecord = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as a sentence shows it. @param {unknown} value */
export function seen(value) {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * @param {string} key
 * @param {string} where
 * @param {string} name
 * @param {any} value
 * @param {Record<string, string | number>} [values]
 */
function refuse(key, where, name, value, values = {}) {
  throw new Refusal(`graph.${key}`, { where, setting: name, got: seen(value), ...values });
}

/**
 * One finite number, within limits.
 *
 * @param {{ atLeast?: number, above?: number, atMost?: number, below?: number }} [limits]
 * @returns {Rule}
 */
export function number({ atLeast, above, atMost, below } = {}) {
  const low = atLeast ?? above;
  const high = atMost ?? below;
  const key = [
    "must_be_number",
    ...(atLeast !== undefined ? ["at_least"] : above !== undefined ? ["above"] : []),
    ...(atMost !== undefined ? ["at_most"] : below !== undefined ? ["below"] : []),
  ].join("_");
  return (where, name, value) => {
    const holds =
      isNumber(value) &&
      (atLeast === undefined || value >= atLeast) &&
      (above === undefined || value > above) &&
      (atMost === undefined || value <= atMost) &&
      (below === undefined || value < below);
    if (!holds) refuse(key, where, name, value, { low: low ?? "", high: high ?? "" });
  };
}

/** One whole number. @param {number} least @returns {Rule} */
export const whole = (least) => (where, name, value) => {
  if (!isWhole(value) || value < least) {
    refuse("must_be_whole", where, name, value, { low: least });
  }
};

/** @type {Rule} */
export const truth = (where, name, value) => {
  if (typeof value !== "boolean") refuse("must_be_truth", where, name, value);
};

/** @type {Rule} */
export const word = (where, name, value) => {
  if (typeof value !== "string") refuse("must_be_word", where, name, value);
};

/** @param {string[]} words @returns {Rule} */
export const oneOf =
  (...words) =>
  (where, name, value) => {
    if (!words.includes(value)) {
      refuse("must_be_one_of", where, name, value, {
        words: words.map((w) => `"${w}"`).join(", "),
      });
    }
  };

/** One whole number, or one for each of two axes. @param {number} least @returns {Rule} */
export const wholes = (least) => (where, name, value) => {
  const numbers = Array.isArray(value) ? value : [value, value];
  if (numbers.length !== 2 || !numbers.every((n) => isWhole(n) && n >= least)) {
    refuse("must_be_wholes", where, name, value, { low: least });
  }
};

/** @type {Rule} */
export const penalty = (where, name, value) => {
  if (value !== null && !PENALTIES.includes(value?.class)) {
    refuse("must_be_penalty", where, name, value);
  }
  if (value) complete(value, PENALTY_RULES, where);
};

/** @type {Rule} */
export const initializer = (where, name, value) => {
  const known = typeof value?.class === "string" && value.class.startsWith("initializers.");
  if (!known) refuse("must_be_initializer", where, name, value);
  complete(value, INITIALIZER_RULES, where);
};

const PENALTIES = ["losses.L1", "losses.L2", "losses.ElasticNet"];

/** @type {Record<string, Rule>} */
const PENALTY_RULES = {
  rate: number({ atLeast: 0 }),
  l1: number({ atLeast: 0 }),
  l2: number({ atLeast: 0 }),
};

/** @type {Record<string, Rule>} */
const INITIALIZER_RULES = {
  value: number(),
  low: number(),
  high(where, name, value, settings) {
    number({ above: settings.low })(where, name, value, settings);
  },
  std: number({ above: 0 }),
  mean: number(),
  gain: number(),
  count: whole(1),
};

const NAME = /^(?!\p{Nd})[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u; // the name of a layer

/** Return init= as an initializer: a number is Constant, an array is Given. @param {any} init */
export function asInitializer(init) {
  if (isNumber(init)) return { class: "initializers.Constant", settings: { value: init } };
  if (Array.isArray(init)) return { class: "initializers.Given", settings: { values: init } };
  return init;
}

/**
 * Return the settings of a description with Python's defaults where it has none.
 *
 * @param {Description} description
 * @param {Record<string, Rule>} [rules] by setting
 * @param {string} [where] the place that a sentence names
 * @returns {Record<string, any>}
 */
export function complete(description, rules = {}, where = shortName(description.class)) {
  const facts = classFacts(description.class);
  if (!facts) throw new Refusal("graph.no_class", { name: shortName(description.class) });
  const given = description.settings ?? {};
  if (!isRecord(given)) throw new Refusal("graph.no_settings", { where, got: seen(given) });
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(facts.settings, name)) {
      const known = Object.keys(facts.settings).join(", ") || "—";
      throw new Refusal("graph.no_setting", { where, setting: name, known });
    }
  }
  /** @type {Record<string, any>} */
  const settings = {};
  for (const [name, about] of Object.entries(facts.settings)) {
    let value = Object.hasOwn(given, name) ? given[name] : about.default;
    if (value === undefined) throw new Refusal("graph.setting_missing", { where, setting: name });
    if (about.kind === "initializer") value = asInitializer(value);
    settings[name] = value;
  }
  for (const [name, value] of Object.entries(settings)) {
    const kind = facts.settings[name].kind;
    const rule =
      (Object.hasOwn(rules, name) && rules[name]) ||
      (kind === "initializer" && initializer) ||
      (kind === "penalty?" && penalty) ||
      (kind === "truth" && truth) ||
      (Array.isArray(kind) && oneOf(...kind));
    if (rule) rule(where, name, value, settings);
  }
  const own = settings.name;
  const fine = typeof own === "string" && (own === "" || NAME.test(own));
  if ("name" in settings && !fine) {
    throw new Refusal("graph.bad_name", { where, name: seen(own) });
  }
  return settings;
}
