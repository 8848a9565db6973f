// The update list of a network: which parts of θ the rule moves, and with which numbers.
import { classFacts } from "../graph/facts.js";
import { sizeOf } from "./arrays.js";
import { isUnder } from "./paths.js";
import { nameOf } from "./rules/limits.js";

/** @typedef {import("../graph/trace.js").Program} Program */
/** @typedef {import("../graph/facts.js").Description} Description */
/**
 * Unfrozen parameters next to each other in θ, with one learning rate and one age.
 *
 * @typedef {object} Group
 * @property {number} start
 * @property {number} stop
 * @property {number} lr the factor of the learning rate
 * @property {number} born the t at which their slots were made
 * @property {number} rows of a hidden matrix, for a rule that takes whole tensors; 0: a vector
 */
/**
 * @typedef {object} UpdateList
 * @property {Description[]} clips
 * @property {Description} optimizer with the numbers of this step, without schedules
 * @property {Description[]} constraints
 * @property {Description | null} average
 * @property {Group[]} groups
 */

/** Parameters that no state belongs to. @param {Program} program */
export const parametersOf = (program) =>
  program.params.filter((p) => program.values[p.value].role === "parameter");

/**
 * Return the groups of a Program's parameters; frozen ones are in no group.
 *
 * @param {Program} program train
 * @param {{ frozen?: readonly string[], rates?: Record<string, number>, born?: Record<string, number> }} settings
 * @param {string} optimizer its class
 * @returns {Group[]}
 */
export function groupsOf(program, { frozen = [], rates = {}, born = {} }, optimizer) {
  const byTensor = classFacts(optimizer)?.byTensor ?? false;
  const hidden = byTensor ? hiddenMatrices(program) : new Map();
  /** @type {Group[]} */
  const found = [];
  for (const p of parametersOf(program)) {
    if (isUnder(p.path, frozen)) continue;
    const lr = Object.entries(rates).reduce(
      (all, [path, f]) => (isUnder(p.path, [path]) ? all * f : all),
      1,
    );
    const group = {
      start: p.start,
      stop: p.start + sizeOf(p.shape),
      lr,
      born: born[p.path] ?? 0,
      rows: hidden.get(p.path) ?? 0,
    };
    const last = found[found.length - 1];
    if (
      last &&
      !byTensor &&
      last.stop === group.start &&
      last.lr === lr &&
      last.born === group.born
    )
      last.stop = group.stop;
    else found.push(group);
  }
  return found;
}

/**
 * Return the hidden matrices: parameters with two or more axes but those of the last layer and of
 * embeddings, with their rows.
 *
 * @param {Program} program
 * @returns {Map<string, number>}
 */
function hiddenMatrices(program) {
  const parameters = parametersOf(program).filter((p) => p.shape.length > 1);
  const weights = new Set(parameters.map((p) => p.value));
  const outside = lastWeights(program, weights);
  for (const step of program.steps)
    if (step.inputs.some((i) => program.values[i].number === "index"))
      for (const i of step.inputs) outside.add(i);
  return new Map(
    parameters
      .filter((p) => !outside.has(p.value))
      .map((p) => [p.path, sizeOf(p.shape.slice(0, -1))]),
  );
}

/**
 * Return the weights between which and L lie no others.
 *
 * @param {Program} program
 * @param {Set<number>} weights
 */
function lastWeights(program, weights) {
  /** @type {Map<number, Set<number>>} the weights that a shared value is made of */
  const behind = new Map([...weights].map((i) => [i, new Set([i])]));
  /** @param {number[]} inputs */
  const madeOf = (inputs) => new Set(inputs.flatMap((i) => [...(behind.get(i) ?? [])]));
  for (const { kind, inputs, output } of program.steps) {
    const made = madeOf(inputs);
    if (made.size && kind === "shared") behind.set(output, made);
  }
  const [ends, found] = [new Set([program.output]), new Set()];
  for (const { kind, inputs, output } of [...program.steps].reverse()) {
    if (!ends.has(output)) continue;
    const own = madeOf(inputs);
    for (const i of own.size && kind === "row" ? own : inputs)
      (own.size && kind === "row" ? found : ends).add(i);
  }
  return /** @type {Set<number>} */ (found);
}

/**
 * Return the tensors that a constraint holds for: weights with two or more axes, all of them or those
 * under its paths, and any tensor whose own path is given.
 *
 * @param {Description} constraint
 * @param {Program} program
 * @param {readonly string[]} frozen
 */
export function heldBy(constraint, program, frozen) {
  /** @type {string[]} */
  const layers = constraint.settings?.layers ?? [];
  return parametersOf(program).filter((p) => {
    const under = !layers.length || isUnder(p.path, layers);
    const chosen = layers.includes(p.path) || (under && p.shape.length > 1);
    return chosen && !isUnder(p.path, frozen);
  });
}

/** @param {Description} rule @returns {Record<string, any>} all its settings */
export function settingsOf(rule) {
  const known = classFacts(rule.class)?.settings ?? {};
  const defaults = Object.entries(known).map(([name, { default: value }]) => [name, value]);
  return { ...Object.fromEntries(defaults), ...rule.settings };
}

/** The symbols of hyperparameters in formulas; the others are their own symbol. @type {Record<string, string>} */
const SYMBOLS = {
  beta1: "β1",
  beta2: "β2",
  eps: "ε",
  rho: "ρ",
  momentum: "μ",
  weight_decay: "λ",
  grow: "η⁺",
  shrink: "η⁻",
  momentum_decay: "ψ",
};

/** @param {Description} rule @returns {Record<string, number>} its numbers by their symbols */
export function numbersOf(rule) {
  const settings = Object.entries(settingsOf(rule)).filter(
    ([, value]) => typeof value === "number",
  );
  return Object.fromEntries(settings.map(([name, value]) => [SYMBOLS[name] ?? name, value]));
}

/** @param {Description} part @returns {string} the first paragraph of its docstring */
export const ruleText = (part) => classFacts(part.class)?.says ?? "";

/** @param {Description} part @returns {string} as Python writes it: ClipNorm(1.0) */
export function written(part) {
  const known = classFacts(part.class)?.settings ?? {};
  const shown = Object.entries(settingsOf(part)).filter(
    ([name, value]) =>
      known[name]?.place || JSON.stringify(value) !== JSON.stringify(known[name]?.default),
  );
  const args = shown.map(([name, value]) => {
    const text =
      known[name]?.kind === "number" && Number.isInteger(value) ? value.toFixed(1) : tuple(value);
    return known[name]?.place && nameOf(part) !== "EMA" ? text : `${name}=${text}`;
  });
  return `${nameOf(part)}(${args.join(", ")})`;
}

/** @param {any} value @returns {string} */
function tuple(value) {
  if (!Array.isArray(value)) return String(value);
  return `(${value.map((v) => `'${v}'`).join(", ")}${value.length === 1 ? "," : ""})`;
}
