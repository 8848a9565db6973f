// Every op of the reference by its name, with what the facts say of it.
import { facts } from "../texts/facts.js";
import { activations } from "./ops/activations.js";
import { arithmetic } from "./ops/arithmetic.js";
import { convolutions } from "./ops/convolution.js";
import { crossEntropies } from "./ops/cross_entropy.js";
import { dense } from "./ops/dense.js";
import { random } from "./ops/dropout.js";
import { images } from "./ops/images.js";
import { losses } from "./ops/losses.js";
import { softmaxes } from "./ops/softmax.js";
import { standardizations } from "./ops/standardize.js";
import { overAllRows } from "./ops/sums.js";

/** @type {Record<string, import("./ops/common.js").Op>} */
const OPS = {
  ...activations,
  ...arithmetic,
  ...convolutions,
  ...crossEntropies,
  ...dense,
  ...images,
  ...losses,
  ...overAllRows,
  ...random,
  ...softmaxes,
  ...standardizations,
};

/**
 * What the docstrings of an op say.
 *
 * @typedef {object} OpFacts
 * @property {string} letter of its output
 * @property {string} forward its equation
 * @property {Record<string, string>} takes its parameters; "array" or the kind of an attribute
 * @property {Record<string, string>} [backward] the right sides by gradient
 * @property {Record<string, any>} [defaults]
 * @property {string} [entry] the equation of one entry
 */

/** @param {string} name @returns {boolean} */
export const isKnown = (name) => Object.hasOwn(OPS, name);

/**
 * Return an op of the reference; every op that the page can trace has one.
 *
 * @param {string} name
 */
export function opOf(name) {
  if (!isKnown(name)) throw new RangeError(`no op ${name}`);
  return OPS[name];
}

/** @param {string} name @returns {OpFacts} */
export const factsOf = (name) =>
  /** @type {Record<string, OpFacts>} */ (/** @type {any} */ (facts).ops)[name];

/** @param {string} name @returns {string[]} the letters of its array inputs, in order */
export const lettersOf = (name) =>
  Object.entries(factsOf(name).takes)
    .filter(([, kind]) => kind === "array")
    .map(([letter]) => letter);

export const names = Object.keys(OPS);
