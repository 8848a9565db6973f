// What the page knows of the package: ops and classes, from Python's docstrings.
import { facts } from "../texts/facts.js";

/**
 * @typedef {object} OpFacts
 * @property {string} letter the left side of its equation
 * @property {string} forward its equation, "z = x W + b"
 * @property {Record<string, "array" | "number" | "whole" | "wholes" | "word">} takes its parameters
 *   in order: an array, or the kind of an attribute
 * @property {Record<string, string>} [backward] the right side of each gradient, by "dx"
 * @property {Record<string, any>} [defaults] attributes that may be left out
 * @property {string} [entry] the equation of one entry, if it is a sum of products
 */

/**
 * @typedef {object} SettingFacts
 * @property {string | string[]} kind "whole", "number", "rate", "truth", "word", "initializer",
 *   "penalty?", ... or the words that it may be
 * @property {any} [default] without it the setting must be given
 * @property {boolean} [place] given by place in Python
 * @property {boolean} [star] given as several arguments: Sequential(a, b)
 * @property {string} [rule] its type and range, in words
 * @property {string} [says] what it is
 */

/**
 * @typedef {object} ClassFacts
 * @property {string} says the first sentence, often an equation
 * @property {string} [more]
 * @property {string} [shapes]
 * @property {string} [from] the paper or book
 * @property {Record<string, SettingFacts>} settings
 * @property {string[]} [slots] of an optimizer
 * @property {boolean} [twin] the engine has it
 * @property {boolean} [hidden] it has no public name
 * @property {boolean} [wholeBatch] it needs the whole data set in each step
 * @property {boolean} [byTensor] it takes whole tensors
 * @property {boolean} [hidesOverflow]
 * @property {string} [paper] the class of the paper's rule, of a rule that follows a library
 * @property {Record<string, Description>} [like] this rule as libraries have it
 * @property {string} [length] the setting that is a length in steps or epochs
 */

/**
 * What docstrings say about an energy model, a learning rule, or a call of a network.
 *
 * @typedef {object} OtherFacts
 * @property {string} says
 * @property {string} [more]
 * @property {string} [shapes]
 * @property {string} [from]
 * @property {Record<string, { rule: string, says: string }>} settings
 */

/**
 * @typedef {object} Facts
 * @property {Record<string, OpFacts>} ops by name: "affine"
 * @property {Record<string, ClassFacts>} classes by their names in files: "layers.Dense"
 * @property {Record<string, OtherFacts>} others "energy.RBM", "rules.Hebb", "calls.fit"
 */

/**
 * A layer, loss, optimizer, ... as saved files describe it.
 *
 * @typedef {{ class: string, settings?: Record<string, any> }} Description
 */

export { facts };

/** @param {string} name @returns {OpFacts | undefined} */
export const opFacts = (name) => (Object.hasOwn(facts.ops, name) ? facts.ops[name] : undefined);

/** @type {Record<string, SettingFacts>} the setting that every layer has */
const NAME = { name: { kind: "word", default: "" } };

const classes = new Map(
  Object.entries(facts.classes).map(([name, about]) => {
    const settings = { ...(name.startsWith("layers.") ? NAME : {}), ...about.settings };
    return [name, { ...about, settings }];
  }),
);

/** @param {string} name "layers.Dense" @returns {ClassFacts | undefined} */
export const classFacts = (name) => classes.get(name);

/** The name in Python: "layers.Dense" is Dense. @param {string} name */
export const shortName = (name) => name.slice(name.lastIndexOf(".") + 1) || "—";
