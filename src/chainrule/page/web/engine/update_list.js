// What happens to theta in one update: clips, the rule by groups, constraints, an average; as
// training/updates.py and training/hidden_matrices.py lay it out.
import { Refusal } from "../app/refusal.js";
import { pairwiseSum } from "./sums.js";

/** @typedef {import("./table.js").Table} Table */
/** @typedef {import("../graph/facts.js").Description} Description */
/** @typedef {{ start: number, length: number, lr: number, born: number, rows: number }} Group */
/** @typedef {Float32Array | Float64Array} Reals */

/**
 * A rule with a twin in C.
 *
 * @typedef {object} Rule
 * @property {string} twin its name in C
 * @property {string[]} slots the names of the vectors that it keeps
 * @property {Record<string, number>} start what a slot is filled with; 0 if it is not named
 * @property {boolean} byTensor each tensor is a group of its own
 * @property {boolean} hidesOverflow theta may stay finite where the gradient is not
 * @property {boolean} scheduled some number changes with the step
 * @property {number} lr the place of lr among the numbers, or -1
 * @property {boolean} [observes] a schedule looks at the losses of epochs
 * @property {(logs: Record<string, number>) => void} [observe] lets them see an epoch
 * @property {(step: number) => number[]} numbers at step 1, 2, ..., in the order of the twin
 */

/** @param {string} path @param {string} prefix */
export function matches(path, prefix) {
  return path === prefix || path.startsWith(`${prefix.replace(/\/+$/, "")}/`);
}

/** @param {Table} table @returns {import("./table.js").Value[]} parameters in the order of theta */
export function parametersOf(table) {
  return table.values.filter(({ role }) => role === "parameter").sort((a, b) => a.start - b.start);
}

/**
 * @param {Table} table train
 * @param {object} how
 * @param {string[]} how.frozen
 * @param {Record<string, number>} how.rates
 * @param {boolean} how.byTensor
 * @returns {Group[]}
 */
export function groupsOf(table, { frozen, rates, byTensor }) {
  const hidden = byTensor ? hiddenMatrices(table) : new Map();
  /** @type {Group[]} */
  const groups = [];
  for (const p of parametersOf(table)) {
    if (frozen.some((prefix) => matches(p.path, prefix))) continue;
    let lr = 1;
    for (const [prefix, factor] of Object.entries(rates)) if (matches(p.path, prefix)) lr *= factor;
    const last = groups.at(-1);
    if (last && !byTensor && last.start + last.length === p.start && last.lr === lr)
      last.length += p.size;
    else
      groups.push({ start: p.start, length: p.size, lr, born: 0, rows: hidden.get(p.path) ?? 0 });
  }
  return groups;
}

/** Return the rows of each hidden matrix by its path. @param {Table} table @returns {Map<string, number>} */
function hiddenMatrices(table) {
  const weights = new Set(
    table.values.flatMap(({ role, shape }, i) =>
      role === "parameter" && shape.length > 1 ? [i] : [],
    ),
  );
  const outside = new Set([...embeddings(table), ...lastWeights(table, weights)]);
  const inside = [...weights].filter((i) => !outside.has(i)).map((i) => table.values[i]);
  return new Map(
    inside.map(({ path, shape }) => [path, shape.slice(0, -1).reduce((a, b) => a * b, 1)]),
  );
}

/** @param {Table} table @returns {number[]} the values that whole numbers look up */
function embeddings(table) {
  return table.steps
    .filter(({ inputs }) => inputs.some((i) => table.values[i].index))
    .flatMap(({ inputs }) => inputs);
}

/** The weights between which and L lie no others. @param {Table} table @param {Set<number>} weights */
function lastWeights(table, weights) {
  /** @type {Map<number, Set<number>>} */
  const behind = new Map([...weights].map((i) => [i, new Set([i])]));
  const madeOf = (/** @type {number[]} */ inputs) =>
    new Set(inputs.flatMap((i) => [...(behind.get(i) ?? [])]));
  for (const { inputs, output, kind } of table.steps) {
    const of = madeOf(inputs);
    if (of.size && kind === 2) behind.set(output, of);
  }
  const ends = new Set([table.output]);
  const found = new Set();
  for (const { inputs, output, kind } of [...table.steps].reverse()) {
    if (!ends.has(output)) continue;
    const own = madeOf(inputs);
    if (own.size && kind === 0) for (const i of own) found.add(i);
    else for (const i of inputs) ends.add(i);
  }
  return found;
}

export class UpdateList {
  /**
   * @param {object} parts
   * @param {Rule} parts.rule
   * @param {{ name: string, limit: number, hidesOverflow: boolean }[]} parts.clips
   * @param {Description[]} parts.constraints
   * @param {Description | null} parts.average
   * @param {Table} table train
   * @param {{ frozen?: string[], rates?: Record<string, number> }} network
   */
  constructor({ rule, clips, constraints, average }, table, { frozen = [], rates = {} }) {
    this.rule = rule;
    this.clips = clips;
    this.groups = groupsOf(table, { frozen, rates, byTensor: rule.byTensor });
    if (rule.lr < 0 && this.groups.some(({ lr }) => lr !== 1))
      throw new Refusal("engine.rates_without_lr", { rule: rule.twin });
    const free = parametersOf(table).filter(({ path }) => !frozen.some((f) => matches(path, f)));
    this.tensors = Int32Array.from(free.flatMap(({ start, size }) => [start, size]));
    this.slotSize = this.groups.reduce((sum, { length }) => sum + length, 0);
    this.careful = rule.hidesOverflow || clips.some(({ hidesOverflow }) => hidesOverflow);
    this.constraints = constraints.map((constraint) => bound(constraint, table, frozen));
    this.average = average;
    /** The step before the first of its schedules. */
    this.begin = 0;
  }

  /** True if something follows the rule that C does not do. */
  get follows() {
    return this.constraints.length > 0 || this.average !== null;
  }

  /** Steps until `finish` next has work to do. @param {number} t */
  undisturbed(t) {
    if (this.constraints.length || !this.average) return 1;
    return nextAveraged(this.average, t) - t;
  }

  /** @param {number} t @returns {number[]} the numbers of all groups at update t */
  numbers(t) {
    const own = this.rule.numbers(t - this.begin);
    return this.groups.flatMap(({ lr }) =>
      own.map((v, k) => (k === this.rule.lr && lr !== 1 ? v * lr : v)),
    );
  }

  /**
   * Constraints and the average, after update t.
   *
   * @param {number} t
   * @param {Reals} theta
   * @param {Reals | null} mean the slot of the average
   */
  finish(t, theta, mean) {
    for (const { project, tensors } of this.constraints)
      for (const { start, size, shape } of tensors)
        project(theta.subarray(start, start + size), shape);
    const alpha = this.average ? rateOf(this.average, t) : 0;
    if (!alpha || !mean) return;
    const round = theta instanceof Float32Array ? Math.fround : (/** @type {number} */ v) => v;
    let at = 0;
    const rate = round(alpha);
    for (const { start, length } of this.groups)
      for (let i = start; i < start + length; i++, at++)
        mean[at] += round(rate * round(theta[i] - mean[at]));
  }

  /** Theta with the average in place of the parameters. @param {number} t @param {Reals} theta @param {Reals | null} mean */
  averaged(t, theta, mean) {
    const found = theta.slice();
    if (!this.average || !mean || t < nextAveraged(this.average, 0)) return found;
    let at = 0;
    for (const { start, length } of this.groups) {
      found.set(mean.subarray(at, at + length), start);
      at += length;
    }
    return found;
  }
}

// ---- averages: optimizers/averages.py

/** @param {number} x @param {number} n xⁿ by squaring, with the bits of optimizers/scalar.py */
function power(x, n) {
  let y = 1;
  for (; n > 0; x *= x, n = Math.floor(n / 2)) if (n % 2) y *= x;
  return y;
}

/** @param {Description} average @param {number} t */
function rateOf({ class: name, settings = {} }, t) {
  if (name.endsWith(".EMA")) return (1 - settings.decay) / (1 - power(settings.decay, t));
  const { start, every } = settings;
  if (t < start || (t - start) % every) return 0;
  return 1 / ((t - start) / every + 1);
}

/** @param {Description} average @param {number} t the first step after t that counts */
function nextAveraged({ class: name, settings = {} }, t) {
  if (name.endsWith(".EMA")) return t + 1;
  const { start, every } = settings;
  return t < start ? start : t + every - ((t - start) % every);
}

// ---- constraints: optimizers/constraints.py

/** @typedef {(W: Reals, shape: number[]) => void} Project */

/** @param {Description} constraint @param {Table} table @param {string[]} frozen */
function bound({ class: name, settings = {} }, table, frozen) {
  const kind = name.split(".")[1];
  const under = /** @type {string[]} */ (settings.layers ?? []);
  const all = parametersOf(table);
  for (const path of under)
    if (!all.some((p) => matches(p.path, path))) throw new Refusal("engine.no_layer", { path });
  const tensors = all.filter(({ path, shape }) => {
    const inside = !under.length || under.some((prefix) => matches(path, prefix));
    const chosen = under.includes(path) || (inside && shape.length > 1);
    return chosen && !frozen.some((prefix) => matches(path, prefix));
  });
  return { project: projection(kind, settings), tensors };
}

/** @param {string} kind @param {Record<string, any>} settings @returns {Project} */
function projection(kind, settings) {
  if (kind === "NonNegative") return (W) => void W.forEach((w, i) => (W[i] = larger(w)));
  if (kind === "MaxNorm") {
    return (W, shape) => {
      const round = W instanceof Float32Array ? Math.fround : Number;
      const norms = unitNorms(W, shape);
      const units = norms.length;
      const scale = norms.map((norm) => round(settings.limit / Math.max(norm, settings.limit)));
      for (let i = 0; i < W.length; i++) W[i] *= scale[i % units];
    };
  }
  if (kind === "UnitNorm") {
    return (W, shape) => {
      const round = W instanceof Float32Array ? Math.fround : Number;
      const norms = unitNorms(W, shape).map((norm) => round(norm > 0 ? norm : 1));
      for (let i = 0; i < W.length; i++) W[i] /= norms[i % norms.length];
    };
  }
  throw new Refusal("engine.no_constraint", { name: kind });
}

/** max(w, 0) with NumPy's answer for NaN. @param {number} w */
const larger = (w) => (w > 0 || Number.isNaN(w) ? w : 0);

/** ‖w‖ of the incoming weights of each unit (all axes but the last), in float64. @param {Reals} W @param {number[]} shape */
function unitNorms(W, shape) {
  const squares = Float64Array.from(W, (w) => w * w);
  if (shape.length < 2) return squares.map(Math.sqrt);
  const units = shape[shape.length - 1];
  if (units === 1) return new Float64Array([Math.sqrt(pairwiseSum(squares))]);
  const sums = squares.slice(0, units);
  for (let i = units; i < squares.length; i++) sums[i % units] += squares[i];
  return sums.map(Math.sqrt);
}
