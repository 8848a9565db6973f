// All numbers of one forward and backward pass of one batch.
import { zeros } from "./arrays.js";
import { backward, forward, isRow, wayBack } from "./engine.js";
import { factsOf, lettersOf, opOf } from "./ops.js";
import { tokens } from "./notation.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {import("../graph/trace.js").Program} Program */
/** @typedef {import("../graph/tape.js").Step} Step */
/**
 * A step through which a gradient comes back to one of its inputs.
 *
 * @typedef {object} Use
 * @property {Step} step
 * @property {number} place which of its inputs
 * @property {string} letter of this input in the equations of the op
 */

/** Words of equations of ops that move numbers, or mix them. */
const MOVED = new Set("vec reshape transpose concat pad repeat patches fold softmax".split(" "));

/** Values and gradients of one batch, and what the terms need to know of the steps. */
export class Pass {
  /**
   * @param {Program} program with L as its output
   * @param {Float32Array | Float64Array} theta
   * @param {NumberArray[]} inputs by value
   * @param {number[]} wrt the parameters that need a gradient
   */
  constructor(program, theta, inputs, wrt) {
    this.program = program;
    this.value = forward(program, theta, inputs);
    const way = wayBack(program, wrt, [program.output]);
    const onTheWay = new Set(wrt);
    for (const { step, wanted } of way) for (const k of wanted) onTheWay.add(step.inputs[k]);
    const L = this.value[program.output];
    const one = zeros(L.shape, L);
    one.data.fill(1);
    this.gradient = backward(program, this.value, onTheWay, new Map([[program.output, one]]));
    this.rows = Math.max(
      ...program.values.map((v, i) => (isRow(v) && this.value[i] ? this.value[i].shape[0] : 0)),
    );
    /** @type {Map<Step, (NumberArray | null)[]>} */
    this.shares = new Map();
    this.uses = this.usesOf(way);
  }

  /**
   * Return the steps through which the gradient of each value comes back, last step first.
   *
   * @param {{ step: Step, wanted: number[] }[]} way
   */
  usesOf(way) {
    /** @type {Map<number, Use[]>} */
    const found = new Map();
    for (const { step, wanted } of way) {
      if (!this.gradient.has(step.output)) continue;
      const said = factsOf(step.op).backward ?? {};
      const letters = lettersOf(step.op);
      for (const place of wanted) {
        const letter = letters[place];
        if (!(`d${letter}` in said) && !this.share(step)[place]) continue;
        const i = step.inputs[place];
        found.set(i, [...(found.get(i) ?? []), { step, place, letter }]);
      }
    }
    return found;
  }

  /** @param {Step} step @returns {(NumberArray | null)[]} what it gives back to each input */
  share(step) {
    let found = this.shares.get(step);
    if (!found) {
      const dy = /** @type {NumberArray} */ (this.gradient.get(step.output));
      found = this.backOf(step)(dy, this.value[step.output], this.inputs(step), step.attrs);
      this.shares.set(step, found);
    }
    return found;
  }

  /** @param {Step} step */
  backOf(step) {
    const back = opOf(step.op).backward;
    if (!back) throw new RangeError(`${step.op} has no gradient`);
    return back;
  }

  /** @param {Step} step @returns {NumberArray[]} */
  inputs(step) {
    return step.inputs.map((i) => this.value[i]);
  }

  /** @param {number} i @returns {boolean} */
  isRow(i) {
    return isRow(this.program.values[i]);
  }

  /** @param {Step} step @returns {Record<string, NumberArray>} its arrays by the letters of its op */
  arrays(step) {
    const { letter } = factsOf(step.op);
    /** @type {Record<string, NumberArray>} */
    const found = {};
    lettersOf(step.op).forEach((name, k) => {
      if (k < step.inputs.length) found[name] = this.value[step.inputs[k]];
    });
    found[letter] = this.value[step.output];
    const dy = this.gradient.get(step.output);
    if (dy) found[`d${letter}`] = dy;
    return found;
  }

  /** @param {Step} step @returns {Record<string, string>} the symbol of each letter of its op */
  symbols(step) {
    /** @type {Record<string, string>} */
    const found = {};
    lettersOf(step.op).forEach((name, k) => {
      if (k < step.inputs.length) found[name] = this.program.values[step.inputs[k]].symbol;
    });
    found[factsOf(step.op).letter] = this.program.values[step.output].symbol;
    for (const [letter, symbol] of Object.entries(found)) found[`d${letter}`] = `d${symbol}`;
    return found;
  }

  /** @param {Step} step @returns {boolean} an entry depends only on the same entry of each input */
  isEntrywise(step) {
    const y = this.value[step.output];
    if (!opOf(step.op).entrywise || step.kind === "reduction" || !y.data.length) return false;
    if (tokens(factsOf(step.op).forward).some((word) => MOVED.has(word))) return false;
    const same = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
      a.length === b.length && a.every((n, k) => n === b[k]);
    return step.inputs.every((i) => {
      const { shape } = this.value[i];
      const vector = !this.isRow(i) && y.shape.length > 1 && same(shape, y.shape.slice(-1));
      return (
        this.program.values[i].number !== "index" &&
        (same(shape, y.shape) || vector || !shape.length)
      );
    });
  }

  /** @param {Step} step @returns {boolean} a number of each row that is a sum over its outputs */
  sumsOutputs(step) {
    const y = this.value[step.output];
    const right = factsOf(step.op).forward;
    const [first, ...others] = step.inputs.map((i) => this.value[i].shape.join());
    return (
      step.kind === "row" &&
      y.shape.length === 1 &&
      step.inputs.every((i) => this.program.values[i].number === "real" && this.isRow(i)) &&
      others.every((shape) => shape === first) &&
      this.value[step.inputs[0]].shape.length > 1 &&
      (right.includes("Σₖ ") || right.includes("Σ "))
    );
  }
}
