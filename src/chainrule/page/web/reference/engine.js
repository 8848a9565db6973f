// The reference engine: the chain rule, one op after the other. It defines what a Program means, and
// is never tuned for speed; numbers are float64, or rounded to float32 after each op.
import { array, plus, sizeOf } from "./arrays.js";
import { opOf } from "./ops.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {import("../graph/trace.js").Program} Program */
/** @typedef {import("../graph/tape.js").Step} Step */
/** @typedef {import("../graph/tape.js").Value} Value */

/** @param {Value} value @returns {boolean} true if each example has its own */
export const isRow = (value) => value.shape[0] === 0;

/**
 * Return the inputs of a Program as arrays; what is left out has its default: c is 1/N, row the
 * places in the batch, key 0, λ that of the network.
 *
 * @param {Program} program
 * @param {Record<string, ArrayLike<number> | number>} given by name: x, y, c, row, key, N, lam
 * @param {Float32Array | Float64Array} theta its number type is that of all real numbers
 * @returns {NumberArray[]} by value
 */
export function inputsOf(program, given, theta) {
  const Real = /** @type {new (numbers: ArrayLike<number> | number) => Float64Array} */ (
    theta.constructor
  );
  const first = Object.entries(program.inputs).find(
    ([name, i]) => name in given && isRow(program.values[i]),
  );
  const each = first ? sizeOf(program.values[first[1]].shape.slice(1)) : 1;
  const many = first ? /** @type {ArrayLike<number>} */ (given[first[0]]).length / each : 0;
  /** @type {Record<string, ArrayLike<number> | number>} */
  const implicit = {
    c: new Float64Array(many).fill(1 / Math.max(many, 1)),
    row: Int32Array.from({ length: many }, (_, n) => n),
    N: many,
    key: [0, 0],
    ...program.defaults,
  };
  /** @type {NumberArray[]} */
  const found = [];
  for (const [name, i] of Object.entries(program.inputs)) {
    const value = program.values[i];
    const numbers = given[name] ?? implicit[name];
    if (numbers === undefined) throw new RangeError(`the input ${name} is missing`);
    const list = typeof numbers === "number" ? [numbers] : numbers;
    const data = value.number === "index" ? Int32Array.from(list) : new Real(list);
    const shape = isRow(value) ? [many, ...value.shape.slice(1)] : value.shape;
    // a key has two words that int32 would cut
    found[i] = array(name === "key" ? Float64Array.from(list) : data, shape);
  }
  return found;
}

/**
 * Return all values of a Program, in its order.
 *
 * @param {Program} program
 * @param {Float32Array | Float64Array} theta
 * @param {NumberArray[]} inputs by value, from `inputsOf`
 * @returns {NumberArray[]}
 */
export function forward(program, theta, inputs) {
  const value = [...inputs];
  for (const p of program.params)
    value[p.value] = array(theta.subarray(p.start, p.start + sizeOf(p.shape)), p.shape);
  for (const step of program.steps)
    value[step.output] = opOf(step.op).forward(
      step.inputs.map((i) => value[i]),
      step.attrs,
    );
  return value;
}

/**
 * Return the steps between some values and the seeds, last first, with the inputs to follow.
 *
 * @param {Program} program
 * @param {Iterable<number>} wrt values that need a gradient
 * @param {Iterable<number>} seeds values whose gradients are given
 * @returns {{ step: Step, wanted: number[] }[]} `wanted` are places of inputs of the step
 */
export function wayBack(program, wrt, seeds) {
  const [needed, reached] = [new Set(wrt), new Set(seeds)];
  for (const s of program.steps) if (s.inputs.some((i) => needed.has(i))) needed.add(s.output);
  const back = [];
  for (const step of [...program.steps].reverse()) {
    const wanted = step.inputs.flatMap((i, k) => (needed.has(i) ? [k] : []));
    if (!reached.has(step.output) || !wanted.length || !opOf(step.op).backward) continue;
    for (const k of wanted) reached.add(step.inputs[k]);
    back.push({ step, wanted });
  }
  return back;
}

/**
 * Return the gradients of all values between `wrt` and the seeds: the chain rule, last step first.
 *
 * @param {Program} program
 * @param {NumberArray[]} value all values, from `forward`
 * @param {Iterable<number>} wrt
 * @param {Map<number, NumberArray>} seeds
 * @returns {Map<number, NumberArray>}
 */
export function backward(program, value, wrt, seeds) {
  const gradient = new Map(seeds);
  for (const { step, wanted } of wayBack(program, wrt, seeds.keys())) {
    const dy = gradient.get(step.output);
    if (!dy) continue;
    const { backward: back } = opOf(step.op);
    if (!back) continue;
    const shares = back(
      dy,
      value[step.output],
      step.inputs.map((i) => value[i]),
      step.attrs,
    );
    for (const k of wanted) {
      const share = shares[k];
      if (!share) continue;
      const i = step.inputs[k];
      const before = gradient.get(i);
      gradient.set(i, before ? plus(before, share) : share); // dL/dx += dL/dy · dy/dx
    }
  }
  return gradient;
}

/**
 * Return the value of a Program with this symbol or path, as its number.
 *
 * @param {Program} program
 * @param {string} name
 */
export function valueNamed(program, name) {
  if (name in program.inputs) return program.inputs[name];
  return program.values.findIndex((v) => v.symbol === name || v.path === name);
}
