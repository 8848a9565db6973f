// Learning rates that change with the step (1 is the first update), as `cr.optimizers` has them.
import { power, realPower } from "./scalar.js";

/** end + (start − end) (1 + cos(π done)) / 2
 * @param {number} start @param {number} end @param {number} done */
const between = (start, end, done) => end + ((start - end) * (1 + Math.cos(Math.PI * done))) / 2;

/**
 * @typedef {object} Schedule
 * @property {string} first the name of Python's first setting, the rate
 * @property {string} [steps] the name of the length in steps
 * @property {(rate: number, steps: number) => (step: number) => number} at
 */

/** @type {Record<string, Schedule>} */
export const SCHEDULES = {
  Constant: { first: "start", at: (rate) => () => rate },
  Cosine: {
    first: "start",
    steps: "steps",
    at: (rate, steps) => (step) => between(rate, 0, Math.min(step - 1, steps) / steps),
  },
  CosineRestarts: {
    first: "start",
    steps: "steps",
    at: (rate, steps) => (step) => between(rate, 0, ((step - 1) % steps) / steps),
  },
  ExponentialDecay: {
    first: "start",
    steps: "steps",
    at: (rate, steps) => (step) => rate * realPower(0.1, (step - 1) / steps),
  },
  InverseTimeDecay: {
    first: "start",
    steps: "steps",
    at: (rate, steps) => (step) => rate / (1 + (step - 1) / steps),
  },
  LinearWarmup: {
    first: "then",
    steps: "steps",
    at: (rate, steps) => (step) => (step < steps ? (rate * step) / steps : rate),
  },
  OneCycle: {
    first: "peak",
    steps: "steps",
    at: (rate, steps) => (step) => {
      const last = steps - 1;
      const n = Math.min(step, steps) - 1;
      const top = Math.min(Math.max(0.3 * steps - 1, 0), last);
      if (n <= top && top > 0) return between(rate / 25, rate, n / top);
      return between(rate, rate / 25 / 1e4, (n - top) / (last - top));
    },
  },
  PolynomialDecay: {
    first: "start",
    steps: "steps",
    at: (rate, steps) => (step) => rate * (1 - Math.min(step - 1, steps) / steps),
  },
  StepDecay: {
    first: "start",
    steps: "every",
    at: (rate, steps) => (step) => rate * power(0.1, Math.floor((step - 1) / steps)),
  },
};

/**
 * The rate of a step.
 *
 * @param {string} name
 * @param {number} rate
 * @param {number} steps
 */
export const rateAt = (name, rate, steps) => SCHEDULES[name].at(rate, steps);
