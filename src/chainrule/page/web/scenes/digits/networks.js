// The networks of this scene as descriptions, as saved files hold them.
import { Refusal } from "../../app/refusal.js";

/**
 * @typedef {{ kind: "dense", units: number, activation: string }
 *   | { kind: "conv", filters: number, kernel: number, activation: string }
 *   | { kind: "pool", mode: "max" | "mean" }
 *   | { kind: "norm" }
 *   | { kind: "dropout", rate: number }} Own one layer of the user's own network
 */

export const ACTIVATIONS = /** @type {const} */ ({
  relu: "layers.ReLU",
  tanh: "layers.Tanh",
  sigmoid: "layers.Sigmoid",
  elu: "layers.ELU",
  gelu: "layers.GELU",
});

export const OPTIMIZERS = /** @type {const} */ ({
  adam: "optimizers.Adam",
  sgd: "optimizers.SGD",
  momentum: "optimizers.Momentum",
  nesterov: "optimizers.Nesterov",
  rmsprop: "optimizers.RMSprop",
  adagrad: "optimizers.Adagrad",
});

/** Learning rates with which each optimizer learns the digits well. */
export const RATES = {
  adam: 0.002,
  sgd: 0.1,
  momentum: 0.02,
  nesterov: 0.02,
  rmsprop: 0.001,
  adagrad: 0.02,
};

/** Limits of own layers, so that training stays a matter of seconds. */
export const MOST_LAYERS = 8;
export const MOST_UNITS = 256;
export const MOST_FILTERS = 16;

/** @param {string} name @param {Record<string, any>} [settings] */
const layer = (name, settings = {}) => ({ class: `layers.${name}`, settings });

/** @param {string} activation */
const start = (activation) =>
  ["relu", "elu", "gelu"].includes(activation)
    ? { init: { class: "initializers.HeNormal", settings: {} } }
    : {};

/** @param {any} state @returns {{ penalty?: any }} */
const penaltyOf = (state) =>
  state.penalty ? { penalty: { class: "losses.L2", settings: { rate: state.penalty } } } : {};

/** The layers of a ready network, in the form of own layers. @param {any} state @returns {Own[]} */
export function ownLayers(state) {
  const { activation, dropout } = state;
  /** @type {Own[]} */
  const drop = dropout ? [{ kind: "dropout", rate: dropout }] : [];
  switch (state.network) {
    case "small":
      return [{ kind: "dense", units: 32, activation }, ...drop];
    case "wide":
      return [{ kind: "dense", units: 100, activation }, ...drop];
    case "conv":
      return [
        { kind: "conv", filters: 8, kernel: 3, activation },
        { kind: "pool", mode: "max" },
        ...drop,
      ];
    default:
      return state.own;
  }
}

/**
 * Follow the size of a picture through own layers; refuse those that do not fit.
 *
 * @param {Own[]} own
 */
export function checkOwn(own) {
  let side = 8;
  let flat = false;
  own.forEach((one, k) => {
    const n = k + 1;
    if (one.kind === "dense") flat = true;
    if (one.kind !== "conv" && one.kind !== "pool") return;
    if (flat) throw new Refusal("digits.own.order", { n });
    const smaller = one.kind === "conv" ? side - one.kernel + 1 : Math.floor(side / 2);
    if (smaller < 1) throw new Refusal("digits.own.size", { n, side });
    side = smaller;
  });
}

/**
 * The network as a description. 64 pixels come in, 0 to 1; ten probabilities come out.
 *
 * @param {any} state
 * @returns {import("../../graph/trace.js").Network}
 */
export function describe(state) {
  const own = ownLayers(state);
  checkOwn(own);
  const layers = [];
  const pictures = own.some(({ kind }) => kind === "conv" || kind === "pool");
  if (pictures) layers.push(layer("Reshape", { shape: [8, 8, 1] }));
  let flat = !pictures;
  const flatten = () => {
    if (!flat) layers.push(layer("Flatten"));
    flat = true;
  };
  for (const one of own) {
    switch (one.kind) {
      case "conv":
        layers.push(
          layer("Conv2D", {
            filters: one.filters,
            kernel: one.kernel,
            ...start(one.activation),
            ...penaltyOf(state),
          }),
        );
        layers.push({ class: activationClass(one.activation), settings: {} });
        break;
      case "pool":
        layers.push(layer(one.mode === "max" ? "MaxPool2D" : "AveragePool2D", { size: 2 }));
        break;
      case "dense":
        flatten();
        layers.push(
          layer("Dense", { units: one.units, ...start(one.activation), ...penaltyOf(state) }),
        );
        layers.push({ class: activationClass(one.activation), settings: {} });
        break;
      case "norm":
        layers.push(layer("BatchNorm"));
        break;
      default:
        layers.push(layer("Dropout", { rate: one.rate }));
    }
  }
  flatten();
  layers.push(layer("Dense", { units: 10, ...penaltyOf(state) }));
  return {
    layers,
    loss: { class: "losses.SoftmaxCrossEntropy", settings: {} },
    inputs: { x: [64] },
    target: { number: "index", shape: [] },
    seed: state.seed,
    dtype: "float32",
    frozen: [],
    rates: {},
  };
}

/** @param {string} name */
const activationClass = (name) => ACTIVATIONS[/** @type {keyof typeof ACTIVATIONS} */ (name)];

/** The words of `net.fit`. @param {any} state */
export const describeFit = (state) => ({
  optimizer: {
    class: OPTIMIZERS[/** @type {keyof typeof OPTIMIZERS} */ (state.optimizer)],
    settings: { lr: state.lr },
  },
  batch_size: state.batch,
});

/** What makes the weights: a change here needs training from the start. @param {any} state */
export const recipe = (state) => JSON.stringify([describe(state), describeFit(state), state.moved]);

/** Whether a list holds own layers. @param {any} list */
export function areOwn(list) {
  if (!Array.isArray(list) || list.length > MOST_LAYERS) return false;
  const whole = (/** @type {any} */ v, /** @type {number} */ most) =>
    Number.isInteger(v) && v >= 1 && v <= most;
  const active = (/** @type {any} */ one) => Object.hasOwn(ACTIVATIONS, one.activation);
  const fits = list.every((one) => {
    if (typeof one !== "object" || one === null) return false;
    const names = Object.keys(one).sort().join(" ");
    switch (one.kind) {
      case "dense":
        return names === "activation kind units" && whole(one.units, MOST_UNITS) && active(one);
      case "conv":
        return (
          names === "activation filters kernel kind" &&
          whole(one.filters, MOST_FILTERS) &&
          whole(one.kernel, 5) &&
          active(one)
        );
      case "pool":
        return names === "kind mode" && (one.mode === "max" || one.mode === "mean");
      case "norm":
        return names === "kind";
      case "dropout":
        return (
          names === "kind rate" && typeof one.rate === "number" && one.rate >= 0 && one.rate <= 0.9
        );
      default:
        return false;
    }
  });
  if (!fits) return false;
  try {
    checkOwn(list);
    return true;
  } catch {
    return false;
  }
}
