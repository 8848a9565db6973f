// Two layers learn XOR in 1,500 steps: J. Loy (2018).
import { randomState } from "../../data/mersenne_twister.js";
import {
  each,
  filled,
  minus,
  plus,
  product,
  sigmoid,
  sumOfSquares,
  times,
  transposed,
} from "./matrix.js";

/** @typedef {import("./article.js").Article} Article */

const X = [
  [0, 0, 1],
  [0, 1, 1],
  [1, 0, 1],
  [1, 1, 1],
];
const y = [[0], [1], [1], [0]];

/** @type {Article} */
export const twoLayer = {
  id: "two_layer",
  X,
  y,
  weights: [
    { name: "W1", rows: 3, columns: 4 },
    { name: "W2", rows: 4, columns: 1 },
  ],
  inputs: 3,
  published: { answers: [0.023, 0.979, 0.975, 0.025] }, // no seed is given
  begin: ["random.seed({seed})", "W1 = random.rand(3, 4)", "W2 = random.rand(4, 1)"],
  lines: [
    { id: "h", code: "h = 1 / (1 + exp(-(X @ W1)))", shows: ["h"] },
    { id: "o", code: "o = 1 / (1 + exp(-(h @ W2)))", shows: ["o"] },
    { id: "delta2", code: "delta2 = 2 * (y - o) * o * (1 - o)", shows: ["delta2"] },
    { id: "dW2", code: "dW2 = h.T @ delta2", shows: ["dW2"] },
    { id: "delta1", code: "delta1 = (delta2 @ W2.T) * h * (1 - h)", shows: ["delta1"] },
    { id: "dW1", code: "dW1 = X.T @ delta1", shows: ["dW1"] },
    { id: "W1", code: "W1 = W1 + dW1", shows: ["W1"] },
    { id: "W2", code: "W2 = W2 + dW2", shows: ["W2"] },
  ],

  start({ seed }) {
    const { random } = randomState(seed);
    return { weights: { W1: filled(3, 4, random), W2: filled(4, 1, random) } };
  },

  update({ W1, W2 }) {
    const h = each(sigmoid, product(X, W1));
    const o = each(sigmoid, product(h, W2));
    const error = minus(y, o);
    const delta2 = each((e, a) => 2 * e * a * (1 - a), error, o);
    const dW2 = product(transposed(h), delta2);
    const back = product(delta2, transposed(W2));
    const delta1 = times(
      back,
      each((a) => a * (1 - a), h),
    );
    const dW1 = product(transposed(X), delta1);
    return {
      values: { h, o, delta2, dW2, delta1, dW1 },
      weights: { W1: plus(W1, dW1), W2: plus(W2, dW2) },
      loss: sumOfSquares(error),
    };
  },

  answer(x, { W1, W2 }) {
    const z1 = product([x], W1)[0];
    const a1 = z1.map(sigmoid);
    const z2 = product([a1], W2)[0];
    const a2 = z2.map(sigmoid);
    return {
      layers: [
        { z: z1, a: a1 },
        { z: z2, a: a2 },
      ],
      answer: a2[0],
    };
  },

  network: {
    layers: [
      { class: "layers.Dense", settings: { units: 4, bias: false } },
      { class: "layers.Sigmoid", settings: {} },
      { class: "layers.Dense", settings: { units: 1, bias: false } },
      { class: "layers.Sigmoid", settings: {} },
    ],
    loss: { class: "losses.SquaredError", settings: { reduction: "sum" } },
    inputs: { x: [3] },
    target: { number: "real", shape: [1] },
    seed: 0,
    dtype: "float64",
    frozen: [],
    rates: {},
  },
};
