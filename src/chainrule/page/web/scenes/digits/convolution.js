// A convolution by hand: one cell, one feature map, one pooled cell.

/**
 * @typedef {object} Kernel
 * @property {number} side
 * @property {number[]} weights side x side, row by row
 * @property {number} bias
 */

/** Kernels that people made, to compare with learned ones. @type {Record<string, Kernel>} */
export const BY_HAND = {
  vertical: { side: 3, weights: [1, 0, -1, 1, 0, -1, 1, 0, -1], bias: 0 },
  horizontal: { side: 3, weights: [1, 1, 1, 0, 0, 0, -1, -1, -1], bias: 0 },
  blur: { side: 3, weights: Array.from({ length: 9 }, () => 1 / 9), bias: 0 },
  edges: { side: 3, weights: [-1, -1, -1, -1, 8, -1, -1, -1, -1], bias: 0 },
};

/**
 * Filter k of W (side, side, 1, filters).
 *
 * @param {ArrayLike<number>} W
 * @param {ArrayLike<number>} b
 * @param {number} side
 * @param {number} filters
 * @param {number} k
 * @returns {Kernel}
 */
export const learned = (W, b, side, filters, k) => ({
  side,
  weights: Array.from({ length: side * side }, (_, at) => W[at * filters + k]),
  bias: b[k],
});

/**
 * One cell: patch times kernel, entry by entry, summed, plus the bias.
 *
 * @param {ArrayLike<number>} picture 8 x 8
 * @param {Kernel} kernel
 * @param {number} row
 * @param {number} column
 */
export function cell(picture, { side, weights, bias }, row, column) {
  const patch = weights.map(
    (_, at) => picture[(row + Math.floor(at / side)) * 8 + column + (at % side)],
  );
  const products = patch.map((v, at) => v * weights[at]);
  const sum = products.reduce((a, b) => a + b, 0);
  return { patch, products, sum, value: sum + bias };
}

/** The cells of all places. @param {ArrayLike<number>} picture @param {Kernel} kernel */
export function featureMap(picture, kernel) {
  const side = 8 - kernel.side + 1;
  const values = Float64Array.from(
    { length: side * side },
    (_, k) => cell(picture, kernel, Math.floor(k / side), k % side).value,
  );
  return { side, values };
}

/**
 * The four activations under a pooled cell, and what pooling keeps of them.
 *
 * @param {ArrayLike<number>} map
 * @param {number} side of the map
 * @param {number} row of the pooled cell
 * @param {number} column
 */
export function pooled(map, side, row, column) {
  const window = [0, 1, 2, 3].map((k) => map[(2 * row + (k >> 1)) * side + 2 * column + (k & 1)]);
  const max = Math.max(...window);
  return {
    window,
    max,
    at: window.indexOf(max),
    mean: window.reduce((a, b) => a + b, 0) / 4,
  };
}
