// Arrays of any shape: one typed array, rows one after another, and the sizes of its axes.

/** @typedef {Float32Array | Float64Array | Int32Array} Numbers */
/**
 * @typedef {object} NumberArray
 * @property {Numbers} data
 * @property {number[]} shape
 */
/** @typedef {number[]} Index */

/** @param {readonly number[]} shape */
export const sizeOf = (shape) => shape.reduce((product, n) => product * n, 1);

/**
 * Return an array of zeros with the number type of another one.
 *
 * @param {readonly number[]} shape
 * @param {NumberArray} like
 * @returns {NumberArray}
 */
export function zeros(shape, like) {
  const Numbers = /** @type {new (n: number) => Numbers} */ (like.data.constructor);
  return { data: new Numbers(sizeOf(shape)), shape: [...shape] };
}

/** @param {Numbers} data @param {readonly number[]} shape @returns {NumberArray} */
export const array = (data, shape) => ({ data, shape: [...shape] });

/** @param {NumberArray} a @param {readonly number[]} shape @returns {NumberArray} */
export const reshaped = (a, shape) => ({ data: a.data, shape: [...shape] });

/**
 * Return the steps from one number to the next along each axis.
 *
 * @param {readonly number[]} shape
 */
export function strides(shape) {
  const found = new Array(shape.length);
  let step = 1;
  for (let k = shape.length - 1; k >= 0; k--) {
    found[k] = step;
    step *= shape[k];
  }
  return found;
}

/**
 * Return the place of an entry in the flat array.
 *
 * @param {readonly number[]} shape
 * @param {readonly number[]} at
 */
export function placeOf(shape, at) {
  let place = 0;
  for (let k = 0; k < shape.length; k++) place = place * shape[k] + at[k];
  return place;
}

/**
 * Return the entry at a place of the flat array.
 *
 * @param {readonly number[]} shape
 * @param {number} place
 * @returns {Index}
 */
export function indexOf(shape, place) {
  const at = new Array(shape.length);
  for (let k = shape.length - 1; k >= 0; k--) {
    at[k] = place % shape[k];
    place = Math.floor(place / shape[k]);
  }
  return at;
}

/** @param {NumberArray} a @param {readonly number[]} at */
export const entry = (a, at) => a.data[placeOf(a.shape, at)];

/**
 * Return some rows of an array of rows, without a copy.
 *
 * @param {NumberArray} a
 * @param {number} begin
 * @param {number} end
 * @returns {NumberArray}
 */
export function rowsOf(a, begin, end) {
  const each = sizeOf(a.shape.slice(1));
  return {
    data: a.data.subarray(begin * each, end * each),
    shape: [end - begin, ...a.shape.slice(1)],
  };
}

/** @param {NumberArray} a @returns {NumberArray} */
export const inDouble = (a) =>
  a.data instanceof Int32Array ? a : { data: Float64Array.from(a.data), shape: a.shape };

/**
 * Return the sum of two arrays of one shape.
 *
 * @param {NumberArray} a
 * @param {NumberArray} b
 */
export function plus(a, b) {
  const sum = zeros(a.shape, a);
  for (let k = 0; k < sum.data.length; k++) sum.data[k] = a.data[k] + b.data[k];
  return sum;
}
