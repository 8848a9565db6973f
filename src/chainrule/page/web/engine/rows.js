// The user's rows in the engine's memory, with the checks that C leaves to its callers.
import { Refusal } from "../app/refusal.js";
import { pairwiseSum } from "./sums.js";

/** @typedef {import("./binding.js").Engine} Engine */
/** @typedef {import("./binding.js").Place} Place */
/** @typedef {import("./table.js").Table} Table */
/** @typedef {ArrayLike<number> | Record<string, ArrayLike<number>>} Inputs */

const ENGINES_OWN = ["c", "row"];

/**
 * The row inputs of a Program that its caller gives, in its order.
 *
 * @param {Table} table
 */
export function rowInputs(table) {
  return table.inputs
    .filter(({ name, value }) => !table.values[value].shared && !ENGINES_OWN.includes(name))
    .map(({ name, value }) => ({
      name,
      index: table.values[value].index,
      size: table.values[value].size,
    }));
}

/**
 * Put rows into memory; those that do not fit are refused with words.
 *
 * @param {Engine} engine
 * @param {Table} table
 * @param {Inputs} x the numbers of input x, or of each input by name
 * @param {ArrayLike<number> | undefined} y
 * @param {number} n rows
 * @returns {Place[]}
 */
export function putRows(engine, table, x, y, n) {
  if (!Number.isSafeInteger(n) || n < 0)
    throw new Refusal("engine.rows_number", { got: String(n) });
  return rowInputs(table).map(({ name, index, size }) => {
    const given = name === "y" ? y : byName(x, name);
    if (!given) throw new Refusal("engine.input_missing", { name });
    if (given.length !== n * size)
      throw new Refusal("engine.input_size", { name, rows: n, each: size, got: given.length });
    check(name, given, index, engine.dtype);
    const numbers = name === "y" ? targetsFor(table, given, n) : given;
    return engine.put(typeOf(numbers, index, engine.real), numbers);
  });
}

/**
 * Return targets as the loss takes them: each row of length one for the cosine distance, as
 * `prepare` of Python's loss gives it.
 *
 * @param {Table} table
 * @param {ArrayLike<number>} y
 * @param {number} n rows
 * @returns {ArrayLike<number>}
 */
export function targetsFor(table, y, n) {
  if (!table.steps.some(({ op }) => op === "cosine_distance")) return y;
  const each = y.length / n;
  const out = new Float64Array(y.length);
  for (let i = 0; i < n; i++) {
    const row = out.subarray(i * each, (i + 1) * each);
    let largest = 0;
    for (let k = 0; k < each; k++) largest = Math.max(largest, Math.abs(y[i * each + k]));
    if (!largest) throw new Refusal("engine.no_direction", { at: i });
    for (let k = 0; k < each; k++) row[k] = y[i * each + k] / largest;
    const length = Math.sqrt(pairwiseSum(row.map((v) => v * v)));
    for (let k = 0; k < each; k++) row[k] /= length;
  }
  return out;
}

/** @param {Inputs} x @param {string} name */
function byName(x, name) {
  if (x && (ArrayBuffer.isView(x) || Array.isArray(x)))
    return name === "x" ? /** @type {ArrayLike<number>} */ (x) : undefined;
  return /** @type {Record<string, ArrayLike<number>>} */ (x)?.[name];
}

/** @param {ArrayLike<number>} given @param {boolean} index @param {"f32" | "f64"} real @returns {"f32" | "f64" | "i32" | "u8"} */
function typeOf(given, index, real) {
  if (index) return "i32";
  if (given instanceof Float32Array) return "f32";
  if (given instanceof Float64Array) return "f64";
  if (given instanceof Uint8Array || given instanceof Uint8ClampedArray) return "u8";
  if (given instanceof Int32Array) return "i32";
  return Array.isArray(given) ? "f64" : real;
}

/** @param {string} name @param {ArrayLike<number>} given @param {boolean} index @param {"float32" | "float64"} dtype */
function check(name, given, index, dtype) {
  const round = dtype === "float32" ? Math.fround : Number;
  for (let i = 0; i < given.length; i++) {
    const v = given[i];
    if (index ? !Number.isInteger(v) || v < 0 || v >= 2 ** 31 : !Number.isFinite(round(v)))
      throw new Refusal(index ? "engine.not_whole" : "engine.not_finite_input", {
        name,
        got: String(v),
        at: i,
      });
  }
}
