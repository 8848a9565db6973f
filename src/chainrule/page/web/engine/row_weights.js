// c, the weight of each row in L = Σₙ cₙ ℓₙ, as data/sources.py gives it.
import { Refusal } from "../app/refusal.js";
import { pairwiseSum } from "./sums.js";

/**
 * Return sample_weight times class_weight for each row; null if all rows count alike.
 *
 * @param {{ sample_weight?: ArrayLike<number> | null, class_weight?: any }} fit
 * @param {ArrayLike<number>} y targets, row after row
 * @param {number} n rows
 * @returns {Float64Array | null}
 */
export function rowWeights(fit, y, n) {
  let weights = fit.sample_weight ? sampleWeights(fit.sample_weight, n) : null;
  if (fit.class_weight != null) {
    const by = classWeights(fit.class_weight, y, n);
    weights = weights ? weights.map((w, i) => w * by[i]) : by;
    if (!weights.some((w) => w > 0)) throw new Refusal("engine.weights_zero");
  }
  if (weights && !Number.isFinite(pairwiseSum(weights))) throw new Refusal("engine.weights_sum");
  return weights;
}

/** @param {ArrayLike<number>} given @param {number} n */
function sampleWeights(given, n) {
  const weights = Float64Array.from(given);
  if (weights.length !== n)
    throw new Refusal("engine.weights_count", { rows: n, got: weights.length });
  if (!weights.every((w) => w >= 0 && Number.isFinite(w)))
    throw new Refusal("engine.weights_range");
  if (!weights.some((w) => w > 0)) throw new Refusal("engine.weights_zero");
  return weights;
}

/** @param {any} given "balanced" or { class: weight } @param {ArrayLike<number>} y @param {number} n */
function classWeights(given, y, n) {
  const labels = labelsOf(y, n);
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (given === "balanced")
    return Float64Array.from(
      labels,
      (k) => n / (counts.size * /** @type {number} */ (counts.get(k))),
    );
  if (typeof given !== "object") throw new Refusal("engine.class_weight", { got: String(given) });
  for (const [k, weight] of Object.entries(given)) {
    if (!counts.has(Number(k))) throw new Refusal("engine.class_unknown", { got: k });
    if (!(Number(weight) >= 0 && Number.isFinite(Number(weight))))
      throw new Refusal("engine.weights_range");
  }
  return Float64Array.from(labels, (k) => Number(given[k] ?? 1));
}

/** Return the class of each row: whole numbers, or the place of the 1 in one-hot rows. @param {ArrayLike<number>} y @param {number} n */
function labelsOf(y, n) {
  const columns = n ? y.length / n : 1;
  const labels = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (columns === 1) labels[i] = y[i];
    else {
      const row = Array.from({ length: columns }, (_, k) => y[i * columns + k]);
      if (row.some((v) => v !== 0 && v !== 1) || row.reduce((a, b) => a + b) !== 1)
        throw new Refusal("engine.no_classes");
      labels[i] = row.indexOf(1);
    }
    if (!Number.isInteger(labels[i])) throw new Refusal("engine.no_classes");
  }
  return labels;
}

/**
 * Write c for the rows of some batches, one after another.
 *
 * @param {Float32Array | Float64Array} c
 * @param {object} how
 * @param {Float64Array | null} how.weights
 * @param {"mean" | "sum"} how.reduction
 * @param {Int32Array | null} how.order row numbers; null: the rows in their order
 * @param {number[]} how.cuts where batches begin and end
 */
export function weigh(c, { weights, reduction, order, cuts }) {
  for (let b = 0; b + 1 < cuts.length; b++) {
    const [begin, end] = [cuts[b], cuts[b + 1]];
    if (!weights) {
      c.fill(reduction === "mean" ? 1 / (end - begin) : 1, begin, end);
      continue;
    }
    const own = new Float64Array(end - begin);
    for (let i = begin; i < end; i++) own[i - begin] = weights[order ? order[i] : i];
    const total = reduction === "mean" ? pairwiseSum(own) : 1;
    for (let i = begin; i < end; i++) c[i] = total > 0 ? own[i - begin] / total : 0;
  }
}
