// How good predictions are: metrics of chainrule.metrics.
import { pairwiseSum } from "./sums.js";

/**
 * The fraction of rows whose class is predicted. Targets are class numbers, one-hot rows, or −1
 * and 1; a single output is compared with 0.5, or with 0 where a target is below 0.
 *
 * @param {ArrayLike<number>} y
 * @param {ArrayLike<number>} p
 * @param {number} n rows
 * @param {number} columns of p
 */
export function accuracy(y, p, n, columns) {
  const wide = y.length / n;
  const signs = wide === 1 && Array.prototype.some.call(y, (v) => v < 0);
  let right = 0;
  for (let i = 0; i < n; i++) {
    const truth = wide > 1 ? largest(y, i * wide, wide) : signs ? Number(y[i] > 0) : y[i];
    const found =
      columns > 1 ? largest(p, i * columns, columns) : Number(p[i] >= (signs ? 0 : 0.5));
    right += Number(truth === found);
  }
  return right / n;
}

/** The place of the largest number, the first of several. @param {ArrayLike<number>} a @param {number} at @param {number} n */
function largest(a, at, n) {
  let found = 0;
  for (let k = 1; k < n; k++) if (a[at + k] > a[at + found]) found = k;
  return found;
}

/**
 * R² = 1 − Σ (p − y)² / Σ (y − mean y)², the mean over the outputs. An output whose y is constant
 * counts 1 if it is predicted exactly, else 0.
 *
 * @param {ArrayLike<number>} y
 * @param {ArrayLike<number>} p
 * @param {number} n rows
 * @param {number} columns
 */
export function r2(y, p, n, columns) {
  const each = Array.from({ length: columns }, (_, k) => {
    const column = Float64Array.from({ length: n }, (_, i) => y[i * columns + k]);
    const mean = pairwiseSum(column) / n;
    const spread = pairwiseSum(column.map((v) => (v - mean) ** 2));
    const error = pairwiseSum(column.map((v, i) => (p[i * columns + k] - v) ** 2));
    if (spread > 0) return 1 - error / spread;
    return error === 0 ? 1 : 0;
  });
  return each.reduce((a, b) => a + b, 0) / columns;
}
