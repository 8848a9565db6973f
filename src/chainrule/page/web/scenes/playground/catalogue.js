// What can be chosen here: losses and how they want their targets, layers, optimizers, schedules.

/** @typedef {import("../../data/datasets.js").Task} Task */
/** @typedef {{ class: string, settings?: Record<string, any> }} Description */

/**
 * How the target of a row is written for a loss:
 * index   the number of its class;
 * truth   0 or 1 for two classes, a row of them for more;
 * sign    −1 or 1 for two classes, a row of them for more;
 * amount  −1 or 1 for two classes, a row of 0 and 1 for more;
 * onehot  a row of 0 and 1;
 * number  the number itself;
 * spread  the number itself; the network gives a mean and a deviation.
 *
 * @typedef {"index" | "truth" | "sign" | "amount" | "onehot" | "number" | "spread"} Coding
 */

/** @type {Record<string, Coding>} */
const CLASS_LOSSES = {
  SigmoidCrossEntropy: "truth",
  SoftmaxCrossEntropy: "index",
  Focal: "truth",
  Hinge: "sign",
  SquaredHinge: "sign",
  SquaredError: "amount",
  AbsoluteError: "amount",
  Huber: "amount",
  LogCosh: "amount",
  KLDivergence: "onehot",
  CosineDistance: "onehot",
};

/** @type {Record<string, Coding>} */
const NUMBER_LOSSES = {
  SquaredError: "number",
  AbsoluteError: "number",
  Huber: "number",
  LogCosh: "number",
  Quantile: "number",
  GaussianNLL: "spread",
  Poisson: "number",
};

/** The losses of a task, with their coding. @param {Task} task */
export const lossesOf = (task) => (task === "classes" ? CLASS_LOSSES : NUMBER_LOSSES);

/** @param {Description} loss */
export const lossName = (loss) => loss.class.replace("losses.", "");

/** The usual loss. @param {Task} task @param {number} classes @returns {Description} */
export const usualLoss = (task, classes) => ({
  class:
    task === "number"
      ? "losses.SquaredError"
      : classes === 2
        ? "losses.SigmoidCrossEntropy"
        : "losses.SoftmaxCrossEntropy",
});

/** How many outputs the network needs. @param {Coding} coding @param {number} classes */
export function outputsOf(coding, classes) {
  if (coding === "number") return 1;
  if (coding === "spread") return 2;
  if (coding === "index" || coding === "onehot") return classes;
  return classes === 2 ? 1 : classes;
}

export const ACTIVATIONS = [
  "Tanh", "ReLU", "Sigmoid", "LeakyReLU", "ELU", "SELU", "GELU", "SiLU", "Mish", "Softplus",
  "Softsign", "HardSigmoid", "ReLU6", "PReLU", "Softmax", "Identity",
]; // prettier-ignore

export const INITIALIZERS = [
  "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LeCunUniform", "LeCunNormal", "Normal",
  "Uniform", "Orthogonal", "Identity", "Sparse", "Constant", "Zeros",
]; // prettier-ignore

/** Settings that have no default. @type {Record<string, Record<string, any>>} */
export const FIRST_SETTINGS = {
  "initializers.Constant": { value: 0.1 },
  "losses.L1": { rate: 0.001 },
  "losses.L2": { rate: 0.001 },
  "losses.ElasticNet": { l1: 0.001, l2: 0.001 },
  "optimizers.ClipValue": { limit: 1 },
  "optimizers.ClipNorm": { limit: 1 },
  "optimizers.ClipGlobalNorm": { limit: 1 },
};

export const PENALTIES = ["L1", "L2", "ElasticNet"];
export const NORMS = ["BatchNorm", "LayerNorm"];
export const CLIPS = ["ClipValue", "ClipNorm", "ClipGlobalNorm"];

export const OPTIMIZERS = [
  "Adam", "SGD", "Momentum", "Nesterov", "RMSprop", "Adagrad", "Adadelta", "AdaMax", "Nadam",
  "AMSGrad", "AdamW", "RAdam", "AdaBelief", "Lion", "LAMB", "Muon", "Rprop",
]; // prettier-ignore

/** A rate that suits small networks on a few hundred points; Python's defaults are smaller. @type {Record<string, number>} */
export const RATES = {
  Adam: 0.05, SGD: 0.5, Momentum: 0.1, Nesterov: 0.1, RMSprop: 0.02, Adagrad: 0.2, AdaMax: 0.05,
  Nadam: 0.05, AMSGrad: 0.05, AdamW: 0.05, RAdam: 0.05, AdaBelief: 0.05, Lion: 0.005, LAMB: 0.05,
  Muon: 0.05, Rprop: 0.01,
}; // prettier-ignore

/** @param {string} name @returns {Description} */
export const optimizerOf = (name) => ({
  class: `optimizers.${name}`,
  settings: name in RATES ? { lr: RATES[name] } : {},
});

/** Schedules of the rate, as functions of the rate. @type {Record<string, (lr: number) => Description>} */
export const SCHEDULES = {
  ExponentialDecay: (lr) => ({
    class: "schedules.ExponentialDecay",
    settings: { start: lr, steps: 1000, factor: 0.5 },
  }),
  StepDecay: (lr) => ({
    class: "schedules.StepDecay",
    settings: { start: lr, every: 1000, factor: 0.5 },
  }),
  InverseTimeDecay: (lr) => ({
    class: "schedules.InverseTimeDecay",
    settings: { start: lr, steps: 1000 },
  }),
  Cosine: (lr) => ({ class: "schedules.Cosine", settings: { start: lr, steps: 3000, end: 0 } }),
  CosineRestarts: (lr) => ({
    class: "schedules.CosineRestarts",
    settings: { start: lr, steps: 1000 },
  }),
  Cyclic: (lr) => ({ class: "schedules.Cyclic", settings: { low: lr / 10, high: lr, half: 200 } }),
  OneCycle: (lr) => ({ class: "schedules.OneCycle", settings: { peak: lr, steps: 3000 } }),
  PolynomialDecay: (lr) => ({
    class: "schedules.PolynomialDecay",
    settings: { start: lr, steps: 3000, end: 0, power: 1 },
  }),
  LinearWarmup: (lr) => ({ class: "schedules.LinearWarmup", settings: { then: lr, steps: 200 } }),
};

/** The inputs that are offered for points of the plane. */
export const FEATURES = [
  "x1",
  "x2",
  "x1^2",
  "x2^2",
  "x1*x2",
  "sin(pi*x1)",
  "sin(pi*x2)",
  "cos(pi*x1)",
  "cos(pi*x2)",
];
