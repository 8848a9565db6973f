// What stands before and after the rule in an update list: clips, constraints, averages.
import { length, power, vector } from "./common.js";

/** @typedef {import("../formulas.js").Part} Part */
/** @typedef {ArrayLike<number>} Vector */
/** @typedef {{ class: string, settings?: Record<string, any> }} Description */
/** @typedef {{ start: number, stop: number }} Range a part of θ */

const { max, min, sqrt } = Math;

/** @param {Description} part @returns {string} its name in Python */
export const nameOf = (part) => part.class.slice(part.class.lastIndexOf(".") + 1);

/** @param {Vector} g @param {Range[]} parts @returns {number} ‖g‖ over some tensors */
export const norm = (g, parts) =>
  sqrt(parts.reduce((sum, { start, stop }) => sum + length(slice(g, start, stop)) ** 2, 0));

/** @param {Vector} a @param {number} start @param {number} stop @returns {Float64Array} */
const slice = (a, start, stop) => vector(stop - start, (k) => a[start + k]);

/** @param {Description} clip @returns {"nothing" | "tensor" | "all"} whose norm it takes */
export const measures = (clip) =>
  nameOf(clip) === "ClipNorm" ? "tensor" : nameOf(clip) === "ClipGlobalNorm" ? "all" : "nothing";

/**
 * Return for each tensor what the clipped g is made of.
 *
 * @param {Description} clip
 * @param {Vector} g
 * @param {Range[]} tensors
 * @returns {{ parts: Part[], names: Record<string, number> }[]}
 */
export function clipTerms(clip, g, tensors) {
  const limit = clip.settings?.limit;
  const whole = measures(clip) === "all" ? norm(g, tensors) : 0;
  return tensors.map((range) => {
    /** @type {Record<string, number>} */
    const names = { limit };
    const many = range.stop - range.start;
    if (measures(clip) === "nothing") {
      const value = vector(many, (k) => min(max(g[range.start + k], -limit), limit));
      return { parts: [{ formula: "min(max(g, −limit), limit)", value }], names };
    }
    const size = measures(clip) === "all" ? whole : norm(g, [range]);
    const value = vector(many, (k) => g[range.start + k] * (limit / max(size, limit)));
    return {
      parts: [{ formula: "g·min(1, limit / ‖g‖)", value }],
      names: { ...names, "‖g‖": size },
    };
  });
}

/**
 * Return ‖w‖ of the incoming weights of each unit, for each entry of the tensor.
 *
 * @param {Vector} W
 * @param {readonly number[]} shape
 */
function unitNorms(W, shape) {
  const units = shape.length > 1 ? shape[shape.length - 1] : W.length;
  const squares = new Float64Array(units);
  for (let k = 0; k < W.length; k++) squares[k % units] += W[k] * W[k];
  return vector(W.length, (k) => sqrt(squares[k % units]));
}

/**
 * Return what a tensor is made of after a constraint.
 *
 * @param {Description} constraint
 * @param {Vector} W
 * @param {readonly number[]} shape
 * @returns {{ parts: Part[], names: Record<string, number | Vector> }}
 */
export function constraintTerms(constraint, W, shape) {
  const name = nameOf(constraint);
  if (name === "NonNegative")
    return {
      parts: [{ formula: "max(θ, 0)", value: vector(W.length, (k) => max(W[k], 0)) }],
      names: {},
    };
  const norms = unitNorms(W, shape);
  if (name === "UnitNorm") {
    const none = Array.from(norms, (x) => x === 0);
    const value = vector(W.length, (k) => (norms[k] > 0 ? W[k] / norms[k] : W[k]));
    return {
      parts: [
        { formula: "θ / ‖w‖", value, where: none.map((x) => !x) },
        { formula: "θ", value, where: none },
      ],
      names: { "‖w‖": norms },
    };
  }
  const limit = constraint.settings?.limit;
  const value = vector(W.length, (k) => W[k] * (limit / max(norms[k], limit)));
  return { parts: [{ formula: "θ·min(1, limit / ‖w‖)", value }], names: { limit, "‖w‖": norms } };
}

/**
 * Return αₜ of an average: 0 if step t does not count, 1 if the mean begins with it.
 *
 * @param {Description} average
 * @param {number} t
 */
export function rateOf(average, t) {
  const { decay = 0.999, start = 1, every = 1 } = average.settings ?? {};
  if (nameOf(average) === "EMA") return (1 - decay) / (1 - power(decay, t));
  const counted = Math.floor((t - start) / every);
  return t < start || (t - start) % every ? 0 : 1 / (counted + 1);
}
