// Tables from pasted text and from files: rows of cells, the kind of each column, and the columns
// that become inputs and target. What can be read in two ways is asked about or refused.
import { Refusal } from "../app/refusal.js";
import { words as randomWords, SPLIT } from "../graph/random.js";
import {
  DECIMAL_COMMA,
  digitsOf,
  fits,
  GROUPS,
  guessing,
  NUMBER,
  numberOf,
  showsCommas,
  unitOf,
  withoutCommas,
  word,
} from "./table_cells.js";

export const MOST_BYTES = 40_000_000;
export const MOST_ROWS = 200_000;
export const MOST_COLUMNS = 1000;
export const MOST_CLASSES = 6;
export const MOST_INPUTS = 12;
const MOST_CHARACTERS = 131_072; // of one cell, as in Python's csv
const LARGEST = 3e38; // float32 ends at 3.4e38
const SLICE = 8000; // cells between two looks at the clock
const DELIMITERS = [",", ";", "\t", "|"];

/** @typedef {{ key: string, values: Record<string, string | number> }} Note */

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {"number" | "category" | "date" | "empty"} kind
 * @property {(string | null)[]} cells a word for each row; null for a missing one
 * @property {Map<string, number>} counts how often each word occurs
 * @property {Map<string, ReturnType<typeof numberOf>>} numbers the number of each word, or null
 * @property {boolean} constant true if it has one value only
 */

/**
 * @typedef {object} Table
 * @property {Column[]} columns
 * @property {Int32Array} lines the line of each row in the text
 * @property {string} delimiter
 * @property {boolean} header true if the first line holds the names
 * @property {boolean} headerAsked true if this was not clear
 * @property {Note[]} notes how the text was read
 */

/**
 * @typedef {object} Reading what the user says about a table
 * @property {string} [delimiter] one of DELIMITERS, or " "
 * @property {boolean} [header] true if the first line holds the names
 */

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {never}
 */
function refuse(key, values = {}) {
  throw new Refusal(`data.${key}`, values);
}

/** @param {string} text @param {number} [most] */
const clip = (text, most = 40) => (text.length > most ? `${text.slice(0, most)}…` : text);

// ---------------------------------------------------------------- bytes

/** @type {[string, number[]][]} */
const STARTS = [
  ["zip", [0x50, 0x4b, 3, 4]],
  ["parquet", [0x50, 0x41, 0x52, 0x31]],
  ["numpy", [0x93, 0x4e, 0x55, 0x4d]],
  ["hdf", [0x89, 0x48, 0x44, 0x46]],
  ["picture", [0x89, 0x50, 0x4e, 0x47]],
  ["picture", [0xff, 0xd8, 0xff]],
  ["pickle", [0x80, 2]],
  ["pickle", [0x80, 3]],
  ["pickle", [0x80, 4]],
  ["pickle", [0x80, 5]],
  ["pdf", [0x25, 0x50, 0x44, 0x46]],
];

export const ENCODINGS = ["utf-8", "gb18030", "big5", "windows-1252", "utf-16le", "utf-16be"];

/**
 * The text of a file: UTF-8, what its byte order mark says, or the encoding that the user chose.
 *
 * @param {Uint8Array} bytes
 * @param {string} [encoding] one of ENCODINGS
 */
export function textOf(bytes, encoding) {
  if (bytes.length > MOST_BYTES) {
    refuse("table.large", { got: Math.round(bytes.length / 1e6), limit: MOST_BYTES / 1e6 });
  }
  const start = STARTS.find(([, mark]) => mark.every((byte, k) => bytes[k] === byte));
  if (start) refuse(`table.other_${start[0]}`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    refuse("table.other_gzip");
  }
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : "";
  const chosen = mark || encoding || "utf-8";
  // Letters beyond ASCII are never UTF-8 by chance.
  if (!chosen.startsWith("utf") && isUtf8(bytes))
    refuse("table.encoding_utf8", { encoding: chosen });
  try {
    return new TextDecoder(chosen, { fatal: true }).decode(bytes);
  } catch {
    if (chosen !== "utf-8") refuse("table.encoding_wrong", { encoding: chosen });
    return refuseEncoding(bytes);
  }
}

/** @param {Uint8Array} bytes */
function isUtf8(bytes) {
  if (bytes.every((byte) => byte < 128)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** @param {Uint8Array} bytes @returns {never} */
function refuseEncoding(bytes) {
  // The first place that is no UTF-8: where a decoder that mends its input writes U+FFFD.
  let line = 1;
  let at = 0;
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end + 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(from, to));
    } catch {
      at = from + bytes.subarray(from, to).findIndex((byte) => byte > 127);
      break;
    }
    line++;
    from = to;
  }
  return refuse("table.encoding", { line, byte: `0x${(bytes[at] ?? 0).toString(16)}` });
}

// ---------------------------------------------------------------- rows

/** Cut a line at each delimiter outside quotes. @param {string} line @param {string} delimiter */
function cut(line, delimiter) {
  if (!line.includes('"')) return line.split(delimiter);
  /** @type {string[]} */
  const cells = [];
  let cell = "";
  let blank = true; // asked once for each character: cell.trim() would look at all of them again
  let inside = false;
  for (const c of line) {
    if (c === '"' && (inside || blank)) {
      inside = !inside;
      if (!inside) [cell, blank] = ['""', false];
    } else if (c === delimiter && !inside) {
      cells.push(cell);
      [cell, blank] = ["", true];
    } else if (!inside) {
      cell += c;
      blank &&= !c.trim();
    }
  }
  cells.push(cell);
  return cells;
}

/** @param {string} cell @param {string} delimiter */
const isNumber = (cell, delimiter) => {
  const text = cell.trim();
  return NUMBER.test(text) || (delimiter !== "," && DECIMAL_COMMA.test(text));
};

/** The first lines that are not empty. @param {string} text @param {number} most */
function firstLines(text, most) {
  /** @type {string[]} */
  const lines = [];
  for (let from = 0; from < text.length && lines.length < most;) {
    const end = text.slice(from, from + MOST_CHARACTERS).search(/[\r\n]/);
    const to = end < 0 ? Math.min(text.length, from + MOST_CHARACTERS) : from + end;
    const line = text.slice(from, to);
    if (line.trim()) lines.push(line);
    from = to + 1;
  }
  return lines;
}

/**
 * The delimiter that cuts the first lines into the most cells, as many in each. One that cuts all
 * of them into numbers comes first: 1,5;2,5 has two cells.
 *
 * @param {string} text
 */
function delimiterOf(text) {
  const lines = firstLines(text, 5);
  if (!lines.length) return ",";
  /** @param {string} d */
  const merit = (d) => {
    const rows = lines.map((line) => cut(line, d));
    const even = rows[0].length > 1 && rows.every((row) => row.length === rows[0].length);
    const numbers =
      even && rows.slice(1).every((row) => row.every((c) => isNumber(c, d) || !c.trim()));
    const last = rows[rows.length - 1];
    const sure = numbers && isNumber(last[last.length - 1], d);
    return [Number(sure), Number(even), rows[0].length];
  };
  let best = ",";
  let most = merit(",");
  for (const d of DELIMITERS.slice(1)) {
    const own = merit(d);
    const k = own.findIndex((value, i) => value !== most[i]);
    if (k >= 0 && own[k] > most[k]) [best, most] = [d, own];
  }
  return best;
}

/** True for several numbers with blanks between them; 1 234 is one number. @param {string} cell */
function isSpaced(cell) {
  const parts = cell.trim().split(/\s+/);
  return parts.length > 1 && !GROUPS.test(cell.trim()) && parts.every((part) => NUMBER.test(part));
}

/**
 * @typedef {object} Rows
 * @property {string[][]} rows
 * @property {number[]} lines
 */

/**
 * Read the rows that are not empty. Yields now and then, so that a page can breathe.
 *
 * @param {string} text
 * @param {string} delimiter
 * @param {number} from the first character
 * @returns {Generator<number, Rows>}
 */
function* rowsOf(text, delimiter, from) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {number[]} */
  const lines = [];
  let line = from ? 2 : 1;
  let cells = 0;
  let i = from;
  const n = text.length;
  while (i < n) {
    const start = line;
    /** @type {string[]} */
    const row = [];
    let filled = false;
    for (;;) {
      while (text[i] === " " && delimiter !== " ") i++;
      if (delimiter === " ") while (text[i] === " " || text[i] === "\t") i++;
      let cell;
      if (text[i] === '"') {
        const quoted = quotedCell(text, i, start, line);
        cell = quoted.cell;
        line = quoted.line;
        i = quoted.end;
        if (delimiter === " ") while (text[i] === " ") i++;
        else if (i < n && text[i] !== delimiter && !isEnd(text[i])) {
          while (text[i] === " ") i++;
          if (i < n && text[i] !== delimiter && !isEnd(text[i])) {
            refuse("table.after_quote", { line });
          }
        }
      } else {
        const first = i;
        const blank = delimiter === " ";
        while (i < n && !isEnd(text[i]) && !(blank ? isBlank(text[i]) : text[i] === delimiter)) i++;
        cell = text.slice(first, i);
        if (blank) while (i < n && isBlank(text[i])) i++;
      }
      if (cell.length > MOST_CHARACTERS) {
        refuse("table.cell", { line: start, limit: MOST_CHARACTERS });
      }
      const last = i >= n || isEnd(text[i]);
      if (!(delimiter === " " && last && cell === "" && row.length)) row.push(cell);
      if (cell.trim()) filled = true;
      cells++;
      if (last) break;
      if (delimiter !== " ") i++;
      if (row.length > MOST_COLUMNS)
        refuse("table.columns", { got: `> ${MOST_COLUMNS}`, limit: MOST_COLUMNS });
    }
    if (text[i] === "\r" && text[i + 1] === "\n") i++;
    i++;
    line++;
    if (filled) {
      rows.push(row);
      lines.push(start);
      if (rows.length > MOST_ROWS + 1) refuse("table.rows", { limit: MOST_ROWS });
    }
    if (cells > SLICE) {
      cells = 0;
      yield i / n;
    }
  }
  return { rows, lines };
}

/** @param {string} c */
const isEnd = (c) => c === "\n" || c === "\r";
/** @param {string} c */
const isBlank = (c) => c === " " || c === "\t";

/** @param {string} text @param {number} i @param {number} start @param {number} line */
function quotedCell(text, i, start, line) {
  let cell = "";
  for (let from = i + 1; ;) {
    const end = text.indexOf('"', from);
    if (end < 0) refuse("table.quote", { line: start });
    cell += text.slice(from, end);
    if (cell.length > MOST_CHARACTERS)
      refuse("table.cell", { line: start, limit: MOST_CHARACTERS });
    if (text[end + 1] !== '"') {
      const breaks = cell.match(/\r\n|\n|\r/g)?.length ?? 0;
      return { cell, line: line + breaks, end: end + 1 };
    }
    cell += '"';
    from = end + 2;
  }
}

// ---------------------------------------------------------------- a table

/**
 * Read a table as a generator that yields its progress (0 to 1) now and then.
 *
 * @param {string} text
 * @param {Reading} [reading]
 * @returns {Generator<number, Table>}
 */
export function* reading(text, { delimiter, header } = {}) {
  const whole = text.replace(/^\ufeff/, "");
  checkText(whole);
  const separator = /^sep=([,;\t|])\r?\n/i.exec(whole); // Excel's first line: sep=;
  const chosen = delimiter ?? (separator ? separator[1] : delimiterOf(whole));
  const { rows, lines } = yield* rowsOf(whole, chosen, separator ? separator[0].length : 0);
  if (!rows.length) refuse("table.empty");
  if (chosen !== " ") checkBlanks(rows, lines);
  /** @type {Note[]} */
  const notes = [];
  const { named, asked } = isHeader(rows, chosen, header);
  if (asked) notes.push({ key: "data.table.header_asked", values: {} });
  if (!named) notes.push({ key: "data.table.header_none", values: {} });
  const names = named
    ? rows[0].map((cell, k) => cell.trim() || `column ${k + 1}`)
    : rows[0].map((_, k) => `column ${k + 1}`);
  const body = named ? rows.slice(1) : rows;
  const places = named ? lines.slice(1) : lines;
  checkShape(names, body, places, lines[0]);
  const columns = yield* columnsOf(names, body, places, chosen, notes);
  return {
    columns,
    lines: Int32Array.from(places),
    delimiter: chosen,
    header: named,
    headerAsked: asked,
    notes,
  };
}

/** @param {string} text */
function checkText(text) {
  if (text.length > MOST_BYTES) {
    refuse("table.large", { got: Math.round(text.length / 1e6), limit: MOST_BYTES / 1e6 });
  }
  const zero = text.indexOf("\0");
  if (zero >= 0)
    refuse("table.zero", { line: (text.slice(0, zero).match(/\n/g)?.length ?? 0) + 1 });
  const start = text.slice(0, 200).trimStart().toLowerCase();
  if (start.startsWith("<!doctype html") || start.startsWith("<html")) refuse("table.web_page");
  if (/^(?:\{|\[\s*[[{"\d-])/.test(start)) refuse("table.json");
}

/** @param {string[][]} rows @param {number[]} lines */
function checkBlanks(rows, lines) {
  const last = rows.length > 1 ? rows.slice(1).slice(-5) : rows; // a line of names may be above them
  if (last.every((row) => row.length === 1 && isSpaced(row[0]))) {
    const got = clip(rows[rows.length - 1][0].trim());
    refuse("table.blanks", { line: lines[lines.length - 1], got });
  }
}

/**
 * Whether the first line holds names. A line of numbers only is data; words above numbers are
 * names. Where neither is so, it is asked; until then it is read as names, as Python does.
 *
 * @param {string[][]} rows
 * @param {string} delimiter
 * @param {boolean} [given]
 */
function isHeader(rows, delimiter, given) {
  const first = rows[0];
  const numbers = first.map((cell) => numberOf(cell.trim()) !== null || isNumber(cell, delimiter));
  const below = rows.slice(1, 6);
  const numericBelow = first.map(
    (_, k) => below.length > 0 && below.every((row) => isNumber(row[k] ?? "", delimiter)),
  );
  const allNumbers = first.every((cell, k) => numbers[k] || !cell.trim());
  const clear =
    allNumbers || (!numbers.some(Boolean) && (numericBelow.some(Boolean) || rows.length === 1));
  return { named: given ?? !allNumbers, asked: given === undefined && !clear };
}

/**
 * @param {string[]} names
 * @param {string[][]} rows
 * @param {number[]} lines
 * @param {number} first the line of the names
 */
function checkShape(names, rows, lines, first) {
  if (!rows.length) refuse("table.no_rows");
  const count = names.length;
  const cells = rows[0].length;
  if (cells !== count && rows.every((row) => row.length === cells)) {
    refuse("table.names_count", { line: first, names: count, cells });
  }
  const wrong = rows.findIndex((row) => row.length !== count);
  if (wrong >= 0)
    refuse("table.cells", { line: lines[wrong], expected: count, got: rows[wrong].length });
  const seen = new Set();
  for (const name of names) {
    if (seen.has(name)) refuse("table.twice", { name: clip(name) });
    seen.add(name);
  }
}

/**
 * @param {string[]} names
 * @param {string[][]} rows
 * @param {number[]} lines
 * @param {string} delimiter
 * @param {Note[]} notes
 * @returns {Generator<number, Column[]>}
 */
function* columnsOf(names, rows, lines, delimiter, notes) {
  /** @type {{ cells: (string | null)[], counts: Map<string, number> }[]} */
  const found = [];
  for (let k = 0; k < names.length; k++) {
    /** @type {(string | null)[]} */
    const cells = [];
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (let i = 0; i < rows.length; i++) {
      const w = word(rows[i][k]);
      cells.push(w);
      if (w !== null) counts.set(w, (counts.get(w) ?? 0) + 1);
      if (i % SLICE === SLICE - 1) yield (k + i / rows.length) / names.length;
    }
    found.push({ cells, counts });
    yield (k + 1) / names.length;
  }
  if (delimiter !== ",") yield* readCommas(found, notes);
  /** @type {Column[]} */
  const columns = [];
  for (let k = 0; k < found.length; k++) {
    const { cells, counts } = found[k];
    const { kind, numbers } = yield* guessing(counts);
    const name = names[k];
    if (kind === "category") checkDecimals(name, cells, counts, lines);
    if (kind === "number") noteNumbers(name, numbers, notes);
    columns.push({ name, kind, cells, counts, numbers, constant: counts.size === 1 });
    yield 1;
  }
  return columns;
}

/**
 * @param {{ cells: (string | null)[], counts: Map<string, number> }[]} columns
 * @param {Note[]} notes
 * @returns {Generator<number, void>}
 */
function* readCommas(columns, notes) {
  /** @type {Map<string, string>[]} */
  const digits = [];
  let commas = false;
  for (const { counts } of columns) {
    /** @type {Map<string, string>} */
    const of = new Map();
    for (const w of counts.keys()) {
      const d = digitsOf(w);
      of.set(w, d);
      if (showsCommas(d)) commas = true;
      if (of.size % 4000 === 0) yield 1;
    }
    digits.push(of);
    yield 1;
  }
  for (let k = 0; k < columns.length; k++) {
    const changed = withoutCommas(digits[k], commas);
    if (!changed.size) continue;
    const [got] = changed.keys();
    if (!notes.some(({ key }) => key === "data.table.commas")) {
      notes.push({ key: "data.table.commas", values: { got: clip(got) } });
    }
    const column = columns[k];
    column.cells = column.cells.map((w) => (w === null ? null : (changed.get(w) ?? w)));
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const w of column.cells) if (w !== null) counts.set(w, (counts.get(w) ?? 0) + 1);
    column.counts = counts;
    yield 1;
  }
}

/**
 * Refuse numbers with decimal commas in quotes between commas; no one means them as categories.
 *
 * @param {string} name
 * @param {(string | null)[]} cells
 * @param {Map<string, number>} counts
 * @param {number[]} lines
 */
function checkDecimals(name, cells, counts, lines) {
  const like = [...counts].filter(([w]) => DECIMAL_COMMA.test(w));
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const those = like.reduce((sum, [, count]) => sum + count, 0);
  if (like.length <= 20 || those < 0.9 * all) return;
  const row = cells.findIndex((w) => w !== null && DECIMAL_COMMA.test(w));
  refuse("table.comma_column", {
    line: lines[row],
    column: clip(name),
    got: clip(cells[row] ?? ""),
  });
}

/** Tell what is not read as it stands. @param {string} name @param {Column["numbers"]} numbers @param {Note[]} notes */
function noteNumbers(name, numbers, notes) {
  /** @type {string[]} */
  const unknown = [];
  for (const [w, number] of numbers) {
    if (number?.grouped && !notes.some(({ key }) => key === "data.table.groups")) {
      notes.push({ key: "data.table.groups", values: { got: clip(w), value: number.value } });
    }
    if (number && Number.isNaN(number.value)) unknown.push(w);
  }
  if (unknown.length) {
    const words = unknown.slice(0, 5).join("”, “");
    notes.push({ key: "data.table.unknown", values: { column: clip(name), words } });
  }
}

/**
 * Read a table at once.
 *
 * @param {string} text
 * @param {Reading} [options]
 * @returns {Table}
 */
export const readTable = (text, options) => atOnce(reading(text, options));

/**
 * @template T
 * @param {Generator<number, T>} steps
 * @returns {T}
 */
function atOnce(steps) {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * @template T
 * @param {Generator<number, T>} steps
 * @param {((progress: number) => void) | undefined} tell
 * @param {() => number} clock
 * @returns {Promise<T>}
 */
async function inSlices(steps, tell, clock) {
  let began = clock();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (clock() - began < 8) continue;
    tell?.(value);
    await new Promise((resolve) => setTimeout(resolve));
    began = clock();
  }
}

/**
 * Read a table in slices of some milliseconds, with a pause after each.
 *
 * @param {string} text
 * @param {Reading} [options]
 * @param {(progress: number) => void} [tell]
 * @param {() => number} [clock]
 * @returns {Promise<Table>}
 */
export const readTableInSlices = (text, options, tell, clock = () => performance.now()) =>
  inSlices(reading(text, options), tell, clock);

// ---------------------------------------------------------------- numbers of a column

/**
 * A column as numbers, NaN for missing cells.
 *
 * @param {Column} column
 * @param {Int32Array} lines
 */
export function numbersOf(column, lines) {
  const unit = unitOf(column.numbers);
  /** @type {Map<string, number>} */
  const values = new Map();
  /** @type {Set<string>} */
  const wrong = new Set();
  for (const [w, number] of column.numbers) {
    if (fits(number, unit)) values.set(w, /** @type {{ value: number }} */ (number).value);
    else wrong.add(w);
  }
  if (wrong.size) {
    const row = column.cells.findIndex((w) => w !== null && wrong.has(w));
    const count = [...wrong].reduce((sum, w) => sum + (column.counts.get(w) ?? 0), 0) - 1;
    refuse(count ? "table.word_more" : "table.word", {
      line: lines[row],
      column: clip(column.name),
      unit: unit ? ` (${unit})` : "",
      got: clip(column.cells[row] ?? ""),
      count,
    });
  }
  const numbers = Float64Array.from(column.cells, (w) =>
    w === null ? NaN : (values.get(w) ?? NaN),
  );
  const infinite = numbers.findIndex((v) => v === Infinity || v === -Infinity);
  if (infinite >= 0) refuse("table.infinity", { line: lines[infinite], column: clip(column.name) });
  const large = numbers.findIndex((v) => Math.abs(v) > LARGEST);
  if (large >= 0) {
    refuse("choose.large", {
      line: lines[large],
      column: clip(column.name),
      got: column.cells[large] ?? "",
    });
  }
  return numbers;
}

/**
 * What the target looks like: classes for words and for at most 20 different whole numbers that
 * occur five times each on average; else numbers. The rule of infer_task in Python.
 *
 * @param {Column} column
 * @returns {"classes" | "number"}
 */
export function taskOf(column) {
  if (column.kind === "category") return "classes";
  if (column.kind !== "number") return "number";
  const found = new Set();
  let n = 0;
  for (const [w, count] of column.counts) {
    const value = column.numbers.get(w)?.value ?? NaN;
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return "number";
    found.add(value);
    n += count;
  }
  return found.size <= Math.min(20, n / 5) ? "classes" : "number";
}

/** What to choose first: two inputs and the target. @param {Table} table */
export function suggestion(table) {
  const numbers = table.columns.filter((c) => c.kind === "number" && !c.constant);
  const last = table.columns[table.columns.length - 1];
  const target =
    table.columns.find(
      (c) => /^(?:y|target|label|class|类别|标签)$/i.test(c.name) && c.kind !== "date",
    ) ??
    (["number", "category"].includes(last.kind) && !last.constant
      ? last
      : table.columns.find((c) => ["number", "category"].includes(c.kind)));
  const inputs = numbers.filter((c) => c !== target).slice(0, 2);
  return {
    inputs: inputs.map((c) => c.name),
    target: target?.name ?? "",
    task: target ? taskOf(target) : /** @type {"classes"} */ ("classes"),
  };
}

// ---------------------------------------------------------------- chosen columns

/**
 * @typedef {object} Chosen
 * @property {Float64Array} x n rows of inputs, one after another
 * @property {string[]} names of the inputs
 * @property {Float64Array} y numbers, or classes 0, 1, ...
 * @property {number} n
 * @property {string[] | null} classes their words; null for numbers
 * @property {Note[]} notes what was left out, and why
 */

/**
 * The rows of the chosen columns that are complete. Yields now and then.
 *
 * @param {Table} table
 * @param {{ inputs: string[], target: string, task: "classes" | "number", most?: number }} wanted
 *   `most` rows are kept, drawn by a seed
 * @returns {Generator<number, Chosen>}
 */
function* choosing(table, { inputs, target, task, most = 5000 }) {
  if (!inputs.length) refuse("choose.none");
  if (!target) refuse("choose.target");
  if (inputs.includes(target)) refuse("choose.target_input", { column: clip(target) });
  /** @type {Note[]} */
  const notes = [];
  /** @type {ReturnType<typeof inputOf>} */
  const parts = [];
  for (const name of inputs) {
    parts.push(...inputOf(columnOf(table, name), table.lines, notes));
    yield 0.5;
  }
  if (parts.length > MOST_INPUTS) refuse("choose.many", { got: parts.length, limit: MOST_INPUTS });
  const aim = targetOf(columnOf(table, target), table.lines, task);
  const n = table.lines.length;
  /** @type {number[]} */
  let rows = [];
  const gone = new Set();
  for (let i = 0; i < n; i++) {
    let whole = true;
    for (const { values, from } of parts) {
      if (Number.isNaN(values[i])) {
        whole = false;
        gone.add(from);
      }
    }
    if (Number.isNaN(aim.values[i])) {
      whole = false;
      gone.add(target);
    }
    if (whole) rows.push(i);
    if (i % SLICE === SLICE - 1) yield 0.7;
  }
  if (rows.length < n) {
    const columns = [...gone].map((name) => clip(name)).join(", ");
    notes.push({ key: "data.choose.dropped", values: { count: n - rows.length, n, columns } });
  }
  if (rows.length < 4) refuse("choose.few", { got: rows.length, limit: 4 });
  if (rows.length > most) {
    notes.push({ key: "data.choose.sampled", values: { n: rows.length, kept: most } });
    rows = yield* sample(rows, most);
  }
  const d = parts.length;
  const x = new Float64Array(rows.length * d);
  rows.forEach((row, i) => parts.forEach(({ values }, k) => (x[i * d + k] = values[row])));
  const y = Float64Array.from(rows, (row) => aim.values[row]);
  const kept = finish(y, aim.classes, target);
  return {
    x,
    y: kept.y,
    n: rows.length,
    names: parts.map(({ name }) => name),
    classes: kept.classes,
    notes,
  };
}

/** @param {Table} table @param {Parameters<typeof choosing>[1]} wanted */
export const choose = (table, wanted) => atOnce(choosing(table, wanted));

/** @param {Table} table @param {Parameters<typeof choosing>[1]} wanted */
export const chooseInSlices = (table, wanted) =>
  inSlices(choosing(table, wanted), undefined, () => performance.now());

/**
 * Classes that are left, numbered anew; a target that does not vary is refused.
 *
 * @param {Float64Array} y
 * @param {string[] | null} classes
 * @param {string} target
 */
function finish(y, classes, target) {
  const column = clip(target);
  if (!classes) {
    if (y.every((v) => v === y[0])) refuse("choose.one_value", { column });
    return { y, classes };
  }
  const left = classes.map((_, k) => k).filter((k) => y.includes(k));
  if (left.length < 2) refuse("choose.one_class", { column, got: clip(classes[left[0]]) });
  if (left.length > MOST_CLASSES)
    refuse("choose.many_classes", { column, got: left.length, limit: MOST_CLASSES });
  return { y: y.map((k) => left.indexOf(k)), classes: left.map((k) => classes[k]) };
}

/** @param {Table} table @param {string} name */
function columnOf(table, name) {
  const column = table.columns.find((one) => one.name === name);
  if (!column) return refuse("choose.missing_column", { column: clip(name) });
  if (column.kind === "date") refuse("choose.date", { column: clip(name) });
  if (column.kind === "empty") refuse("choose.empty", { column: clip(name) });
  return column;
}

/**
 * @param {Column} column
 * @param {Int32Array} lines
 * @param {Note[]} notes
 */
function inputOf(column, lines, notes) {
  const { name } = column;
  if (column.constant) refuse("choose.one_value", { column: clip(name) });
  if (column.kind === "number") return [{ name, from: name, values: numbersOf(column, lines) }];
  const found = [...column.counts.keys()].sort();
  if (found.length > MOST_CLASSES) {
    refuse("choose.words", { column: clip(name), got: found.length, limit: MOST_CLASSES });
  }
  notes.push({ key: "data.choose.one_hot", values: { column: clip(name), count: found.length } });
  return found.map((w) => ({
    name: `${name} = ${w}`,
    from: name,
    values: Float64Array.from(column.cells, (cell) => (cell === null ? NaN : Number(cell === w))),
  }));
}

/**
 * @param {Column} column
 * @param {Int32Array} lines
 * @param {"classes" | "number"} task
 * @returns {{ values: Float64Array, classes: string[] | null }}
 */
function targetOf(column, lines, task) {
  const { name } = column;
  if (task === "number") {
    if (column.kind !== "number") refuse("choose.not_number", { column: clip(name) });
    return { values: numbersOf(column, lines), classes: null };
  }
  if (column.kind === "number") {
    const values = numbersOf(column, lines);
    const found = [...new Set(values)].filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
    if (found.length > 50)
      refuse("choose.many_classes", { column: clip(name), got: found.length, limit: MOST_CLASSES });
    const place = new Map(found.map((v, k) => [v, k]));
    return { values: values.map((v) => place.get(v) ?? NaN), classes: found.map(String) };
  }
  const found = [...column.counts.keys()].sort();
  if (found.length > 50)
    refuse("choose.many_classes", { column: clip(name), got: found.length, limit: MOST_CLASSES });
  const place = new Map(found.map((w, k) => [w, k]));
  const values = Float64Array.from(column.cells, (w) => (w === null ? NaN : (place.get(w) ?? NaN)));
  return { values, classes: found };
}

/** Some of the rows, in their order. @param {number[]} rows @param {number} most @returns {Generator<number, number[]>} */
function* sample(rows, most) {
  const drawn = new Uint32Array(rows.length);
  for (let from = 0; from < rows.length; from += 5000) {
    drawn.set(randomWords([0, 0], SPLIT, 0, rows.slice(from, from + 5000), 1), from);
    yield 0.9;
  }
  // The rows with the smallest words: those up to the one at place `most`.
  const limit = drawn.slice().sort()[most - 1];
  yield 1;
  /** @type {number[]} */
  const kept = [];
  for (let i = 0; i < rows.length && kept.length < most; i++) {
    if (drawn[i] <= limit) kept.push(rows[i]);
  }
  return kept;
}
