// The byte form of a Program as far as running it needs: values, steps, inputs, and parts of it.
// graph/byte_form.py describes the table. C checks everything again.
import { Refusal } from "../app/refusal.js";

const MAGIC = 0x31435243;
const HEADER = 10;
const ROLES = /** @type {const} */ (["input", "parameter", "state", "computed"]);

/**
 * @typedef {object} Value
 * @property {boolean} shared
 * @property {boolean} index true: whole numbers
 * @property {"input" | "parameter" | "state" | "computed"} role
 * @property {number} start its place in theta, or -1
 * @property {number[]} shape the first size of a row value is 0
 * @property {number} size numbers of a row, or of the whole shared value
 * @property {string} path
 * @property {string} symbol
 */

/**
 * @typedef {object} Step
 * @property {string} op
 * @property {number[]} inputs
 * @property {number} output
 * @property {number} kind 0: row, 1: reduction, 2: shared
 * @property {[number, number]} words where it lies in the table
 */

/**
 * @typedef {object} Table
 * @property {Uint8Array} bytes
 * @property {number} size of theta
 * @property {number} parameters numbers of theta that are parameters
 * @property {number} output
 * @property {Value[]} values
 * @property {Step[]} steps
 * @property {{ name: string, value: number }[]} inputs
 * @property {{ state: number, statistic: number, rate: number }[]} moves
 * @property {[number, number]} stepsAt the words in which the steps lie
 */

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    this.numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = HEADER;
    this.end = HEADER + this.words[8];
    this.text = bytes.subarray(4 * this.end);
  }

  word() {
    if (this.at >= this.end) throw new Refusal("engine.not_a_program");
    return this.words[this.at++];
  }

  /** @param {number} most */
  count(most = this.end - this.at) {
    const n = this.word();
    if (n < 0 || n > most) throw new Refusal("engine.not_a_program");
    return n;
  }

  string() {
    const start = this.count(this.text.length);
    return new TextDecoder().decode(
      this.text.subarray(start, start + this.count(this.text.length)),
    );
  }

  double() {
    this.at += 2;
    if (this.at > this.end) throw new Refusal("engine.not_a_program");
    return this.numbers.getFloat64(4 * (this.at - 2), true);
  }
}

/**
 * Read the bytes of a Program; what is none is refused with words.
 *
 * @param {Uint8Array} given
 * @returns {Table}
 */
export function readTable(given) {
  const bytes = given.byteOffset % 4 ? given.slice() : given;
  if (bytes.length < 4 * HEADER) throw new Refusal("engine.not_a_program");
  const head = new Int32Array(bytes.buffer, bytes.byteOffset, HEADER);
  const [magic, values, steps, parameters, size, output, inputs, moves, table, text] = head;
  const counts = [values, steps, parameters, size, output, inputs, moves, table, text];
  const fits = 4 * (HEADER + table) + text === bytes.length && counts.every((n) => n >= 0);
  const short = values <= table && steps <= table && inputs <= table && moves <= table;
  if (magic !== MAGIC || !fits || !short || output >= values)
    throw new Refusal("engine.not_a_program");
  const reader = new Reader(bytes);
  const read = Array.from({ length: values }, () => readValue(reader));
  const begin = reader.at;
  const made = Array.from({ length: steps }, () => readStep(reader));
  return {
    ...{ bytes, size, parameters, output, values: read, steps: made, stepsAt: [begin, reader.at] },
    inputs: Array.from({ length: inputs }, () => {
      const value = reader.count(values - 1);
      return { name: reader.string(), value };
    }),
    moves: Array.from({ length: moves }, () => {
      const [state, statistic] = [reader.count(values - 1), reader.count(values - 1)];
      return { state, statistic, rate: reader.double() };
    }),
  };
}

/** @param {Reader} reader @returns {Value} */
function readValue(reader) {
  const shared = reader.word() !== 0;
  const index = reader.word() !== 0;
  const role = ROLES[reader.count(3)];
  const start = reader.word();
  const shape = Array.from({ length: reader.count(8) }, () => reader.word());
  const size = shape.slice(shared ? 0 : 1).reduce((a, b) => a * b, 1);
  return {
    shared,
    index,
    role,
    start,
    shape,
    size,
    path: reader.string(),
    symbol: reader.string(),
  };
}

/** @param {Reader} reader @returns {Step} */
function readStep(reader) {
  const begin = reader.at;
  const kind = reader.word();
  reader.word();
  const output = reader.word();
  const inputs = Array.from({ length: reader.count() }, () => reader.word());
  const op = reader.string();
  reader.string();
  const numbers = reader.count();
  for (let k = 0; k < numbers; k++) reader.double();
  return { op, inputs, output, kind, words: [begin, reader.at] };
}

/**
 * Return the bytes of the part of a Program that computes one value, which becomes its output.
 *
 * @param {Table} table
 * @param {number} output
 */
export function partFor(table, output) {
  const needed = new Set([output]);
  for (const step of [...table.steps].reverse())
    if (needed.has(step.output)) for (const i of step.inputs) needed.add(i);
  const steps = table.steps.filter((step) => needed.has(step.output));
  const inputs = table.inputs.map(({ value }) => needed.has(value));
  const words = new Int32Array(table.bytes.buffer, table.bytes.byteOffset, table.bytes.length >> 2);
  const [first, last] = table.stepsAt;
  const kept = [
    ...words.subarray(HEADER, first),
    ...steps.flatMap((step) => [...words.subarray(...step.words)]),
    ...inputs.flatMap((used, k) =>
      used ? [...words.subarray(last + 3 * k, last + 3 * k + 3)] : [],
    ),
  ];
  const text = table.bytes.subarray(4 * (HEADER + words[8]));
  const head = [...words.subarray(0, HEADER)];
  [head[2], head[5], head[6], head[7], head[8]] = [
    ...[steps.length, output, inputs.filter(Boolean).length, 0, kept.length],
  ];
  const bytes = new Uint8Array(4 * (HEADER + kept.length) + text.length);
  new Int32Array(bytes.buffer, 0, HEADER + kept.length).set([...head, ...kept]);
  bytes.set(text, 4 * (HEADER + kept.length));
  return bytes;
}

/**
 * Return the index of a value by its symbol, path or place, or -1.
 *
 * @param {Table} table
 * @param {string | number} name
 */
export function valueNamed(table, name) {
  if (typeof name === "number") return name in table.values ? name : -1;
  return table.values.findIndex(({ symbol, path }) => symbol === name || path === name);
}
