// The shape of an op's result from the shapes of its inputs; the first 0 of a shape is N.

/** @typedef {number[]} Shape */

/** A combination of shapes that an op does not take. */
export class Misfit extends Error {}

/** @param {boolean} fits */
function must(fits) {
  if (!fits) throw new Misfit();
}

/** @param {Shape} a @param {Shape} b */
export const sameShape = (a, b) => a.length === b.length && a.every((n, k) => n === b[k]);

/** Return the product of sizes. @param {Shape} shape */
export const product = (shape) => shape.reduce((total, n) => total * n, 1);

/** Return the shape as people write it: (N, 4). @param {Shape} shape */
export function shown(shape) {
  const sizes = shape.map((n, k) => (k === 0 && n === 0 ? "N" : String(n)));
  return `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
}

/** Return the number of pixels from the first to the last cell of a kernel. */
export const span = (/** @type {number} */ kernel, /** @type {number} */ dilation) =>
  dilation * (kernel - 1) + 1;

/** @param {Shape[]} shapes @param {any} attrs @returns {Shape} */
function convolved([x, W], { stride, padding, dilation }) {
  const each = W[W.length - 2];
  const filters = W[W.length - 1];
  const channels = x[x.length - 1];
  must(each > 0 && channels % each === 0 && filters % (channels / each) === 0);
  const places = x.slice(1, -1).map((n, k) => {
    const room = n + padding[2 * k] + padding[2 * k + 1] - span(W[k], dilation[k]);
    return Math.floor(room / stride[k]) + 1;
  });
  must(Math.min(...places) >= 1);
  return [x[0], ...places, filters];
}

/** @param {Shape[]} shapes @param {any} attrs @returns {Shape} */
function pooled([x], { size, stride }) {
  const places = [0, 1].map((k) => Math.floor((x[k + 1] - size[k]) / stride[k]) + 1);
  must(x.length === 4 && Math.min(...places) >= 1);
  return [x[0], ...places, x[3]];
}

/** @param {Shape[]} shapes @returns {Shape} */
function elementwise([a, b]) {
  must(sameShape(a, b));
  return a;
}

/** @param {Shape[]} shapes @returns {Shape} */
function columns([a, b]) {
  must(b.length === 1 && a.length >= 2 && a[a.length - 1] === b[0]);
  return a;
}

/** @param {Shape[]} shapes @returns {Shape} */
const eachRow = ([x]) => [x[0]];

/** Rows of two values that belong together. @param {Shape[]} shapes @returns {Shape} */
function pairs([p, y]) {
  must(sameShape(p, y));
  return [p[0]];
}

/** @param {Shape[]} shapes @returns {Shape} */
const lastAxis = ([x]) => (x.length > 1 ? x.slice(-1) : []);

/** @returns {Shape} */
const one = () => [];

/** @param {Shape[]} shapes @returns {Shape} */
function multiplied([x, W]) {
  must(x.length === 2 && W.length === 2 && x[1] === W[0]);
  return [x[0], W[1]];
}

/** @type {Record<string, (shapes: Shape[], attrs: any) => Shape>} */
export const SHAPES = {
  add: elementwise,
  subtract: elementwise,
  multiply: elementwise,
  shift_columns: columns,
  scale_columns: columns,
  affine: multiplied,
  linear: multiplied,
  transpose: ([W]) => [...W].reverse(),
  matmul([a, b]) {
    must(b.length >= 2 && a[a.length - 1] === b[b.length - 2]);
    must(b.length === 2 || sameShape(a.slice(0, -2), b.slice(0, -2)));
    return [...a.slice(0, -1), b[b.length - 1]];
  },
  convolve: convolved,
  convolve_affine: convolved,
  max_pool: pooled,
  average_pool: pooled,
  flatten: ([x]) => [x[0], product(x.slice(1))],
  reshape([x], { shape }) {
    must(product(shape) === product(x.slice(1)));
    return [x[0], ...shape];
  },
  pad: ([x], { padding: [top, bottom, left, right] }) => [
    x[0],
    top + x[1] + bottom,
    left + x[2] + right,
    x[3],
  ],
  up_sample: ([x], { size }) => [x[0], x[1] * size[0], x[2] * size[1], x[3]],
  channels_last: ([x]) => [x[0], x[2], x[3], x[1]],
  transpose_convolve: ([x, W], { size }) => [x[0], ...size, W[W.length - 1]],
  transpose_convolve_affine: ([x, W], { size }) => [x[0], ...size, W[W.length - 1]],
  take_step: ([x]) => [x[0], ...x.slice(2)],
  take_columns: ([x], { start, stop }) => [x[0], Math.min(stop, x[1]) - start],
  concatenate([a, b], { axis }) {
    const at = axis < 0 ? axis + a.length : axis;
    must(a.length === b.length && a.every((n, k) => k === at || n === b[k]));
    return a.map((n, k) => (k === at ? n + b[k] : n));
  },
  look_up: ([x, W]) => [...x, W[1]],
  sum_rows: lastAxis,
  mean_rows: lastAxis,
  variance_rows: lastAxis,
  count_positions: one,
  weighted_sum: one,
  penalise: one,
  l1_norm: one,
  half_squared_norm: one,
  l1_of_rows: eachRow,
  half_square_of_rows: eachRow,
  absolute_error: pairs,
  squared_error: pairs,
  log_cosh: pairs,
  huber: pairs,
  hinge: pairs,
  squared_hinge: pairs,
  quantile_loss: pairs,
  poisson: pairs,
  focal: pairs,
  sigmoid_cross_entropy: pairs,
  cosine_distance: pairs,
  kl_divergence: pairs,
  distribution_cross_entropy: pairs,
  softmax_cross_entropy: eachRow,
  smoothed_cross_entropy: eachRow,
  gaussian_nll: eachRow,
};
