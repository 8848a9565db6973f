// The keyed random numbers of energy models: some rows of `graph/random.js` from a first one on.
import * as keyed from "../graph/random.js";

export { INIT, ORDER, pathHash, permutation, SAMPLE } from "../graph/random.js";

/** @typedef {[number, number]} Key (seed, step or epoch) */

/** @param {number} first @param {number} rows */
const from = (first, rows) => Uint32Array.from({ length: rows }, (_, r) => first + r);

/**
 * One 32-bit word for each (row, column), row by row.
 *
 * @param {Key} key
 * @param {number} purpose
 * @param {number} path
 * @param {number} first the first row
 * @param {number} rows
 * @param {number} columns
 */
export const words = (key, purpose, path, first, rows, columns) =>
  keyed.words(key, purpose, path, from(first, rows), columns);

/**
 * Numbers uniform on [0, 1) with 24 bits.
 *
 * @param {Key} key
 * @param {number} purpose
 * @param {number} path
 * @param {number} first
 * @param {number} rows
 * @param {number} columns
 */
export const uniform = (key, purpose, path, first, rows, columns) =>
  keyed.uniform(key, purpose, path, from(first, rows), columns);

/**
 * Standard normal numbers.
 *
 * @param {Key} key
 * @param {number} purpose
 * @param {number} path
 * @param {number} first
 * @param {number} rows
 * @param {number} columns
 */
export const normal = (key, purpose, path, first, rows, columns) =>
  keyed.normal(key, purpose, path, from(first, rows), columns);
