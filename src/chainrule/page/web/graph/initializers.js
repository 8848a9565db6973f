// Starting values of tensors, with the bits of initializers.py.
import { Refusal } from "../app/refusal.js";
import { shortName } from "./facts.js";
import { complete, isNumber } from "./settings.js";
import { product, sameShape, shown } from "./shapes.js";

/** @typedef {import("./shapes.js").Shape} Shape */

/**
 * The random stream of one tensor.
 *
 * @typedef {{ uniform: (shape: Shape) => Float64Array, normal: (shape: Shape) => Float64Array }} Draw
 */

/** How many values a unit reads, and how many units read a value. @param {Shape} shape */
function fans(shape) {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const field = product(shape.slice(0, -2));
  return [shape[shape.length - 2] * field, shape[shape.length - 1] * field];
}

/** @param {Shape} shape @param {number} value */
const full = (shape, value) => new Float64Array(product(shape)).fill(value);

/** Uniform on ±limit. @param {Shape} shape @param {Draw} draw @param {number} limit */
const within = (shape, draw, limit) => draw.uniform(shape).map((u) => limit * (2 * u - 1));

/** Normal with a standard deviation. @param {Shape} shape @param {Draw} draw @param {number} std */
const spread = (shape, draw, std) => draw.normal(shape).map((z) => std * z);

/** @param {Shape} shape */
const both = (shape) => fans(shape)[0] + fans(shape)[1];

/** @param {any} values @returns {{ shape: Shape, flat: number[] }} */
function nested(values) {
  if (isNumber(values)) return { shape: [], flat: [values] };
  if (!Array.isArray(values)) throw new Refusal("graph.given_numbers");
  const parts = values.map(nested);
  if (parts.some((p) => !sameShape(p.shape, parts[0].shape))) {
    throw new Refusal("graph.given_numbers");
  }
  return { shape: [parts.length, ...(parts[0]?.shape ?? [])], flat: parts.flatMap((p) => p.flat) };
}

/** @type {Record<string, (shape: Shape, draw: Draw, settings: any) => Float64Array>} */
const INITIALIZERS = {
  Zeros: (shape) => full(shape, 0),
  Constant: (shape, draw, { value }) => full(shape, value),
  Uniform: (shape, draw, { low, high }) => draw.uniform(shape).map((u) => low + (high - low) * u),
  Normal: (shape, draw, { std, mean }) => draw.normal(shape).map((z) => mean + std * z),
  GlorotUniform: (shape, draw) => within(shape, draw, Math.sqrt(6 / both(shape))),
  GlorotNormal: (shape, draw) => spread(shape, draw, Math.sqrt(2 / both(shape))),
  HeUniform: (shape, draw) => within(shape, draw, Math.sqrt(6 / fans(shape)[0])),
  HeNormal: (shape, draw) => spread(shape, draw, Math.sqrt(2 / fans(shape)[0])),
  LeCunUniform: (shape, draw) => within(shape, draw, Math.sqrt(3 / fans(shape)[0])),
  LeCunNormal: (shape, draw) => spread(shape, draw, Math.sqrt(1 / fans(shape)[0])),
  Orthogonal: orthogonal,
  Sparse: sparse,
  Identity(shape, draw, { gain }) {
    if (shape.length !== 2) throw new Refusal("graph.identity_matrix", { got: shown(shape) });
    const W = full(shape, 0);
    for (let k = 0; k < Math.min(...shape); k++) W[k * shape[1] + k] = gain;
    return W;
  },
  Given(shape, draw, { values }) {
    const given = nested(values);
    if (!sameShape(given.shape, shape)) {
      const [expected, got] = [shown(shape), shown(given.shape)];
      throw new Refusal("graph.given_shape", { expected, got });
    }
    return Float64Array.from(given.flat);
  },
};

/** `count` normal weights into each unit. @type {(shape: Shape, draw: Draw, settings: any) => Float64Array} */
function sparse(shape, draw, { count, std }) {
  if (shape.length < 2) return spread(shape, draw, std);
  const units = shape[shape.length - 1];
  const read = product(shape) / units;
  const drawn = draw.normal([2, read, units]);
  const W = new Float64Array(read * units);
  for (let u = 0; u < units; u++) {
    const lots = Array.from({ length: read }, (_, i) => i);
    lots.sort((i, j) => drawn[i * units + u] - drawn[j * units + u] || i - j);
    for (const i of lots.slice(0, count)) {
      W[i * units + u] = std * drawn[(read + i) * units + u];
    }
  }
  return W;
}

/**
 * A random matrix with orthonormal rows or columns, by Householder's QR. Python takes that of
 * LAPACK, whose last bits depend on the machine.
 *
 * @type {(shape: Shape, draw: Draw, settings: any) => Float64Array}
 */
function orthogonal(shape, draw, { gain }) {
  const columns = shape[shape.length - 1] ?? 1;
  const rows = product(shape.slice(0, -1));
  const flat = draw.normal([rows, columns]);
  const tall = rows >= columns;
  const [m, n] = tall ? [rows, columns] : [columns, rows];
  const at = (/** @type {number} */ i, /** @type {number} */ j) =>
    tall ? flat[i * columns + j] : flat[j * columns + i];
  const q = factor(m, n, at);
  const W = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      W[i * columns + j] = gain * (tall ? q[i * n + j] : q[j * n + i]);
    }
  }
  return W;
}

/**
 * Return Q of A = Q R with a positive diagonal of R.
 *
 * @param {number} m
 * @param {number} n
 * @param {(i: number, j: number) => number} at
 */
function factor(m, n, at) {
  const A = Float64Array.from({ length: m * n }, (_, k) => at(Math.floor(k / n), k % n));
  const tau = new Float64Array(n);
  const diagonal = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    let below = 0;
    for (let i = k + 1; i < m; i++) below += A[i * n + k] ** 2;
    const alpha = A[k * n + k];
    if (below === 0) {
      diagonal[k] = alpha;
      continue;
    }
    const beta = -Math.sign(alpha || 1) * Math.sqrt(alpha * alpha + below);
    tau[k] = (beta - alpha) / beta;
    for (let i = k + 1; i < m; i++) A[i * n + k] *= 1 / (alpha - beta);
    diagonal[k] = beta;
    reflect(A, m, n, k, tau[k], k + 1);
  }
  const Q = new Float64Array(m * n);
  for (let k = 0; k < n; k++) Q[k * n + k] = 1;
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k; j < n; j++) {
      let sum = Q[k * n + j];
      for (let i = k + 1; i < m; i++) sum += A[i * n + k] * Q[i * n + j];
      Q[k * n + j] -= tau[k] * sum;
      for (let i = k + 1; i < m; i++) Q[i * n + j] -= tau[k] * sum * A[i * n + k];
    }
  }
  for (let j = 0; j < n; j++) {
    if (diagonal[j] < 0) for (let i = 0; i < m; i++) Q[i * n + j] *= -1;
  }
  return Q;
}

/**
 * Apply the k-th reflection to the columns from `first`.
 *
 * @param {Float64Array} A
 * @param {number} m
 * @param {number} n
 * @param {number} k
 * @param {number} tau
 * @param {number} first
 */
function reflect(A, m, n, k, tau, first) {
  for (let j = first; j < n; j++) {
    let sum = A[k * n + j];
    for (let i = k + 1; i < m; i++) sum += A[i * n + k] * A[i * n + j];
    A[k * n + j] -= tau * sum;
    for (let i = k + 1; i < m; i++) A[i * n + j] -= tau * sum * A[i * n + k];
  }
}

/**
 * Return the starting values of one tensor, in float64.
 *
 * @param {import("./facts.js").Description} description
 * @param {Shape} shape
 * @param {Draw} draw
 */
export function initialize(description, shape, draw) {
  const name = shortName(description.class);
  if (!Object.hasOwn(INITIALIZERS, name)) throw new Refusal("graph.no_initializer", { name });
  return INITIALIZERS[name](shape, draw, complete(description));
}
