// One number of an update, and the numbers that made it.
import { entry, sizeOf } from "./arrays.js";
import { agrees, asTermList, TermList, tolerance } from "./term_list.js";
import { greek, indexed, isProse, plainName } from "./words.js";

/** @typedef {import("./stages.js").Quantity} Quantity */
/** @typedef {import("./stages.js").Stage} Stage */
/** @typedef {import("./term_list.js").Term} Term */
/** @typedef {{ quantity: Quantity, at: number[] }} Entry */
/**
 * One entry of a value, and the terms that it is the sum of.
 *
 * @typedef {object} Explained
 * @property {Quantity} quantity
 * @property {number[]} at
 * @property {string} where dW1[2, 0]
 * @property {number} value
 * @property {TermList} terms in the order of the equation
 * @property {number} total the sum of the terms
 * @property {number} expected the number that the terms add up to: the entry, or what leads to it
 * @property {string} then what turns the sum into the entry
 * @property {string} note
 * @property {boolean} addsUp the terms give the number, within rounding
 */

/**
 * Explain one entry of a quantity.
 *
 * @param {Quantity} quantity
 * @param {number[]} at
 * @returns {Explained}
 */
export function explained(quantity, at) {
  const value = entry(quantity.array, at);
  const found = quantity.terms?.(at) ?? { terms: [] };
  const terms = found.terms instanceof TermList ? found.terms : asTermList(found.terms);
  const limit = tolerance(quantity.array);
  const expected = found.total ?? value;
  const sumIsRight = !terms.length || agrees(terms.values, expected, limit);
  const { result } = found;
  const restIsRight =
    result === undefined ||
    !Number.isFinite(value) ||
    Math.abs(result - value) <= limit * (Math.abs(value) + (found.size ?? 0));
  return {
    quantity,
    at,
    where: indexed(quantity.symbol, at),
    value,
    terms,
    total: terms.total,
    expected,
    then: found.then ?? "",
    note: found.note ?? "",
    addsUp: sumIsRight && restIsRight,
  };
}

/** @param {Explained} one @returns {number[]} the places of its terms, largest first */
export function largestFirst({ terms }) {
  const size = (/** @type {number} */ k) =>
    Number.isNaN(terms.values[k]) ? Infinity : Math.abs(terms.values[k]);
  return Array.from({ length: terms.length }, (_, k) => k).sort(
    (a, b) => size(b) - size(a) || a - b,
  );
}

/**
 * Return what each example of the batch added, largest first.
 *
 * @param {Explained} one
 * @returns {{ row: number, value: number }[]} `row` is the place in the batch
 */
export function shares({ terms }) {
  /** @type {Map<number, number>} */
  const sums = new Map();
  terms.rows.forEach((row, k) => {
    if (row >= 0) sums.set(row, (sums.get(row) ?? 0) + terms.values[k]);
  });
  return [...sums]
    .map(([row, value]) => ({ row, value }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

/** @param {Stage[]} stages @returns {Quantity[]} */
export const quantitiesOf = (stages) => stages.flatMap((stage) => stage.quantities);

/** What people say for a symbol. @type {Record<string, string>} */
const WORDS = { loss: "L" };

/**
 * Return the last computed quantity of this symbol or path, else the last that is given.
 *
 * @param {Quantity[]} quantities
 * @param {string} name
 * @returns {Quantity | undefined}
 */
export function named(quantities, name) {
  for (const wanted of [plainName(name), WORDS[plainName(name)]]) {
    if (!wanted) continue;
    const fitting = quantities.filter((q) => plainName(q.symbol) === wanted || q.path === wanted);
    const computed = fitting.filter((q) => !q.given);
    if (fitting.length) return computed[computed.length - 1] ?? fitting[fitting.length - 1];
  }
  return undefined;
}

/**
 * Read the name of an entry as people write it: dW1[2, 0], dense1/W[0,0], loss. A name alone is its
 * first entry.
 *
 * @param {Quantity[]} quantities
 * @param {string} text
 * @returns {Entry | { problem: "name" | "entry", near: string }} `near` is what could be meant
 */
export function read(quantities, text) {
  const parts = /^\s*([^[\]]+?)\s*(?:\[([^[\]]*)\])?\s*$/.exec(text);
  const quantity = parts ? named(quantities, parts[1]) : undefined;
  if (!parts || !quantity)
    return { problem: "name", near: nearest(quantities, parts?.[1] ?? text) };
  const { shape } = quantity.array;
  const last = indexed(
    quantity.symbol,
    shape.map((n) => n - 1),
  );
  const words = (parts[2] ?? "")
    .split(",")
    .map((w) => w.trim())
    .filter(Boolean);
  if (sizeOf(shape) === 0) return { problem: "entry", near: last };
  if (!words.length && parts[2] === undefined) return { quantity, at: shape.map(() => 0) };
  const at = words.map(Number);
  const fits =
    at.length === shape.length && at.every((n, k) => /^\d+$/.test(words[k]) && n < shape[k]);
  return fits ? { quantity, at } : { problem: "entry", near: last };
}

/** @param {Quantity[]} quantities @param {string} name @returns {string} the most similar name */
function nearest(quantities, name) {
  const wanted = plainName(name).toLowerCase();
  let [best, most] = ["", 0];
  for (const q of quantities) {
    const likeness = similarity(plainName(q.symbol).toLowerCase(), wanted);
    if (likeness > most) [best, most] = [greek(q.symbol), likeness];
  }
  return most > 0.4 ? best : greek(quantities.find((q) => !q.given)?.symbol ?? "L");
}

/** @param {string} a @param {string} b @returns {number} the share of letters that both have in order */
function similarity(a, b) {
  const row = new Array(b.length + 1).fill(0);
  for (const x of a) {
    let before = 0;
    for (let k = 1; k <= b.length; k++) {
      const here = row[k];
      row[k] = x === b[k - 1] ? before + 1 : Math.max(row[k], row[k - 1]);
      before = here;
    }
  }
  return a.length + b.length ? (2 * row[b.length]) / (a.length + b.length) : 0;
}

/**
 * Return where each number of a formula came from: the entries that its words name. What is read in
 * this update stands before `quantity` in the list of stages.
 *
 * @param {string} formula
 * @param {Quantity[]} quantities all of the update
 * @param {Quantity} quantity whose formula it is
 * @returns {{ text: string, entry?: Entry }[]} the formula in pieces
 */
export function linked(formula, quantities, quantity) {
  const names = namesOf(quantities);
  if (!names.size || isProse(formula)) return [{ text: formula }];
  const pieces = [];
  let end = 0;
  for (const found of formula.matchAll(NAMED)) {
    const inner =
      found[1] && quantities.find((q) => !q.given && q.equation.endsWith(` = ${found[1]}`));
    const name = inner ? greek(inner.symbol) : (found[3] ?? "");
    const entry_ = entryNamed(names, name, found[2] ?? found[4], quantity);
    if (!entry_) continue;
    if (found.index > end) pieces.push({ text: formula.slice(end, found.index) });
    pieces.push({ text: found[0], entry: entry_ });
    end = found.index + found[0].length;
  }
  if (end < formula.length) pieces.push({ text: formula.slice(end) });
  return pieces;
}

/** A number inside an op with its place, mask(key, row)[1, 2]; or a symbol, with one or without. */
const NAMED =
  /((?:mask|noise|softmax|σ)\([^()]*\))\[([\d, ]+)\]|([\p{L}_∂‖][\p{L}\p{M}\p{Nd}_.‖]*)(?:\[([\d, ]+)\])?/gu;

/** @type {WeakMap<Quantity[], Map<string, Quantity[]>>} */
const known = new WeakMap();

/** @param {Quantity[]} quantities */
function namesOf(quantities) {
  let names = known.get(quantities);
  if (!names) {
    names = new Map();
    for (const q of quantities)
      names.set(greek(q.symbol), [...(names.get(greek(q.symbol)) ?? []), q]);
    known.set(quantities, names);
  }
  return names;
}

/**
 * @param {Map<string, Quantity[]>} names
 * @param {string} name
 * @param {string | undefined} index
 * @param {Quantity} quantity
 * @returns {Entry | undefined}
 */
function entryNamed(names, name, index, quantity) {
  const found = names.get(name)?.find((q) => q !== quantity);
  if (!found) return undefined;
  const at = index ? index.split(",").map(Number) : [];
  const { shape } = found.array;
  if (at.length === shape.length && at.every((n, k) => n < shape[k]))
    return { quantity: found, at };
  return undefined;
}
