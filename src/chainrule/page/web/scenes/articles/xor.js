// XOR one row at a time, with the right and the published derivative: R. Szabo (2013).
import { randomState } from "../../data/mersenne_twister.js";
import { each, filled, plus, product, sigmoid, times, transposed } from "./matrix.js";

/** @typedef {import("./article.js").Article} Article */
/** @typedef {import("./article.js").Options} Options */

const RATE = 0.2;
// the third input is the constant 1 that the class appends
const X = [
  [0, 0, 1],
  [0, 1, 1],
  [1, 0, 1],
  [1, 1, 1],
];
const y = [[0], [1], [1], [0]];

/**
 * The activation, and its slope as a function of what the class passes to it: the activation a.
 *
 * @param {Options} options
 */
export function functions({ activation, derivative }) {
  const f = activation === "tanh" ? Math.tanh : sigmoid;
  /** @type {(a: number) => number} */
  const right = activation === "tanh" ? (a) => 1 - a * a : (a) => a * (1 - a);
  // f'(x) written for x = z, but called with a
  /** @type {(a: number) => number} */
  const published = activation === "tanh" ? (a) => 1 - f(a) ** 2 : (a) => f(a) * (1 - f(a));
  return { f, right, published, slope: derivative === "right" ? right : published };
}

/** How the slope is written in each variant. */
const SLOPES = {
  tanh: { right: "1 - a ** 2", published: "1 - tanh(a) ** 2" },
  logistic: { right: "a * (1 - a)", published: "logistic(a) * (1 - logistic(a))" },
};

/** @type {Article} */
export const xor = {
  id: "xor",
  X,
  y,
  weights: [
    { name: "W1", rows: 3, columns: 3 },
    { name: "W2", rows: 3, columns: 1 },
  ],
  inputs: 2,
  published: { answers: [4.01282568e-5, 0.98765949, 0.98771753, 0.00490502] }, // no seed is given
  begin: [
    "random.seed({seed})",
    "W1 = 0.25 * (2 * random.random((3, 3)) - 1)",
    "W2 = 0.25 * (2 * random.random((3, 1)) - 1)",
    "def slope(a): return {slope}",
  ],
  gaps: (options) => ({
    f: options.activation,
    slope: SLOPES[options.activation][options.derivative],
  }),
  lines: [
    { id: "i", code: "i = random.randint(4)", shows: ["i"] },
    { id: "a0", code: "a0 = append(X[i], 1)", shows: ["a0"] },
    { id: "a1", code: "a1 = {f}(a0 @ W1)", shows: ["a1"] },
    { id: "a2", code: "a2 = {f}(a1 @ W2)", shows: ["a2"] },
    { id: "delta2", code: "delta2 = (y[i] - a2) * slope(a2)", shows: ["slope2", "delta2"] },
    { id: "delta1", code: "delta1 = (delta2 @ W2.T) * slope(a1)", shows: ["slope1", "delta1"] },
    { id: "W2", code: "W2 = W2 + 0.2 * outer(a1, delta2)", shows: ["W2"] },
    { id: "W1", code: "W1 = W1 + 0.2 * outer(a0, delta1)", shows: ["W1"] },
  ],

  start({ seed }) {
    const stream = randomState(seed);
    const small = () => 0.25 * (2 * stream.random() - 1);
    const weights = { W1: filled(3, 3, small), W2: filled(3, 1, small) };
    // the rows follow in the same stream
    return { weights, next: () => stream.below(4) };
  },

  update({ W1, W2 }, options, i = 0) {
    const { f, slope } = functions(options);
    const a0 = [X[i]];
    const a1 = each(f, product(a0, W1));
    const a2 = each(f, product(a1, W2));
    const slope2 = each(slope, a2);
    const delta2 = times([[y[i][0] - a2[0][0]]], slope2);
    const slope1 = each(slope, a1);
    const delta1 = times(product(delta2, transposed(W2)), slope1);
    const move = (/** @type {number} */ v) => RATE * v;
    return {
      values: { i: [[i]], a0, a1, a2, slope2, delta2, slope1, delta1 },
      weights: {
        W1: plus(W1, each(move, product(transposed(a0), delta1))),
        W2: plus(W2, each(move, product(transposed(a1), delta2))),
      },
      loss: meanLoss({ W1, W2 }, f),
    };
  },

  answer(x, { W1, W2 }, options) {
    const { f } = functions(options);
    const z1 = product([[...x, 1]], W1)[0];
    const a1 = z1.map(f);
    const z2 = product([a1], W2)[0];
    const a2 = z2.map(f);
    return {
      layers: [
        { z: z1, a: a1 },
        { z: z2, a: a2 },
      ],
      answer: a2[0],
    };
  },
};

/**
 * Half the squared error, mean of the four rows.
 *
 * @param {Record<string, import("./matrix.js").Matrix>} weights
 * @param {(z: number) => number} f
 */
function meanLoss({ W1, W2 }, f) {
  const p = each(f, product(each(f, product(X, W1)), W2));
  return p.reduce((sum, [a], i) => sum + (a - y[i][0]) ** 2 / 2, 0) / 4;
}

/**
 * Compare what the rule calls the gradient with central differences of the loss of row i: the
 * check that would have found the mistake.
 *
 * @param {Record<string, import("./matrix.js").Matrix>} weights
 * @param {Options} options
 * @param {number} i
 */
export function gradientCheck(weights, options, i) {
  const { f } = functions(options);
  const loss = (/** @type {typeof weights} */ { W1, W2 }) => {
    const p = f(product(each(f, product([X[i]], W1)), W2)[0][0]);
    return (p - y[i][0]) ** 2 / 2;
  };
  const moved = xor.update(weights, options, i).weights;
  const size = 1e-5;
  let worst = 0;
  let largest = 0;
  for (const name of ["W1", "W2"]) {
    weights[name].forEach((row, k) =>
      row.forEach((w, j) => {
        const [above, below] = [w + size, w - size].map((v) => {
          const other = weights[name].map((line) => [...line]);
          other[k][j] = v;
          return loss({ ...weights, [name]: other });
        });
        const measured = (above - below) / (2 * size);
        const claimed = (w - moved[name][k][j]) / RATE;
        worst = Math.max(worst, Math.abs(measured - claimed));
        largest = Math.max(largest, Math.abs(measured), Math.abs(claimed));
      }),
    );
  }
  return { worst: largest ? worst / largest : 0, right: worst <= 1e-6 * Math.max(largest, 1e-3) };
}
