// Small networks to look into: a description, rows, and the options of the fit.

/** @typedef {import("../../graph/trace.js").Network} Network */
/**
 * @typedef {object} Example
 * @property {Network} network
 * @property {{ x: ArrayLike<number>, y: ArrayLike<number>, n: number }} data
 * @property {Record<string, any>} fit
 * @property {Float32Array | Float64Array} [theta] instead of the network's own beginning
 */

/** @param {string} name @param {Record<string, any>} [settings] */
const layer = (name, settings = {}) => ({ class: `layers.${name}`, settings });
/** @param {string} name @param {Record<string, any>} [settings] */
const loss = (name, settings = {}) => ({ class: `losses.${name}`, settings });
/** @param {string} name @param {Record<string, any>} [settings] */
const rule = (name, settings = {}) => ({ class: `optimizers.${name}`, settings });

/** @type {[number[], number[], number]} */
const CORNERS = [[0, 0, 0, 1, 1, 0, 1, 1], [0, 1, 1, 0], 4];
/** Two clouds of points. @type {[number[], number[], number]} */
const CLOUDS = [
  [1.2, 0.8, 0.7, 1.5, 1.6, 1.1, 0.4, 0.9, -1.1, -0.6, -0.5, -1.4, -1.3, -1.2, -0.8, -0.2],
  [0, 0, 0, 0, 1, 1, 1, 1],
  8,
];
/** Pictures of 5 × 5 with a line down or across. */
const LINES = [1, 3, 1, 3].flatMap((place, k) =>
  Array.from({ length: 25 }, (_, i) => Number((k < 2 ? i % 5 : Math.floor(i / 5)) === place)),
);

/** @param {[number[], number[], number]} rows */
const data = ([x, y, n]) => ({ x, y, n });

/** @type {Record<string, Example>} */
export const EXAMPLES = {
  xor: {
    network: {
      layers: [layer("Dense", { units: 2 }), layer("Tanh"), layer("Dense", { units: 1 })],
      loss: loss("SigmoidCrossEntropy"),
      inputs: { x: [2] },
      target: { number: "real", shape: [1] },
      seed: 3,
    },
    data: data(CORNERS),
    fit: { optimizer: rule("SGD", { lr: 0.5 }), batch_size: null },
  },
  neuron: {
    network: {
      layers: [layer("Dense", { units: 1, bias: false }), layer("Sigmoid")],
      loss: loss("SquaredError", { half: true }),
      inputs: { x: [3] },
      target: { number: "real", shape: [1] },
      seed: 1,
    },
    data: { x: [0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1], y: [0, 1, 1, 0], n: 4 },
    fit: { optimizer: rule("SGD", { lr: 1 }), batch_size: null },
  },
  softmax: {
    network: {
      layers: [layer("Dense", { units: 3 }), layer("Tanh"), layer("Dense", { units: 2 })],
      loss: loss("SoftmaxCrossEntropy"),
      inputs: { x: [2] },
      target: { number: "index", shape: [] },
      seed: 0,
    },
    data: data(CLOUDS),
    fit: { optimizer: rule("Adam", { lr: 0.05 }), batch_size: 4 },
  },
  convolution: {
    network: {
      layers: [
        layer("Conv2D", { filters: 2, kernel: 2 }),
        layer("ReLU"),
        layer("MaxPool2D", { size: 2 }),
        layer("Flatten"),
        layer("Dense", { units: 2 }),
      ],
      loss: loss("SoftmaxCrossEntropy"),
      inputs: { x: [5, 5, 1] },
      target: { number: "index", shape: [] },
      seed: 4,
    },
    data: { x: LINES, y: [0, 0, 1, 1], n: 4 },
    fit: { optimizer: rule("Momentum", { lr: 0.1 }), batch_size: null },
  },
  dropout: {
    network: {
      layers: [
        layer("Dense", { units: 4, penalty: { class: "losses.L2", settings: { rate: 0.01 } } }),
        layer("ReLU"),
        layer("Dropout", { rate: 0.5 }),
        layer("Dense", { units: 2 }),
      ],
      loss: loss("SoftmaxCrossEntropy"),
      inputs: { x: [2] },
      target: { number: "index", shape: [] },
      seed: 5,
    },
    data: data(CLOUDS),
    fit: { optimizer: rule("AdamW", { lr: 0.05 }), batch_size: 4 },
  },
  batch_norm: {
    network: {
      layers: [
        layer("Dense", { units: 3, bias: false }),
        layer("BatchNorm"),
        layer("ReLU"),
        layer("Dense", { units: 1 }),
      ],
      loss: loss("SquaredError"),
      inputs: { x: [2] },
      target: { number: "real", shape: [1] },
      seed: 2,
    },
    data: data(CLOUDS),
    fit: {
      optimizer: [rule("ClipNorm", { limit: 0.5 }), rule("RMSprop", { lr: 0.01 })],
      batch_size: 4,
    },
  },
};

export const FIRST = "xor";
