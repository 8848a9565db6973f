// The steps of a pass as a reader sees them: symbols, attributes, one row, one entry alone.
import { array, entry, indexOf, rowsOf, zeros } from "./arrays.js";
import { fromEquation } from "./entries.js";
import { pretty } from "./notation.js";
import { factsOf, lettersOf, opOf } from "./ops.js";
import { block } from "./term_list.js";
import { attribute, put } from "./words.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {import("./pass.js").Pass} Pass */
/** @typedef {import("../graph/tape.js").Step} Step */
/** @typedef {import("./entries.js").Part} Part */

/** @param {Step} step @returns {Record<string, string>} its attributes as they are written */
function attrsOf(step) {
  const known = { ...factsOf(step.op).defaults, ...step.attrs };
  return Object.fromEntries(Object.entries(known).map(([name, value]) => [name, attribute(value)]));
}

/**
 * Return what an op itself says of one entry of `name`, its output or a gradient; or null.
 *
 * @param {string} op
 * @param {string} name
 * @param {number[]} at
 * @param {Record<string, NumberArray>} arrays
 * @param {Record<string, any>} attrs
 */
export function declared(op, name, at, arrays, attrs) {
  const facts = factsOf(op);
  const all = { ...facts.defaults, ...attrs };
  const own = opOf(op).terms?.[name];
  if (own) return own(at, arrays, all);
  return facts.entry ? fromEquation(facts.entry, name, at, arrays, all) : null;
}

/**
 * Return a Part in the symbols of the network; `ofRows`: each term is of an example.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {Part} part
 * @param {boolean} [ofRows]
 */
export function blockOf(pass, step, part, ofRows = false) {
  const rows = new Set();
  if (ofRows) {
    lettersOf(step.op).forEach((letter, k) => {
      if (k < step.inputs.length && pass.isRow(step.inputs[k])) rows.add(letter).add(`d${letter}`);
    });
    const { letter } = factsOf(step.op);
    if (pass.isRow(step.output)) rows.add(letter).add(`d${letter}`);
  }
  return block(part, pass.symbols(step), pass.arrays(step), attrsOf(step), rows);
}

/** @param {Pass} pass @param {Step} step @param {string} right @returns {string} without indices */
export function written(pass, step, right) {
  const words = Object.fromEntries(
    Object.entries(pass.symbols(step)).map(([k, v]) => [k, pretty(v)]),
  );
  return put(right.trim(), { ...attrsOf(step), ...words });
}

/** @param {Pass} pass @param {Step} step @param {number} n @returns {NumberArray[]} inputs of one row */
export const ofRow = (pass, step, n) =>
  step.inputs.map((i) => (pass.isRow(i) ? rowsOf(pass.value[i], n, n + 1) : pass.value[i]));

/**
 * Return the inputs of one entry of an entrywise op, as arrays of one entry.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {number[]} at
 */
export function alone(pass, step, at) {
  const y = pass.value[step.output];
  const one = at.map(() => 1);
  return step.inputs.map((i) => {
    const a = pass.value[i];
    if (a.shape.length === y.shape.length && y.shape.length) return filled(one, a, entry(a, at));
    return a.shape.length ? filled([1], a, entry(a, at.slice(-1))) : a;
  });
}

/** @param {number[]} shape @param {NumberArray} like @param {number} value @returns {NumberArray} */
export function filled(shape, like, value) {
  const a = zeros(shape, like);
  a.data.fill(value);
  return a;
}

/**
 * Return the index of each input of an entrywise op that belongs to an entry.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {import("./entries.js").Place} at
 * @returns {Record<string, import("./entries.js").Place>}
 */
export function placesOf(pass, step, at) {
  const y = pass.value[step.output];
  /** @type {Record<string, import("./entries.js").Place>} */
  const places = {};
  lettersOf(step.op).forEach((letter, k) => {
    if (k >= step.inputs.length) return;
    const { shape } = pass.value[step.inputs[k]];
    const same = shape.length === y.shape.length && shape.every((n, axis) => n === y.shape[axis]);
    places[letter] = same ? at : shape.length ? at.slice(-1) : [];
  });
  return places;
}

/**
 * Return a line of the last axis's entry d of an array: one number for each of its other entries.
 *
 * @param {NumberArray} a
 * @param {number} d
 * @returns {NumberArray} (1, many)
 */
export function columnOf(a, d) {
  const many = a.data.length / a.shape[a.shape.length - 1];
  const line = zeros([1, many], a);
  for (let k = 0; k < many; k++) line.data[k] = a.data[k * a.shape[a.shape.length - 1] + d];
  return line;
}

/** @param {NumberArray} a @param {number} k @param {number} many @returns {NumberArray} one number often */
export const repeated = (a, k, many) => array(zeros([many], a).data.fill(a.data[k]), [many]);

/** @param {readonly number[]} shape @returns {number[][]} each index, axis by axis */
export function axesOf(shape) {
  const many = shape.reduce((a, b) => a * b, 1);
  const axes = shape.map(() => new Array(many));
  for (let k = 0; k < many; k++) indexOf(shape, k).forEach((n, axis) => (axes[axis][k] = n));
  return axes;
}
