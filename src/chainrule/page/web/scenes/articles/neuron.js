// One sigmoid neuron, four examples: M. Spencer-Harper (2015), and M. J. Garbade (2018).
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

/** @typedef {import("./matrix.js").Matrix} Matrix */
/** @typedef {import("./article.js").Article} Article */

const X = [
  [0, 0, 1],
  [1, 1, 1],
  [1, 0, 1],
  [0, 1, 1],
];
const y = [[0], [1], [1], [0]];

/** @type {Article} */
export const neuron = {
  id: "neuron",
  X,
  y,
  weights: [{ name: "w", rows: 3, columns: 1 }],
  inputs: 3,
  // what the article prints
  published: {
    w: {
      0: [-0.16595599, 0.44064899, -0.99977125],
      10000: [9.67299303, -0.2078435, -4.62963669],
      15000: [10.08740896, -0.20695366, -4.83757835],
    },
    answer: { 10000: 0.99993704, 15000: 0.9999584 },
  },
  begin: ["random.seed(1)", "w = 2 * random.random((3, 1)) - 1"],
  lines: [
    { id: "z", code: "z = X @ w", shows: ["z"] },
    { id: "o", code: "o = 1 / (1 + exp(-z))", shows: ["o"] },
    { id: "error", code: "error = y - o", shows: ["error"] },
    { id: "slope", code: "slope = o * (1 - o)", shows: ["slope"] },
    { id: "delta", code: "delta = error * slope", shows: ["delta"] },
    { id: "w", code: "w = w + X.T @ delta", shows: ["change", "w"] },
  ],

  start() {
    const { random } = randomState(1);
    return { weights: { w: filled(3, 1, () => 2 * random() - 1) } };
  },

  update({ w }) {
    const z = product(X, w);
    const o = each(sigmoid, z);
    const error = minus(y, o);
    const slope = each((a) => a * (1 - a), o);
    const delta = times(error, slope);
    const change = product(transposed(X), delta);
    return {
      values: { z, o, error, slope, delta, change },
      weights: { w: plus(w, change) },
      loss: sumOfSquares(error) / 2,
    };
  },

  answer(x, { w }) {
    const z = product([x], w)[0][0];
    return { layers: [{ z: [z], a: [sigmoid(z)] }], answer: sigmoid(z) };
  },

  network: {
    layers: [
      { class: "layers.Dense", settings: { units: 1, bias: false } },
      { class: "layers.Sigmoid", settings: {} },
    ],
    loss: { class: "losses.SquaredError", settings: { half: true, reduction: "sum" } },
    inputs: { x: [3] },
    target: { number: "real", shape: [1] },
    seed: 0,
    dtype: "float64",
    frozen: [],
    rates: {},
  },
};
