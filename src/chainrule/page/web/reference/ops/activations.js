// Activation functions, each with its slope.
import { normalCdf, normalDensity } from "./erf.js";
import { entrywise, isDouble, overRows } from "./common.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */
/** @typedef {import("./common.js").Attributes} Attributes */

const { abs, exp, expm1, log1p, max, min, tanh } = Math;
const SCALE = 1.0507009873554805;
const ALPHA = 1.6732632423543772;

/**
 * σ(z) = 1 / (1 + e⁻ᶻ). Below the lowest z the exponential would overflow; there σ rounds to 0.
 *
 * @param {number} z
 * @param {boolean} double
 */
export const logistic = (z, double) => 1 / (1 + exp(-max(z, double ? -708 : -87)));

/** @param {number} z @returns {number} log(1 + eᶻ), without overflow */
export const softplusOf = (z) => (z > 0 ? z : 0 * z) + log1p(exp(z > 0 ? -z : z));

/** @param {number} z @param {boolean} double @returns {number} eᶻ of a z that is limited */
export const limitedExp = (z, double) => exp(min(z, double ? 700 : 80));

/**
 * Return an op that works entry by entry.
 *
 * @param {(z: number, attrs: Attributes, double: boolean) => number} f
 * @param {(d: number, z: number, a: number, attrs: Attributes, double: boolean) => number} slope the
 *   slope times d
 * @returns {Op}
 */
function activation(f, slope) {
  return {
    entrywise: true,
    forward: ([z], attrs) => entrywise((x) => f(x, attrs, isDouble(z)), z),
    backward: (da, a, [z], attrs) => [
      entrywise((d, x, y) => slope(d, x, y, attrs, isDouble(z)), da, z, a),
    ],
  };
}

/** @type {Record<string, Op>} */
export const activations = {
  sigmoid: activation(
    (z, _attrs, double) => logistic(z, double),
    (d, _z, a) => d * a * (1 - a),
  ),
  tanh: activation(
    (z) => tanh(z),
    (d, _z, a) => d * (1 - a * a),
  ),
  relu: activation(
    (z) => max(z, 0),
    (d, z) => d * Number(z > 0),
  ),
  relu6: activation(
    (z) => min(max(z, 0), 6),
    (d, z) => d * Number(z > 0 && z < 6),
  ),
  leaky_relu: activation(
    (z, { slope }) => max(z, 0) + slope * min(z, 0),
    (d, z, _a, { slope }) => (z > 0 ? d : slope * d),
  ),
  elu: activation(
    (z, { alpha }) => max(z, 0) + alpha * expm1(min(z, 0)),
    (d, z, _a, { alpha }) => (z > 0 ? d : d * (alpha * exp(min(z, 0)))),
  ),
  selu: activation(
    (z) => SCALE * max(z, 0) + SCALE * ALPHA * expm1(min(z, 0)),
    (d, z) => SCALE * (z > 0 ? d : ALPHA * d * exp(min(z, 0))),
  ),
  softplus: activation(
    (z) => softplusOf(z),
    (d, z, _a, _attrs, double) => d * logistic(z, double),
  ),
  softsign: activation(
    (z) => z / (1 + abs(z)),
    (d, z) => d / ((1 + abs(z)) * (1 + abs(z))),
  ),
  silu: activation(
    (z, _attrs, double) => z * logistic(z, double),
    (d, z, _a, _attrs, double) => {
      const s = logistic(z, double);
      return d * s * (1 + z * (1 - s));
    },
  ),
  gelu: activation(
    (z) => z * normalCdf(z),
    (d, z) => d * (normalCdf(z) + z * normalDensity(z)),
  ),
  mish: activation(
    (z) => z * tanh(softplusOf(z)),
    (d, z, _a, _attrs, double) => {
      const t = tanh(softplusOf(z));
      return d * (t + z * logistic(z, double) * (1 - t * t));
    },
  ),
  hard_sigmoid: activation(
    (z) => min(max(z / 6 + 0.5, 0), 1),
    (d, z) => (d * Number(z > -3 && z < 3)) / 6,
  ),
  exp: activation(
    (z, _attrs, double) => limitedExp(z, double),
    (d, _z, a) => d * a,
  ),
  prelu: {
    entrywise: true,
    forward: ([z, alpha]) => entrywise((x, slope) => (x > 0 ? x : slope * x), z, alpha),
    backward: (da, _a, [z, alpha]) => [
      entrywise((d, x, slope) => (x > 0 ? d : slope * d), da, z, alpha),
      overRows(
        alpha,
        entrywise((d, x) => d * min(x, 0), da, z),
      ),
    ],
  },
};
