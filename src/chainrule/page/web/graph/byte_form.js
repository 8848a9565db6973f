// A Program as bytes, as byte_form.py writes it: an int32 table, then UTF-8 text.
import { Refusal } from "../app/refusal.js";
import { product } from "./shapes.js";
import { kindOf } from "./tape.js";

/** @typedef {import("./trace.js").Program} Program */

const MAGIC = 0x31435243;
const ROLES = /** @type {const} */ (["input", "parameter", "state", "computed"]);
const KINDS = /** @type {const} */ (["row", "reduction", "shared"]);
const HEADER = 10;

/** The numbers of attributes, those of lists in order. @param {any} value @returns {number[]} */
function numbersOf(value) {
  if (Array.isArray(value)) return value.flatMap(numbersOf);
  if (typeof value === "boolean") return [Number(value)];
  return typeof value === "number" ? [value] : [];
}

/** Two int32 words of a float64. @param {number} x */
function twoWords(x) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x, true);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

/** Names in the order of Python's `sorted`: by code points. @param {string[]} names */
const sorted = (names) =>
  [...names].sort((a, b) => {
    const [x, y] = [[...a], [...b]];
    for (let k = 0; k < Math.min(x.length, y.length); k++) {
      const d = Number(x[k].codePointAt(0)) - Number(y[k].codePointAt(0));
      if (d) return d;
    }
    return x.length - y.length;
  });

/**
 * Return the byte form of a Program, equal to Python's.
 *
 * @param {Program} program
 * @returns {Uint8Array}
 */
export function toBytes(program) {
  const encoder = new TextEncoder();
  /** @type {Uint8Array[]} */
  const texts = [];
  let length = 0;
  const put = (/** @type {string} */ text) => {
    const bytes = encoder.encode(text);
    texts.push(bytes);
    length += bytes.length;
    return [length - bytes.length, bytes.length];
  };
  const place = new Map(program.params.map((p) => [p.value, p.start]));
  const byPath = new Map(program.params.map((p) => [p.path, p.value]));
  let parameters = 0;
  /** @type {number[]} */
  const table = [];
  program.values.forEach((v, i) => {
    if (v.role === "parameter") parameters += product(v.shape);
    table.push(Number(kindOf(v) === "shared"), Number(v.number === "index"));
    table.push(ROLES.indexOf(v.role), place.get(i) ?? -1, v.shape.length, ...v.shape);
    table.push(...put(v.path), ...put(v.symbol));
  });
  for (const s of program.steps) {
    table.push(KINDS.indexOf(s.kind), Number(s.ours), s.output, s.inputs.length, ...s.inputs);
    table.push(...put(s.op), ...put(s.json));
    const given = sorted(Object.keys(s.attrs)).flatMap((name) => numbersOf(s.attrs[name]));
    table.push(given.length, ...given.flatMap(twoWords));
  }
  for (const [name, i] of Object.entries(program.inputs)) table.push(i, ...put(name));
  for (const { state, value, rate } of program.moves) {
    table.push(/** @type {number} */ (byPath.get(state)), value, ...twoWords(rate));
  }
  const header = [MAGIC, program.values.length, program.steps.length, parameters, program.size];
  header.push(program.output, Object.keys(program.inputs).length, program.moves.length);
  header.push(table.length, length);
  const bytes = new Uint8Array(4 * (header.length + table.length) + length);
  const view = new DataView(bytes.buffer);
  [...header, ...table].forEach((n, k) => view.setInt32(4 * k, n, true));
  let at = 4 * (header.length + table.length);
  for (const text of texts) {
    bytes.set(text, at);
    at += text.length;
  }
  return bytes;
}

/**
 * Return the Program of its byte form, of this page or of Python. Its parameters have no
 * initializers, its λ no defaults, and its mode is what its inputs tell.
 *
 * @param {Uint8Array} bytes
 * @returns {Program}
 */
export function fromBytes(bytes) {
  const reader = new Reader(bytes);
  const values = reader.many(reader.header.values, () => reader.value());
  const steps = reader.many(reader.header.steps, () => reader.step());
  /** @type {Record<string, number>} */
  const inputs = {};
  reader.many(reader.header.inputs, () => {
    const i = reader.index(values.length);
    inputs[reader.text()] = i;
  });
  const moves = reader.many(reader.header.moves, () => ({
    state: values[reader.index(values.length)].path,
    value: reader.index(values.length),
    rate: reader.float(),
  }));
  reader.end();
  const params = values
    .map(({ path, shape, start }, value) => {
      const end = start + product(shape);
      return { path, value, shape, trainable: true, start, end };
    })
    .filter((p) => p.start >= 0)
    .sort((a, b) => a.start - b.start);
  const { size, output } = reader.header;
  const plain = values.map(({ path, symbol, letter, shape, role, number }) => {
    return { path, symbol, letter, shape, role, number };
  });
  const mode = modeOf(inputs, moves.length > 0);
  return { mode, values: plain, steps, params, moves, inputs, defaults: {}, output, size };
}

/** @param {Record<string, number>} inputs @param {boolean} moves @returns {import("./tape.js").Mode} */
function modeOf(inputs, moves) {
  const drawn = "key" in inputs || "row" in inputs;
  if (!("c" in inputs)) return drawn ? "sample" : "predict";
  return drawn || moves || "N" in inputs ? "train" : "score";
}

/** @returns {never} */
function broken() {
  throw new Refusal("graph.broken_bytes");
}

/** Reads the parts of a byte form, one after another; every number is checked. */
class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    if (bytes.length < 4 * HEADER) broken();
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    const [magic, nValues, nSteps, parameters, size, output, nInputs, nMoves, table, text] =
      Array.from({ length: HEADER }, () => this.view.getInt32(4 * this.at++, true));
    this.last = HEADER + table;
    const counts = [nValues, nSteps, parameters, size, nInputs, nMoves, table, text];
    const whole = counts.every((n) => n >= 0) && 4 * this.last + text === bytes.length;
    if (magic !== MAGIC || !whole || output < 0 || output >= nValues) broken();
    this.bytes = bytes.subarray(4 * this.last);
    this.decoder = new TextDecoder("utf-8", { fatal: true });
    this.header = { values: nValues, steps: nSteps, inputs: nInputs, moves: nMoves, size, output };
    this.nValues = nValues;
  }

  /** @template T @param {number} count @param {() => T} one */
  many(count, one) {
    if (count > this.last) broken(); // each takes more than one number
    return Array.from({ length: count }, one);
  }

  int() {
    if (this.at >= this.last) broken();
    return this.view.getInt32(4 * this.at++, true);
  }

  /** @param {number} below */
  index(below) {
    const n = this.int();
    if (n < 0 || n >= below) broken();
    return n;
  }

  float() {
    if (this.at + 2 > this.last) broken();
    const x = this.view.getFloat64(4 * this.at, true);
    this.at += 2;
    return x;
  }

  text() {
    const [start, length] = [this.int(), this.int()];
    if (start < 0 || length < 0 || start + length > this.bytes.length) broken();
    try {
      return this.decoder.decode(this.bytes.subarray(start, start + length));
    } catch {
      return broken();
    }
  }

  value() {
    const shared = this.index(2);
    const number = /** @type {"real" | "index"} */ (this.index(2) ? "index" : "real");
    const role = ROLES[this.index(ROLES.length)];
    const start = this.int();
    const shape = this.many(this.index(33), () => this.index(2 ** 31));
    if (Number(shape[0] !== 0) !== shared || start < -1) broken();
    const [path, symbol] = [this.text(), this.text()];
    const letter = path.slice(path.lastIndexOf("/") + 1).replace(/_\d+$/, "");
    return { path, symbol, letter, shape, role, number, start };
  }

  step() {
    const kind = KINDS[this.index(KINDS.length)];
    const ours = this.index(2) === 1;
    const output = this.index(this.nValues);
    const inputs = this.many(this.index(2 ** 31), () => this.index(this.nValues));
    const [op, json] = [this.text(), this.text()];
    this.many(this.index(2 ** 31), () => this.float());
    return { op, ours, inputs, output, attrs: attributes(json), json, kind };
  }

  end() {
    if (this.at !== this.last) broken();
  }
}

/** @param {string} json @returns {Record<string, any>} */
function attributes(json) {
  try {
    const attrs = JSON.parse(json);
    if (attrs && typeof attrs === "object" && !Array.isArray(attrs)) return attrs;
  } catch {
    // refused below
  }
  return broken();
}
