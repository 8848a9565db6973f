// How a row of a table becomes the inputs of its network: estimators/tables/columns.py in JavaScript.
import { Refusal } from "../app/refusal.js";
import { fits, MISSING, numberOf, UNKNOWN } from "../data/table_cells.js";
import { dateOf } from "./dates.js";

const CLIP = 3; // no number is further from the middle than this
const FAR = 1e100;
const DAY = 86_400_000; // ms
const NO_DATES = new Set(["0000-00-00", "0000-00-00 00:00:00"]);

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {"number" | "category" | "date" | "ignored"} kind
 * @property {number} width how many inputs it has
 * @property {string[]} words the known words of a category, the most frequent first
 * @property {string} usual the cell of the reference row
 * @property {string} unit
 * @property {(cell: string) => number[]} encode
 *
 * @typedef {object} Table
 * @property {Column[]} columns
 * @property {string} target
 * @property {string[] | null} classes
 * @property {{ mean: number, scale: number } | null} numbers y = mean + scale · output
 * @property {(cells: string[]) => Float64Array} encode
 */

/**
 * @param {any} table the entry `table` of a file
 * @param {any} inputs of the network
 * @returns {Table}
 */
export function columnsOf(table, inputs) {
  if (!Array.isArray(table.columns)) throw new Refusal("your_file.broken");
  const columns = table.columns.map(column);
  const width = columns.reduce(
    (/** @type {number} */ sum, /** @type {Column} */ c) => sum + c.width,
    0,
  );
  if (inputs?.x?.[0] !== Math.max(width, 1)) throw new Refusal("your_file.broken");
  const classes = Array.isArray(table.classes) ? table.classes.map(String) : null;
  const numbers = Number.isFinite(table.mean) && Number.isFinite(table.scale);
  return {
    columns,
    target: String(table.target ?? "y"),
    classes,
    numbers: numbers && !classes ? { mean: table.mean, scale: table.scale } : null,
    encode(cells) {
      const row = new Float64Array(Math.max(width, 1));
      let at = 0;
      columns.forEach((/** @type {Column} */ one, /** @type {number} */ k) => {
        row.set(one.encode((cells[k] ?? "").trim()), at);
        at += one.width;
      });
      return row;
    },
  };
}

/** @param {any} c @returns {Column} */
function column(c) {
  const name = String(c?.name);
  if (c?.kind === "number") return number(name, c);
  if (c?.kind === "category" || c?.kind === "embedding") return category(name, c);
  if (c?.kind === "date") return date(name, c);
  if (c?.kind === "ignore") {
    const encode = () => [];
    return { name, kind: "ignored", width: 0, words: [], usual: "", unit: "", encode };
  }
  throw new Refusal("your_file.broken");
}

/** z = (x − median) scale,   z / √(1 + (z / 3)²). @param {string} name @param {any} c @returns {Column} */
function number(name, c) {
  const unit = String(c.unit ?? "");
  /** @param {string} cell */
  const encode = (cell) => {
    if (isMissing(cell)) return c.missing ? [0, 1] : [0];
    const found = numberOf(cell);
    if (!found || !Number.isFinite(found.value) || !fits(found, unit)) {
      throw new Refusal("your_file.not_a_number", { column: name, cell: cell.slice(0, 40), unit });
    }
    let z = (found.value - c.median) * c.scale;
    z = Math.min(FAR, Math.max(-FAR, z));
    z /= Math.sqrt(1 + (z / CLIP) ** 2);
    return c.missing ? [z, 0] : [z];
  };
  const width = c.missing ? 2 : 1;
  return { name, kind: "number", width, words: [], usual: String(c.median), unit, encode };
}

/** 1 in the input of the word, 0 in the others. @param {string} name @param {any} c @returns {Column} */
function category(name, c) {
  const words = c.words.map(String);
  const width = words.length + Number(c.other) + Number(c.missing);
  const rest = c.other ? words.length : -1;
  const gone = c.missing ? words.length + Number(c.other) : -1;
  /** @param {string} cell */
  const encode = (cell) => {
    const row = new Array(width).fill(0);
    const word = /^(true|false)$/i.test(cell) ? cell.toLowerCase() : cell;
    const missing = MISSING.has(cell.toLowerCase());
    const known = words.indexOf(word);
    const at = missing ? gone : known >= 0 ? known : rest;
    if (at >= 0) row[at] = 1;
    else if (c.kind === "embedding" && !missing) row.fill(1 / words.length, 0, words.length);
    return row;
  };
  const usual = c.usual === null || c.usual === undefined ? "" : String(c.usual);
  return { name, kind: "category", width, words, usual, unit: "", encode };
}

/** Year, days, month and weekday, each between fixed bounds. @param {string} name @param {any} c @returns {Column} */
function date(name, c) {
  const [first, last] = [dateOf(c.first, "ISO"), dateOf(c.last, "ISO")];
  const form = String(c.form);
  const example = String(c.middle);
  const width = 11 + 2 * Number(c.clock) + Number(c.missing);
  /** @param {string} cell */
  const encode = (cell) => {
    if (isMissing(cell) || NO_DATES.has(cell)) {
      const row = new Array(width).fill(0);
      if (c.missing) row[width - 1] = 1;
      return row;
    }
    const t = dateOf(cell, form);
    if (!Number.isFinite(t)) {
      throw new Refusal("your_file.not_a_date", { column: name, cell: cell.slice(0, 40), example });
    }
    const day = Math.floor(t / DAY);
    const when = new Date(t);
    const weekday = (((day + 3) % 7) + 7) % 7; // 0 is Monday
    const row = [
      between(
        when.getUTCFullYear(),
        new Date(first).getUTCFullYear(),
        new Date(last).getUTCFullYear(),
      ),
      between(day, first / DAY, last / DAY),
      ...circle(when.getUTCMonth() / 12),
      ...Array.from({ length: 7 }, (_, k) => Number(k === weekday)),
    ];
    if (c.clock) row.push(...circle((t - day * DAY) / DAY));
    if (c.missing) row.push(0);
    return row;
  };
  return { name, kind: "date", width, words: [], usual: String(c.middle), unit: "", encode };
}

/** @param {number} v @param {number} least @param {number} largest */
const between = (v, least, largest) =>
  Math.min(2, Math.max(-1, (v - least) / (largest - least || 1)));

/** @param {number} turns */
const circle = (turns) => [Math.sin(2 * Math.PI * turns), Math.cos(2 * Math.PI * turns)];

/** @param {string} cell */
function isMissing(cell) {
  const word = cell.toLowerCase();
  return MISSING.has(word) || UNKNOWN.has(word);
}
