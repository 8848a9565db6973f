// Sums and means over rows. The last axis stays; positions of an image are summed like rows.
import { array, entry, indexOf, sizeOf, zeros } from "../arrays.js";
import { entrywise } from "./common.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */

/** @param {NumberArray} x @returns {number[]} the shape of a sum over rows and positions */
const sumShape = (x) => (x.shape.length > 1 ? x.shape.slice(-1) : []);

/**
 * Return f(x, d) summed over rows and positions, for each place d of the last axis.
 *
 * @param {NumberArray} x
 * @param {(x: number, d: number) => number} f
 */
function sums(x, f) {
  const s = zeros(sumShape(x), x);
  const total = new Float64Array(s.data.length);
  for (let k = 0; k < x.data.length; k++) total[k % total.length] += f(x.data[k], k % total.length);
  s.data.set(total);
  return s;
}

/** @param {NumberArray} a @param {NumberArray} x @param {number} factor @returns {NumberArray} */
const spread = (a, x, factor = 1) => entrywise((_x, d) => d * factor, x, a);

/** @param {NumberArray} a @returns {NumberArray} */
const negative = (a) => entrywise((x) => -x, a);

/**
 * Return a term for each row and position: a function of x − mu and N.
 *
 * @param {string} form
 * @param {number[]} at
 * @param {import("../entries.js").Arrays} arrays
 * @param {(difference: number, N: number) => number} value
 */
function ofRows(form, at, { x, mu, N }, value) {
  const shape = x.shape.slice(0, -1);
  const many = sizeOf(shape);
  const axes = shape.map(() => new Array(many));
  const values = new Array(many);
  for (let k = 0; k < many; k++) {
    const index = indexOf(shape, k);
    index.forEach((n, axis) => (axes[axis][k] = n));
    values[k] = value(entry(x, [...index, at[0]]) - mu.data[at[0]], N.data[0]);
  }
  return { form, at: { x: [...axes, at[0]], mu: [at[0]], N: [] }, values };
}

/** @type {Record<string, Op>} */
export const overAllRows = {
  sum_rows: {
    forward: ([x]) => sums(x, (v) => v),
    backward: (ds, _s, [x]) => [spread(ds, x)],
  },
  mean_rows: {
    forward: ([x, N]) =>
      entrywise(
        (s, n) => s / n,
        sums(x, (v) => v),
        N,
      ),
    backward: (dmu, _mu, [x, N]) => [spread(dmu, x, 1 / N.data[0]), null],
  },
  variance_rows: {
    forward: ([x, mu, N]) =>
      entrywise(
        (s, n) => s / n,
        sums(x, (v, d) => (v - mu.data[d]) * (v - mu.data[d])),
        N,
      ),
    backward: (dv, _v, [x, mu, N]) => {
      const n = N.data[0];
      const dx = entrywise((v, m, d) => (2 * d * (v - m)) / n, x, mu, dv);
      const dmu = entrywise(
        (s, d) => (-2 * d * s) / n,
        sums(x, (v, d) => v - mu.data[d]),
        dv,
      );
      return [dx, dmu, null];
    },
    terms: {
      v: (at, arrays) => ({ parts: [ofRows("(x − mu)² / N", at, arrays, (d, N) => (d * d) / N)] }),
      dx: (at, { dv, x, mu, N }) => {
        const last = at.slice(-1);
        const index = { dv: last, x: at, mu: last, N: [] };
        const values = (2 * entry(dv, last) * (entry(x, at) - entry(mu, last))) / N.data[0];
        return { parts: [{ form: "2·dv·(x − mu) / N", at: index, values }] };
      },
      dmu: (at, arrays) => {
        const dv = entry(arrays.dv, at);
        const part = ofRows("−2·dv·(x − mu) / N", at, arrays, (d, N) => (-2 * dv * d) / N);
        return { parts: [{ ...part, at: { ...part.at, dv: at } }] };
      },
    },
  },
  scale_and_shift: {
    forward: ([h, gamma, beta]) => entrywise((x, g, b) => g * x + b, h, gamma, beta),
    backward: (du, _u, [h, gamma, beta]) => [
      entrywise((d, g) => d * g, du, gamma),
      sumsTo(
        gamma,
        entrywise((d, x) => d * x, du, h),
      ),
      sumsTo(beta, du),
    ],
  },
  normalise: {
    entrywise: true,
    forward: ([x, mu, v, gamma, beta], { eps }) =>
      entrywise((a, m, s, g, b) => (g * (a - m)) / Math.sqrt(s + eps) + b, x, mu, v, gamma, beta),
    backward: (du, _u, [x, mu, v, gamma, beta], { eps }) => {
      const scaled = entrywise((d, g, s) => (d * g) / Math.sqrt(s + eps), du, gamma, v);
      const dv = sumsTo(
        v,
        entrywise((d, a, m) => d * (a - m), scaled, x, mu),
      );
      const dgamma = sumsTo(
        gamma,
        entrywise((d, a, m) => d * (a - m), du, x, mu),
      );
      return [
        scaled,
        negative(sumsTo(mu, scaled)),
        entrywise((s, w) => -s / (2 * (w + eps)), dv, v),
        entrywise((s, w) => s / Math.sqrt(w + eps), dgamma, v),
        sumsTo(beta, du),
      ];
    },
  },
  center_and_scale: {
    entrywise: true,
    forward: ([x, mu, sigma]) => entrywise((a, m, s) => (a - m) / s, x, mu, sigma),
    backward: (du, u, [, mu, sigma]) => {
      const dx = entrywise((d, s) => d / s, du, sigma);
      return [
        dx,
        negative(sumsTo(mu, dx)),
        negative(
          sumsTo(
            sigma,
            entrywise((d, y) => d * y, dx, u),
          ),
        ),
      ];
    },
  },
};

/** @param {NumberArray} like @param {NumberArray} a @returns {NumberArray} */
const sumsTo = (like, a) => array(sums(a, (v) => v).data, like.shape);
