// Learning rates that change with the step: a rate, a length, and the rest as Python has it.
import { scheduleOf } from "../../graph/schedules.js";

/** The names of a schedule's rate and length. @type {Record<string, [string, string]>} */
export const SCHEDULES = {
  Constant: ["start", ""],
  Cosine: ["start", "steps"],
  CosineRestarts: ["start", "steps"],
  ExponentialDecay: ["start", "steps"],
  InverseTimeDecay: ["start", "steps"],
  LinearWarmup: ["then", "steps"],
  OneCycle: ["peak", "steps"],
  PolynomialDecay: ["start", "steps"],
  StepDecay: ["start", "every"],
};

/**
 * The rate of a step; 1 is the first.
 *
 * @param {string} name
 * @param {number} rate
 * @param {number} steps
 * @returns {(step: number) => number}
 */
export function rateAt(name, rate, steps) {
  if (name === "Constant") return () => rate;
  const [first, length] = SCHEDULES[name];
  const settings = { [first]: rate, [length]: steps };
  return scheduleOf({ class: `schedules.${name}`, settings }, { perEpoch: 1, epochs: steps }).at;
}
