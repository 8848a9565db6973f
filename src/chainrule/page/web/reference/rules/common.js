// What a rule of the reference says of one step: of which terms each slot and θ are the sum.

/** @typedef {import("../formulas.js").Part} Part */
/** @typedef {ArrayLike<number>} Vector */
/**
 * What a rule is given in one step.
 *
 * @typedef {object} Given
 * @property {Record<string, any>} h the settings, with the numbers of this step
 * @property {number} t the step of the slots, from 1
 * @property {Vector} theta
 * @property {Vector} g
 * @property {Record<string, Vector>} old the slots before the step
 * @property {number} rows of a hidden matrix; 0: a vector
 * @property {(name: string, parts: Part[]) => Vector} fresh the slot after the step: that of the run,
 *   or the sum of these terms
 */
/**
 * The terms by what they add up to, what further symbols of the formulas are, and their equations.
 *
 * @typedef {object} Said
 * @property {Record<string, Part[]>} parts a slot that is not named keeps its numbers
 * @property {Record<string, number | Vector>} [names]
 * @property {string[]} [notes]
 */
/** @typedef {(given: Given) => Said} Rule */

/**
 * Return a vector of so many numbers.
 *
 * @param {number} n
 * @param {(k: number) => number} f
 */
export function vector(n, f) {
  const v = new Float64Array(n);
  for (let k = 0; k < n; k++) v[k] = f(k);
  return v;
}

/**
 * Return xⁿ for a whole number n ≥ 0, by squaring: the same bits on every machine.
 *
 * @param {number} x
 * @param {number} n
 */
export function power(x, n) {
  let y = 1;
  while (n > 0) {
    if (n % 2) y *= x;
    x *= x;
    n = Math.floor(n / 2);
  }
  return y;
}

/**
 * Return the terms of a running mean: β1·old.m and (1 − β1)·g.
 *
 * @param {string} name of the mean
 * @param {string} decay the symbol of its decay
 * @param {number} rate the decay
 * @param {Vector} old the mean before
 * @param {string} what the symbol of what enters it
 * @param {(k: number) => number} value
 * @returns {Part[]}
 */
export const decayed = (name, decay, rate, old, what, value) => [
  { formula: `${decay}·old.${name}`, value: vector(old.length, (k) => rate * old[k]) },
  { formula: `(1 − ${decay})·${what}`, value: vector(old.length, (k) => (1 - rate) * value(k)) },
];

/** @param {Vector} theta @returns {Part} */
export const before = (theta) => ({ formula: "θ", value: theta });

/**
 * Return the terms of m, the mean of g, and v, the mean of g², with both after the step.
 *
 * @param {Given} given
 */
export function moments({ h, g, old, fresh }) {
  const parts = {
    m: decayed("m", "β1", h.beta1, old.m, "g", (k) => g[k]),
    v: decayed("v", "β2", h.beta2, old.v, "g²", (k) => g[k] * g[k]),
  };
  return { parts, m: fresh("m", parts.m), v: fresh("v", parts.v) };
}

/** @param {Vector} x @returns {number} ‖x‖ */
export function length(x) {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * x[k];
  return Math.sqrt(sum);
}

/** @param {number} x @returns {number} */
export const sign = (x) => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : NaN);
