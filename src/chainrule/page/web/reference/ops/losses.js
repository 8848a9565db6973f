// Losses that are a sum over the outputs of a row: l = scale Σₖ f(p, y).
import { entry, zeros } from "../arrays.js";
import { everywhere } from "../entries.js";
import { entrywise, isDouble, perRow, sumOf } from "./common.js";
import { limitedExp, logistic, softplusOf } from "./activations.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */
/** @typedef {import("./common.js").Attributes} Attributes */

const { abs, exp, log1p, max, min, sign, sinh, tanh } = Math;

/** @param {NumberArray} terms @param {number} [scale] @returns {NumberArray} (N, ...) -> (N,) */
function sumOutputs(terms, scale = 1) {
  const l = zeros([terms.shape[0]], terms);
  const each = perRow(terms);
  for (let n = 0; n < l.data.length; n++) {
    let sum = 0;
    for (let k = 0; k < each; k++) sum += terms.data[n * each + k];
    l.data[n] = scale * sum;
  }
  return l;
}

/** @param {NumberArray} dl @param {NumberArray} z @param {(k: number) => number} slope */
function perOutput(dl, z, slope) {
  const dz = zeros(z.shape, z);
  const each = perRow(z);
  for (let k = 0; k < dz.data.length; k++) dz.data[k] = dl.data[Math.floor(k / each)] * slope(k);
  return dz;
}

/**
 * Return a loss from the term of one output and its slope.
 *
 * @param {(p: number, y: number, attrs: Attributes, double: boolean) => number} f
 * @param {(p: number, y: number, attrs: Attributes, double: boolean) => number} slope
 * @param {Record<string, import("./common.js").Inner>} [inner]
 * @returns {Op}
 */
function loss(f, slope, inner) {
  return {
    forward: ([p, y], attrs) =>
      sumOutputs(
        entrywise((a, b) => f(a, b, attrs, isDouble(p)), p, y),
        attrs.scale,
      ),
    backward: (dl, _l, [p, y], attrs) => [
      perOutput(dl, p, (k) => attrs.scale * slope(p.data[k], y.data[k], attrs, isDouble(p))),
      null,
    ],
    ...(inner ? { inner } : {}),
  };
}

/** @param {number} d @returns {number} log cosh d, accurate near 0 and without overflow far from it */
function logCosh(d) {
  const size = abs(d);
  const half = sinh(min(size, 1) / 2);
  return size < 1 ? log1p(2 * half * half) : size + log1p(exp(-2 * size)) - Math.LN2;
}

/** @param {number} d @param {number} delta @returns {number} d where |d| ≤ δ, else ±δ */
const clipped = (d, delta) => max(min(d, delta), -delta);

/** @type {Record<string, import("./common.js").Inner>} */
const probability = {
  p: {
    equation: "σ(z)",
    numbers: ({ z }) => entrywise((x) => logistic(x, isDouble(z)), z),
    by: "sigmoid",
  },
};

/**
 * Return the score of the right answer, its sign and its weight.
 *
 * @param {number} z
 * @param {number} y
 * @param {number} alpha
 */
const ofTheTarget = (z, y, alpha) => {
  const t = 2 * y - 1;
  return { s: t * z, t, weight: 1 - alpha + (2 * alpha - 1) * y };
};

/** @param {NumberArray} x @param {(x: number) => number} f @returns {NumberArray} */
const ofRows = (x, f) => sumOutputs(entrywise(f, x));

/** @type {Record<string, Op>} */
export const losses = {
  squared_error: loss(
    (p, y) => (p - y) * (p - y),
    (p, y) => 2 * (p - y),
  ),
  absolute_error: loss(
    (p, y) => abs(p - y),
    (p, y) => sign(p - y),
  ),
  huber: loss(
    (p, y, { delta }) => clipped(p - y, delta) * (p - y - clipped(p - y, delta) / 2),
    (p, y, { delta }) => clipped(p - y, delta),
  ),
  log_cosh: loss(
    (p, y) => logCosh(p - y),
    (p, y) => tanh(p - y),
  ),
  quantile_loss: loss(
    (p, y, { q }) => max(q * (y - p), (q - 1) * (y - p)),
    (p, y, { q }) => Number(y < p) - q,
  ),
  poisson: loss(
    (z, y, _attrs, double) => limitedExp(z, double) - y * z,
    (z, y, _attrs, double) => limitedExp(z, double) - y,
  ),
  hinge: loss(
    (z, y) => max(1 - y * z, 0),
    (z, y) => -y * Number(y * z < 1),
  ),
  squared_hinge: loss(
    (z, y) => max(1 - y * z, 0) ** 2,
    (z, y) => -2 * y * max(1 - y * z, 0),
  ),
  sigmoid_cross_entropy: loss(
    (z, y) => (z > 0 ? z : 0 * z) - y * z + log1p(exp(z > 0 ? -z : z)),
    (z, y, _attrs, double) => logistic(z, double) - y,
    probability,
  ),
  focal: loss(
    (z, y, { gamma, alpha }) => {
      const { s, weight } = ofTheTarget(z, y, alpha);
      return weight * exp(-gamma * softplusOf(s)) * softplusOf(-s);
    },
    (z, y, { gamma, alpha }, double) => {
      const { s, t, weight } = ofTheTarget(z, y, alpha);
      const inner = gamma * logistic(s, double) * softplusOf(-s) + logistic(-s, double);
      return -t * weight * exp(-gamma * softplusOf(s)) * inner;
    },
    probability,
  ),
  cosine_distance: {
    forward: ([p, y], { eps }) => {
      const l = zeros([p.shape[0]], p);
      for (let n = 0; n < l.data.length; n++) {
        const { dot, square } = products(p, y, n, eps);
        l.data[n] = 1 - dot / Math.sqrt(square);
      }
      return l;
    },
    backward: (dl, _l, [p, y], { eps }) => {
      const dp = zeros(p.shape, p);
      const K = p.shape[1];
      for (let n = 0; n < p.shape[0]; n++) {
        const { dot, square } = products(p, y, n, eps);
        const root = Math.sqrt(square);
        for (let k = n * K; k < (n + 1) * K; k++)
          dp.data[k] = dl.data[n] * (((dot / root) * p.data[k]) / square - y.data[k] / root);
      }
      return [dp, null];
    },
    terms: {
      l: ([n], { p, y }, { eps }) => {
        const K = p.shape[1];
        const r = Math.sqrt(products(p, y, n, eps).square);
        const k = Array.from({ length: K }, (_, i) => i);
        const values = k.map((i) => (-p.data[n * K + i] * y.data[n * K + i]) / r);
        return sumOf(
          { form: "1", at: {}, values: 1 },
          {
            form: "−p·y / r",
            at: { p: [n, k], y: [n, k], r: [n] },
            values,
            inner: { r },
            labels: { r: "√(Σₖ p² + eps)" },
          },
        );
      },
    },
  },
  // penalties: of weights, and of the values of each row
  l1_norm: {
    forward: ([W]) => whole(W, abs),
    backward: (dOmega, _Omega, [W]) => [entrywise((w, d) => d * sign(w), W, dOmega)],
    terms: {
      Omega: (_at, { W }) => ({
        parts: [{ form: "|W|", at: { W: everywhere(W.shape) }, values: Array.from(W.data, abs) }],
      }),
      dW: (at, { W, dOmega }) => ({
        parts: [
          {
            form: "dOmega·sign(W)",
            at: { dOmega: [], W: at },
            values: dOmega.data[0] * sign(entry(W, at)),
          },
        ],
      }),
    },
  },
  half_squared_norm: {
    forward: ([W]) => whole(W, (w) => (w * w) / 2),
    backward: (dOmega, _Omega, [W]) => [entrywise((w, d) => d * w, W, dOmega)],
    terms: {
      Omega: (_at, { W }) => ({
        parts: [
          {
            form: "½·W²",
            at: { W: everywhere(W.shape) },
            values: Array.from(W.data, (w) => (w * w) / 2),
          },
        ],
      }),
      dW: (at, { W, dOmega }) => ({
        parts: [
          { form: "dOmega·W", at: { dOmega: [], W: at }, values: dOmega.data[0] * entry(W, at) },
        ],
      }),
    },
  },
  l1_of_rows: {
    forward: ([x]) => ofRows(x, abs),
    backward: (dOmega, _Omega, [x]) => [perOutput(dOmega, x, (k) => sign(x.data[k]))],
  },
  half_square_of_rows: {
    forward: ([x]) => ofRows(x, (v) => (v * v) / 2),
    backward: (dOmega, _Omega, [x]) => [perOutput(dOmega, x, (k) => x.data[k])],
  },
};

/** @param {NumberArray} p @param {NumberArray} y @param {number} n @param {number} eps */
function products(p, y, n, eps) {
  const K = p.shape[1];
  let [dot, square] = [0, eps];
  for (let k = n * K; k < (n + 1) * K; k++) {
    dot += p.data[k] * y.data[k];
    square += p.data[k] * p.data[k];
  }
  return { dot, square };
}

/** @param {NumberArray} W @param {(w: number) => number} f @returns {NumberArray} the sum over all */
function whole(W, f) {
  const Omega = zeros([], W);
  let sum = 0;
  for (const w of W.data) sum += f(w);
  Omega.data[0] = sum;
  return Omega;
}
