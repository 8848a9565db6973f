// Many terms: their numbers at once, their words when somebody reads them.
import { placeOf } from "./arrays.js";
import { indexAt } from "./entries.js";
import { pretty } from "./notation.js";
import { entryNumber, indexed, put } from "./words.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/**
 * One of the numbers that add up to an entry.
 *
 * @typedef {object} Term
 * @property {string} formula in symbols, with indices: x[3, 2]·dz1[3, 0]
 * @property {string} numbers the same with numbers: 0.25·(−0.5)
 * @property {number} value
 * @property {number} [row] the place in the batch of the example that made it, if one did
 */
/**
 * The terms of one entry, and what is done with their sum.
 *
 * @typedef {object} Terms
 * @property {Term[] | TermList} terms
 * @property {number} [total] what they add up to, if it is not the entry itself
 * @property {string} [then] what turns the total into the entry
 * @property {string} [note]
 * @property {number} [result] the number that `then` gives
 * @property {number} [size] the size of the numbers that meet in `then`
 */
/**
 * Terms of one form.
 *
 * @typedef {object} Block
 * @property {ArrayLike<number>} values
 * @property {(k: number) => [string, string]} words the formula of term k, and the same with numbers
 * @property {ArrayLike<number>} [rows] the places in the batch of the examples that made them
 */

/** The terms of some blocks, one after the other. */
export class TermList {
  /** @param {Block[]} blocks */
  constructor(blocks) {
    this.blocks = blocks;
    this.length = blocks.reduce((sum, b) => sum + b.values.length, 0);
    this.values = new Float64Array(this.length);
    /** @type {number[]} the example of each term; −1: of none */
    this.rows = new Array(this.length).fill(-1);
    let begin = 0;
    for (const b of blocks) {
      for (let k = 0; k < b.values.length; k++) {
        this.values[begin + k] = b.values[k];
        if (b.rows) this.rows[begin + k] = b.rows[k];
      }
      begin += b.values.length;
    }
  }

  /** @param {number} k @returns {Term} */
  at(k) {
    let place = k;
    for (const b of this.blocks) {
      if (place < b.values.length) {
        const [formula, numbers] = b.words(place);
        const term = { formula, numbers, value: this.values[k] };
        return b.rows ? { ...term, row: b.rows[place] } : term;
      }
      place -= b.values.length;
    }
    throw new RangeError(`term ${k} of ${this.length}`);
  }

  /** @param {number} [most] @returns {Term[]} the first terms */
  list(most = this.length) {
    return Array.from({ length: Math.min(most, this.length) }, (_, k) => this.at(k));
  }

  get total() {
    return this.values.reduce((sum, x) => sum + x, 0);
  }
}

/** @param {Term[]} terms @returns {TermList} */
export const asTermList = (terms) =>
  new TermList(
    terms.map(({ formula, numbers, value, row }) => ({
      values: [value],
      words: () => [formula, numbers],
      ...(row === undefined ? {} : { rows: [row] }),
    })),
  );

/** @param {string} formula @param {string} numbers @param {number} value @returns {Block} of one term */
export const single = (formula, numbers, value) => ({
  values: [value],
  words: () => [formula, numbers],
});

/**
 * Return the terms of a Part in the symbols of a network.
 *
 * @param {import("./entries.js").Part} part
 * @param {Record<string, string>} symbols of each letter
 * @param {Record<string, NumberArray>} arrays of each letter
 * @param {Record<string, string>} attrs as they are written
 * @param {Set<string>} [rowLetters] letters whose first index is a row
 * @returns {Block}
 */
export function block(part, symbols, arrays, attrs, rowLetters = new Set()) {
  const labels = part.labels ?? {};
  const inner = part.inner ?? {};
  const lengths = [part.values, ...Object.values(inner), ...Object.values(part.at).flat()].map(
    (n) => (Array.isArray(n) ? n.length : 1),
  );
  const many = lengths.includes(0) ? 0 : Math.max(1, ...lengths);
  /** @param {number | number[]} n @param {number} k */
  const of = (n, k) => (typeof n === "number" ? n : n[n.length === 1 ? 0 : k]);
  const values = Array.from({ length: many }, (_, k) => {
    if (part.values !== undefined) return of(part.values, k);
    let value = 1;
    for (const [letter, at] of Object.entries(part.at)) {
      const a = arrays[labels[letter] ?? letter];
      value *= a.data[placeOf(a.shape, indexAt(at, k))];
    }
    return value;
  });
  const plain = { ...attrs };
  for (const [letter, symbol] of Object.entries(symbols)) plain[letter] = pretty(symbol);
  /** @param {number} k @returns {[string, string]} */
  const words = (k) => {
    /** @type {Record<string, string>} */
    const formula = {};
    /** @type {Record<string, string>} */
    const numbers = {};
    for (const [letter, at] of Object.entries(part.at)) {
      const place = indexAt(at, k);
      const label = labels[letter] ?? letter;
      formula[letter] = indexed(symbols[label] ?? put(label, plain), place);
      const a = arrays[label];
      if (a && a.shape.length === place.length)
        numbers[letter] = entryNumber(
          a.data[placeOf(a.shape, place)],
          a.data instanceof Int32Array,
        );
    }
    for (const [letter, n] of Object.entries(inner)) numbers[letter] = entryNumber(of(n, k));
    return [
      put(part.form, { ...attrs, ...formula }),
      put(part.numbers || part.form, { ...attrs, ...numbers }),
    ];
  };
  const first = Object.entries(part.at).find(([letter, at]) => rowLetters.has(letter) && at.length);
  if (!first) return { values, words };
  return { values, words, rows: values.map((_, k) => indexAt(first[1], k)[0]) };
}

/** @param {NumberArray} a @returns {number} the share by which a sum of terms may differ */
export const tolerance = (a) => (a.data instanceof Float32Array ? 1e-5 : 1e-6);

/**
 * Return true if the terms add up to the number, within a share of their sizes.
 *
 * @param {ArrayLike<number>} values
 * @param {number} expected
 * @param {number} limit
 * @param {number} [size]
 */
export function agrees(values, expected, limit, size = 0) {
  let [sum, sizes] = [0, size];
  for (let k = 0; k < values.length; k++) {
    sum += values[k];
    sizes += Math.abs(values[k]);
  }
  if (!Number.isFinite(expected)) return !Number.isFinite(sum);
  return Math.abs(sum - expected) <= limit * sizes;
}
