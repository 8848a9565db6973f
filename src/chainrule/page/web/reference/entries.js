// The terms of one entry: which numbers add up to one number of an op's output or gradient.
//
// A sum of products says so in one line, `z[n, j] = x[n, i] W[i, j] + b[j]`: an index that is on the
// right alone is summed, … stands for any number of axes, and the terms of each gradient follow from
// the same line. Other ops have functions that return an Entry.
import { indexOf, placeOf, sizeOf } from "./arrays.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {(number | number[])[]} Place one number for all terms, or one for each term */
/** @typedef {Record<string, NumberArray>} Arrays by the letters of an op */
/**
 * Terms of one form.
 *
 * @typedef {object} Part
 * @property {string} form one term in the letters of the op
 * @property {Record<string, Place>} at the entry that each letter stands for
 * @property {number | number[]} [values] the terms; without them the product of the entries
 * @property {string} [numbers] the form for numbers, if it is another one
 * @property {Record<string, number | number[]>} [inner] numbers of letters that are no entries
 * @property {Record<string, string>} [labels] what such a letter stands for, in the op's letters
 */
/**
 * What one entry is made of: the terms of the parts add up to `total`, or to the entry itself.
 *
 * @typedef {object} Entry
 * @property {Part[]} parts
 * @property {number} [total] the sum, if it is not the entry itself
 * @property {Part} [then] what makes the entry from the sum
 * @property {number} [size] the size of the numbers that meet in `then`
 * @property {string} [note]
 */
/** @typedef {(at: number[], arrays: Arrays, attrs: Record<string, any>) => Entry} EntryOf */

const TERM = /\s*([+−]?)\s*([^+−]+)/g;
const FACTOR = /(\/?)\s*([A-Za-z_]+)(?:\[([^\]]*)\])?/g;
const REST = "…";

/** @typedef {{ letter: string, indices: string[], below: boolean }} Factor */
/** @typedef {{ sign: string, factors: Factor[] }} Product */

/** @param {string} text @returns {Factor[]} */
const factorsOf = (text) =>
  [...text.matchAll(FACTOR)].map(([, below, letter, indices]) => ({
    letter,
    indices: indices?.match(/\w+|…/g) ?? [],
    below: below === "/",
  }));

/** @type {Map<string, { left: Factor, products: Product[] }>} */
const parsed = new Map();

/** @param {string} entry the equation of one entry */
function parse(entry) {
  let found = parsed.get(entry);
  if (!found) {
    const [left, right] = entry.split(" = ");
    const products = [...right.matchAll(TERM)].map(([, sign, text]) => ({
      sign,
      factors: factorsOf(text),
    }));
    found = { left: factorsOf(left)[0], products };
    parsed.set(entry, found);
  }
  return found;
}

/**
 * Return what the equation of one entry says of an entry of `name`, the output or a gradient.
 *
 * @param {string} equation
 * @param {string} name
 * @param {number[]} at
 * @param {Arrays} arrays
 * @param {Record<string, any>} attrs
 * @returns {Entry}
 */
export function fromEquation(equation, name, at, arrays, attrs) {
  const { left, products } = parse(equation);
  if (name === left.letter)
    return { parts: products.map((p) => partOf(p, p.factors, left, at, arrays, attrs)) };
  const parts = [];
  for (const p of products)
    for (const [k, factor] of p.factors.entries())
      if (`d${factor.letter}` === name) {
        const dy = { letter: `d${left.letter}`, indices: left.indices, below: false };
        const factors = [...p.factors.slice(0, k), dy, ...p.factors.slice(k + 1)];
        parts.push(partOf(p, factors, factor, at, arrays, attrs));
      }
  return { parts };
}

/**
 * Return the terms of one product, summed over all indices that `left[at]` leaves free.
 *
 * @param {Product} product
 * @param {Factor[]} factors
 * @param {Factor} left
 * @param {number[]} at
 * @param {Arrays} arrays
 * @param {Record<string, any>} attrs
 * @returns {Part}
 */
function partOf(product, factors, left, at, arrays, attrs) {
  /** @type {Map<string, number>} */
  const bound = new Map();
  axesOf(left, at.length).forEach((axis, k) => bound.set(axis, at[k]));
  const places = factors.filter((f) => f.letter in arrays);
  /** @type {Map<string, number>} */
  const free = new Map();
  for (const f of places) {
    const { shape } = arrays[f.letter];
    axesOf(f, shape.length).forEach((axis, k) => {
      if (!bound.has(axis) && !free.has(axis)) free.set(axis, shape[k]);
    });
  }
  const sizes = [...free.values()];
  const many = sizeOf(sizes);
  const names = [...free.keys()];
  /** @type {Record<string, number[]>} */
  const mesh = Object.fromEntries(names.map((name) => [name, new Array(many)]));
  if (names.length)
    for (let k = 0; k < many; k++)
      indexOf(sizes, k).forEach((n, axis) => (mesh[names[axis]][k] = n));
  /** @type {Record<string, Place>} */
  const index = {};
  for (const f of places)
    index[f.letter] = axesOf(f, arrays[f.letter].shape.length).map((axis) =>
      bound.has(axis) ? /** @type {number} */ (bound.get(axis)) : mesh[axis],
    );
  let form = factors
    .filter((f) => !f.below)
    .map((f) => f.letter)
    .join("·");
  if (product.sign === "−") form = `−${form}`;
  for (const f of factors) if (f.below) form += ` / ${f.letter}`;
  const values = new Array(many).fill(product.sign === "−" ? -1 : 1);
  for (const f of factors)
    for (let k = 0; k < many; k++) {
      const x =
        f.letter in arrays
          ? numberAt(arrays[f.letter], index[f.letter], k)
          : Number(attrs[f.letter]);
      values[k] = f.below ? values[k] / x : values[k] * x;
    }
  return { form, at: index, values };
}

/** @param {Factor} factor @param {number} axes @returns {string[]} names of axes; … is …0, …1 */
function axesOf(factor, axes) {
  const many = axes - (factor.indices.length - 1);
  return factor.indices.flatMap((name) =>
    name === REST ? Array.from({ length: many }, (_, i) => `${REST}${i}`) : [name],
  );
}

/**
 * Return the number of term k at a place.
 *
 * @param {NumberArray} a
 * @param {Place} place
 * @param {number} k
 */
export const numberAt = (a, place, k) => a.data[placeOf(a.shape, indexAt(place, k))];

/** @param {Place} place @param {number} k @returns {number[]} */
export const indexAt = (place, k) => place.map((n) => (typeof n === "number" ? n : n[k]));

/**
 * Return terms that are products of entries.
 *
 * @param {Arrays} arrays
 * @param {Record<string, Place>} at
 * @returns {Part}
 */
export function product(arrays, at) {
  const lengths = Object.values(at).flatMap((place) =>
    place.map((n) => (typeof n === "number" ? -1 : n.length)),
  );
  const many = Math.max(...lengths, -1) < 0 ? 1 : Math.max(...lengths);
  const values = new Array(many).fill(1);
  for (const [letter, place] of Object.entries(at))
    for (let k = 0; k < many; k++) values[k] *= numberAt(arrays[letter], place, k);
  return { form: Object.keys(at).join("·"), at, values };
}

/** @param {number} n @returns {number[]} 0, 1, ..., n − 1 */
export const upTo = (n) => Array.from({ length: n }, (_, k) => k);

/** @param {readonly number[]} shape @returns {number[][]} the index of every entry, axis by axis */
export function everywhere(shape) {
  const many = sizeOf(shape);
  const axes = shape.map(() => new Array(many));
  for (let k = 0; k < many; k++) indexOf(shape, k).forEach((n, axis) => (axes[axis][k] = n));
  return axes;
}
