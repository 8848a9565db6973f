// A matrix as a list of rows, for the few numbers of an article.

/** @typedef {number[][]} Matrix */

/** C = A B. @param {Matrix} a @param {Matrix} b @returns {Matrix} */
export function product(a, b) {
  return a.map((row) =>
    b[0].map((_, j) => {
      let sum = 0;
      for (let k = 0; k < row.length; k++) sum += row[k] * b[k][j];
      return sum;
    }),
  );
}

/** @param {Matrix} a @returns {Matrix} */
export const transposed = (a) => a[0].map((_, j) => a.map((row) => row[j]));

/**
 * One function for each entry, of matrices of one shape.
 *
 * @param {(...numbers: number[]) => number} f
 * @param {...Matrix} matrices
 * @returns {Matrix}
 */
export const each = (f, ...matrices) =>
  matrices[0].map((row, i) => row.map((_, j) => f(...matrices.map((m) => m[i][j]))));

/** @param {Matrix} a @param {Matrix} b @returns {Matrix} */
export const plus = (a, b) => each((u, v) => u + v, a, b);

/** @param {Matrix} a @param {Matrix} b @returns {Matrix} */
export const minus = (a, b) => each((u, v) => u - v, a, b);

/** Entry by entry, not the product of matrices. @param {...Matrix} m @returns {Matrix} */
export const times = (...m) => each((...values) => values.reduce((u, v) => u * v), ...m);

/** @param {number} rows @param {number} columns @param {() => number} next @returns {Matrix} */
export const filled = (rows, columns, next) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => next()));

/** The sum of squares. @param {Matrix} a */
export const sumOfSquares = (a) => a.flat().reduce((sum, v) => sum + v * v, 0);

/** @param {number} z */
export const sigmoid = (z) => 1 / (1 + Math.exp(-z));
