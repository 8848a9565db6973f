// Formulas of rules with indices and with numbers: β1·old.m.W1[2, 0] and 0.9·0.5.
import { array, placeOf } from "./arrays.js";
import { greek, number } from "./words.js";

/** @typedef {import("./stages.js").Quantity} Quantity */
/**
 * One term of each entry of a vector.
 *
 * @typedef {object} Part
 * @property {string} formula in the symbols of the rule: β1·old.m
 * @property {ArrayLike<number>} value its number for each entry
 * @property {boolean[]} [where] the entries that have this term
 */
/**
 * What a symbol of a formula means: what the reader sees, and its number or one for each entry.
 *
 * @typedef {{ label: string, value: number | ArrayLike<number> }} Symbol
 */
/** @typedef {Record<string, Symbol>} Symbols */

const LETTERS = "A-Za-zα-ωΑ-Ω0-9_."; // a symbol is not a part of a longer one
const MARKS = "ᵗ⁺⁻ₜ\u0302\u0304"; // nor is it the beginning of β1ᵗ or m̂

/** @type {Map<string, RegExp>} */
const patterns = new Map();

/** @param {string[]} symbols @returns {RegExp} finds these symbols, the longest first */
function pattern(symbols) {
  const key = symbols.join("\n");
  let found = patterns.get(key);
  if (!found) {
    const escaped = [...symbols]
      .sort((a, b) => b.length - a.length)
      .map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    found = new RegExp(`(?<![${LETTERS}])(?:${escaped.join("|")})(?![${LETTERS}${MARKS}])`, "gu");
    patterns.set(key, found);
  }
  found.lastIndex = 0;
  return found;
}

/** @param {Symbol} symbol @returns {boolean} it has one number for each entry */
const hasEntries = ({ value }) => typeof value !== "number";

/** @param {Symbol} symbol @param {number} place @returns {number} */
const numberAt = ({ value }, place) => (typeof value === "number" ? value : value[place]);

/** @param {Symbol} symbol @param {number} place an entry has four digits, a setting six */
const written = (symbol, place) => number(numberAt(symbol, place), hasEntries(symbol) ? 4 : 6);

/**
 * Return a formula with the labels of its symbols, with the index if one is given.
 *
 * @param {string} formula
 * @param {Symbols} symbols
 * @param {readonly number[]} [at]
 */
function inWords(formula, symbols, at) {
  const place = at?.length ? `[${at.join(", ")}]` : "";
  return formula.replace(pattern(Object.keys(symbols)), (name, offset) => {
    const symbol = symbols[name];
    const own = hasEntries(symbol) && !symbol.label.startsWith("‖");
    const text = greek(symbol.label) + (own ? place : "");
    const underRoot = formula.slice(0, offset).endsWith("√") && /[.[]/.test(text);
    return underRoot ? `(${text})` : text;
  });
}

/**
 * Return a formula with the numbers of one entry; negative ones have parentheses.
 *
 * @param {string} formula
 * @param {Symbols} symbols
 * @param {number} place
 */
function inNumbers(formula, symbols, place) {
  return formula.replace(pattern(Object.keys(symbols)), (name, offset) => {
    const text = written(symbols[name], place);
    const [before, after] = [formula.slice(0, offset), formula.slice(offset + name.length)];
    const alone =
      before === "" || "(|".includes(before[before.length - 1]) || before.endsWith(", ");
    if (before.endsWith("√") && !/^\d+$/.test(text)) return `(${text})`;
    const squared = after.startsWith("²") && /[−e]/.test(text);
    return squared || (text.startsWith("−") && !alone) ? `(${text})` : text;
  });
}

/** @param {string[]} formulas @returns {string} a sum: a + b − c */
export const joined = (formulas) => formulas.join(" + ").replaceAll("+ −", "− ");

/**
 * Return the right side of an equation; terms that only some entries have are alternatives.
 *
 * @param {Part[]} parts
 * @param {Symbols} symbols
 */
export function equationOf(parts, symbols) {
  const always = parts.filter((p) => !p.where).map((p) => inWords(p.formula, symbols));
  const cases = parts.filter((p) => p.where).map((p) => inWords(p.formula, symbols));
  const either = cases.join(" or ");
  return joined([...always, ...(cases.length ? [always.length ? `(${either})` : either] : [])]);
}

/**
 * The terms of each entry of one tensor.
 *
 * @typedef {object} Entries
 * @property {number} begin the place of its first entry in the flat arrays
 * @property {readonly number[]} shape
 * @property {Part[]} parts
 * @property {Symbols} symbols
 * @property {string[]} notes what begins with a symbol belongs to terms with it
 */

/**
 * Return the terms of one entry.
 *
 * @param {Entries} entries
 * @param {readonly number[]} at
 * @returns {import("./term_list.js").Terms}
 */
export function termsOf({ begin, shape, parts, symbols, notes }, at) {
  const place = begin + placeOf(shape, at);
  const here = parts.filter((p) => !p.where || p.where[place]);
  return {
    terms: here.map((p) => ({
      formula: inWords(p.formula, symbols, at),
      numbers: inNumbers(p.formula, symbols, place),
      value: p.value[place],
    })),
    note: noteOf(here, notes, symbols, at, place),
  };
}

/**
 * Return the equations of the symbols in these terms, with numbers, and the sentences.
 *
 * @param {Part[]} parts
 * @param {string[]} notes
 * @param {Symbols} symbols
 * @param {readonly number[]} at
 * @param {number} place
 */
function noteOf(parts, notes, symbols, at, place) {
  let read = parts.map((p) => p.formula).join(" ");
  const lines = [];
  for (const note of notes) {
    const name = note.split(" ")[0];
    const right = note.slice(note.indexOf(" = ") + 3);
    const isSymbol = Object.hasOwn(symbols, name);
    if (isSymbol && !pattern([name]).test(read)) continue;
    if (!isSymbol || !note.startsWith(`${name} = `)) {
      lines.push(note);
      continue;
    }
    read = `${read} ${right}`;
    const left = inWords(name, symbols, at);
    const steps = [inWords(right, symbols, at), inNumbers(right, symbols, place)];
    lines.push([left, ...steps, written(symbols[name], place)].join(" = "));
  }
  return lines.join("\n");
}

/**
 * Return a quantity with its equation, whose entries say their terms.
 *
 * @param {string} symbol
 * @param {string} path
 * @param {import("./arrays.js").Numbers} numbers of the tensor
 * @param {Entries} entries
 * @param {boolean} [ofRun]
 * @returns {Quantity}
 */
export const quantity = (symbol, path, numbers, entries, ofRun = false) => ({
  symbol,
  equation: `${symbol} = ${equationOf(entries.parts, entries.symbols)}`,
  array: array(numbers, entries.shape),
  path,
  ofRun,
  terms: (at) => termsOf(entries, at),
});

/**
 * Return a quantity that is not computed in this update, with the words for what it is.
 *
 * @param {string} symbol
 * @param {string} what
 * @param {import("./arrays.js").NumberArray} numbers
 * @param {string} [path]
 * @returns {Quantity}
 */
export const given = (symbol, what, numbers, path = "") => ({
  symbol,
  equation: what,
  array: numbers,
  path,
  given: true,
});
