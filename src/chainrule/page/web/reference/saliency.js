// Gradients of any value with respect to any value: what in an input moves an output.
import { sizeOf, zeros } from "./arrays.js";
import { backward, forward, inputsOf, valueNamed } from "./engine.js";

/** @typedef {import("../graph/trace.js").Program} Program */
/** @typedef {import("./arrays.js").NumberArray} NumberArray */

/**
 * Return Σ seeds · ∂(seeded values)/∂(that value) for each name of `wrt`: the chain rule in general.
 *
 * @param {Program} program
 * @param {Float32Array | Float64Array} theta
 * @param {Record<string, ArrayLike<number> | number>} inputs x, and what else the Program takes
 * @param {Record<string, ArrayLike<number>>} seeds gradients of values by symbol or path
 * @param {string[]} wrt symbols or paths
 * @returns {Record<string, NumberArray>}
 */
export function gradientsOf(program, theta, inputs, seeds, wrt) {
  const value = forward(program, theta, inputsOf(program, inputs, theta));
  /** @type {Map<number, NumberArray>} */
  const given = new Map();
  for (const [name, numbers] of Object.entries(seeds)) {
    const i = valueNamed(program, name);
    if (i < 0) throw new RangeError(`no value ${name}`);
    const seed = zeros(value[i].shape, value[i]);
    seed.data.set(numbers);
    given.set(i, seed);
  }
  const wanted = wrt.map((name) => valueNamed(program, name));
  const found = backward(program, value, wanted, given);
  return Object.fromEntries(
    wrt.map((name, k) => [
      name,
      found.get(wanted[k]) ?? zeros(value[wanted[k]].shape, value[wanted[k]]),
    ]),
  );
}

/**
 * Return the slope of one score of each row with respect to its inputs: the class score before the
 * link, so that a sure network has slopes, too.
 *
 * @param {Program} program predict
 * @param {Float32Array | Float64Array} theta
 * @param {ArrayLike<number>} x rows one after another
 * @param {number} k which output
 * @returns {NumberArray} in the shape of x
 */
export function saliency(program, theta, x, k) {
  const last = program.steps[program.steps.length - 1];
  const links = ["softmax", "sigmoid", "exp", "log_softmax"];
  const output =
    last && links.includes(last.op) && last.output === program.output
      ? last.inputs[0]
      : program.output;
  const value = forward(program, theta, inputsOf(program, { x }, theta));
  const seed = zeros(value[output].shape, value[output]);
  const each = sizeOf(value[output].shape.slice(1));
  for (let n = 0; n < value[output].shape[0]; n++) seed.data[n * each + k] = 1;
  const i = program.inputs.x;
  return (
    backward(program, value, [i], new Map([[output, seed]])).get(i) ??
    zeros(value[i].shape, value[i])
  );
}
