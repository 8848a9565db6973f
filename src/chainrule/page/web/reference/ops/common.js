// What an op of the reference is, and the loops that many of them share.
import { sizeOf, zeros } from "../arrays.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {Record<string, any>} Attributes */
/**
 * Numbers inside an op that a reader wants to see, such as a mask. `by` is an op that makes them.
 *
 * @typedef {object} Inner
 * @property {string} equation
 * @property {(arrays: import("../entries.js").Arrays, attrs: Attributes) => NumberArray} numbers
 * @property {string} [by]
 */
/**
 * A pure function of arrays and its vector-Jacobian product. Equations and letters are in the facts.
 *
 * @typedef {object} Op
 * @property {(inputs: NumberArray[], attrs: Attributes) => NumberArray} forward
 * @property {(dy: NumberArray, y: NumberArray, inputs: NumberArray[], attrs: Attributes) =>
 *   (NumberArray | null)[]} [backward] a gradient for each input, or null
 * @property {Record<string, import("../entries.js").EntryOf>} [terms] what an entry of the output, or
 *   of a gradient, is the sum of
 * @property {Record<string, Inner>} [inner]
 * @property {boolean} [entrywise] true: an entry depends only on the same entry of each input
 * @property {number[][]} [affine] inputs in which it is affine, together
 */

/**
 * Apply a function entry by entry. Further arrays have the shape of the first, or are one number,
 * or a vector for its last axis.
 *
 * @param {(...numbers: number[]) => number} f
 * @param {NumberArray} a
 * @param {...NumberArray} others
 */
export function entrywise(f, a, ...others) {
  const y = zeros(a.shape, a);
  const many = y.data.length;
  if (!others.length) for (let k = 0; k < many; k++) y.data[k] = f(a.data[k]);
  else if (others.length === 1) {
    const [{ data: b }] = others;
    for (let k = 0; k < many; k++) y.data[k] = f(a.data[k], b[k % b.length]);
  } else
    for (let k = 0; k < many; k++)
      y.data[k] = f(a.data[k], ...others.map(({ data }) => data[k % data.length]));
  return y;
}

/**
 * Return the sum of an array over rows and positions: one number for each entry of its last axis.
 *
 * @param {NumberArray} like a vector for the last axis
 * @param {NumberArray} a
 */
export function overRows(like, a) {
  const sums = new Float64Array(like.data.length);
  for (let k = 0; k < a.data.length; k++) sums[k % sums.length] += a.data[k];
  const s = zeros(like.shape, like);
  s.data.set(sums);
  return s;
}

/** @param {NumberArray} a @returns {boolean} */
export const isDouble = (a) => a.data instanceof Float64Array;

/**
 * Call a function with each line of the last axis: its begin in the flat array, and its length.
 *
 * @param {NumberArray} a
 * @param {(begin: number, length: number) => void} f
 */
export function eachLine(a, f) {
  const length = a.shape[a.shape.length - 1];
  for (let begin = 0; begin < a.data.length; begin += length) f(begin, length);
}

/** @param {NumberArray} a @returns {number} numbers of a row */
export const perRow = (a) => sizeOf(a.shape.slice(1));

/** @param {...import("../entries.js").Part} parts @returns {import("../entries.js").Entry} */
export const sumOf = (...parts) => ({ parts });
