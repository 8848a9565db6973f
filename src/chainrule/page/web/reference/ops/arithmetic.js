// Sums and products of values, entry by entry, and with one vector for all rows.
import { plus, zeros } from "../arrays.js";
import { entrywise, overRows } from "./common.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */

/**
 * @param {NumberArray} a
 * @param {NumberArray} b of the same shape
 * @param {(a: number, b: number) => number} f
 */
const both = (a, b, f) => entrywise((x, y) => f(x, y), a, b);

/** @param {NumberArray} a @param {number} factor */
const times = (a, factor) => entrywise((x) => factor * x, a);

/** @type {Record<string, Op>} */
export const arithmetic = {
  add: {
    forward: ([a, b]) => plus(a, b),
    backward: (ds) => [ds, ds],
  },
  subtract: {
    forward: ([a, b]) => both(a, b, (x, y) => x - y),
    backward: (ds) => [ds, times(ds, -1)],
  },
  multiply: {
    forward: ([a, b]) => both(a, b, (x, y) => x * y),
    backward: (dm, _m, [a, b]) => [both(dm, b, (x, y) => x * y), both(dm, a, (x, y) => x * y)],
  },
  scale: {
    forward: ([a], { factor }) => times(a, factor),
    backward: (dm, _m, _inputs, { factor }) => [times(dm, factor)],
  },
  shift: {
    entrywise: true,
    forward: ([a], { by }) => entrywise((x) => x + by, a),
    backward: (ds) => [ds],
  },
  reciprocal: {
    entrywise: true,
    forward: ([a]) => entrywise((x) => 1 / x, a),
    backward: (dm, m) => [both(dm, m, (d, y) => -d * y * y)],
  },
  shift_columns: {
    forward: ([a, b]) => entrywise((x, y) => x + y, a, b),
    backward: (ds, _s, [, b]) => [ds, overRows(b, ds)],
  },
  scale_columns: {
    forward: ([a, b]) => entrywise((x, y) => x * y, a, b),
    backward: (dm, _m, [a, b]) => [
      entrywise((d, y) => d * y, dm, b),
      overRows(
        b,
        entrywise((d, x) => d * x, dm, a),
      ),
    ],
  },
  count_positions: {
    entrywise: true,
    forward: ([N], { positions }) => times(N, positions),
    backward: (dM, _M, _inputs, { positions }) => [times(dM, positions)],
  },
  // the last steps of every Program: L = Σₙ c l + Σ λ Ω; only here are examples combined
  weighted_sum: {
    forward: ([l, c]) => {
      const L = zeros([], l);
      let sum = 0;
      for (let n = 0; n < l.data.length; n++) sum += c.data[n] * l.data[n];
      L.data[0] = sum;
      return L;
    },
    backward: (dL, _L, [, c]) => [times(c, dL.data[0]), null],
  },
  penalise: {
    forward: ([D, lam, Omega]) => entrywise((d, l, o) => d + l * o, D, lam, Omega),
    backward: (dL, _L, [, lam]) => [dL, null, times(dL, lam.data[0])],
  },
};
