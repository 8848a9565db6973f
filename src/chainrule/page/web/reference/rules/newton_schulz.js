// About U Vᵀ of a matrix U S Vᵀ, by five steps of Newton–Schulz.
import { length } from "./common.js";

const STEPS = 5;
const [A, B, C] = [3.4445, -4.775, 2.0315]; // as published
const SMALL = 1e-7;

/** @typedef {{ data: Float64Array, rows: number, columns: number }} Matrix */

/** @param {Matrix} a @param {Matrix} b @returns {Matrix} */
function product(a, b) {
  const data = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.columns; k++)
      for (let j = 0; j < b.columns; j++)
        data[i * b.columns + j] += a.data[i * a.columns + k] * b.data[k * b.columns + j];
  return { data, rows: a.rows, columns: b.columns };
}

/** @param {Matrix} a @returns {Matrix} */
function transposed({ data, rows, columns }) {
  const turned = new Float64Array(data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j];
  return { data: turned, rows: columns, columns: rows };
}

/** @param {Matrix} a @param {number} p @param {Matrix} b @param {number} q @returns {Matrix} p a + q b */
const mixed = (a, p, b, q) => ({ ...a, data: a.data.map((x, k) => p * x + q * b.data[k]) });

/**
 * Return about U Vᵀ.
 *
 * @param {ArrayLike<number>} G the matrix, row after row
 * @param {number} rows
 * @returns {Float64Array}
 */
export function orthogonal(G, rows) {
  const scale = 1 / (length(G) + SMALL); // no singular value is above 1
  /** @type {Matrix} */
  let X = { data: Float64Array.from(G, (x) => x * scale), rows, columns: G.length / rows };
  const wide = X.rows <= X.columns; // else the same for the transpose, whose products are smaller
  if (!wide) X = transposed(X);
  for (let step = 0; step < STEPS; step++) {
    const S = product(X, transposed(X));
    X = mixed(X, A, product(mixed(S, B, product(S, S), C), X), 1);
  }
  return (wide ? X : transposed(X)).data;
}
