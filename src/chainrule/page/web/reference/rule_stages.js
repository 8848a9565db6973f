// The second half of an update: from the gradient to the new weights, as stages.
//
//   clipped.dW1, norm.dW1, norm.g     the gradient after a clip, and the norm that it takes
//   old.m.W1, m.W1                    a slot before the update and after it
//   W1, new.W1                        a weight before the update and after it
//   free.W1                           a weight before its constraints, if it has some
//   old.average.W1, average.W1        the average of the weights, before and after
//   new.running_mean1                 state that follows the batch
import { array, indexOf, sizeOf } from "./arrays.js";
import { given, quantity } from "./formulas.js";
import { isUnder } from "./paths.js";
import { adams } from "./rules/adam.js";
import { adaptive } from "./rules/adaptive.js";
import { vector } from "./rules/common.js";
import { descent } from "./rules/descent.js";
import { clipTerms, constraintTerms, measures, nameOf, norm, rateOf } from "./rules/limits.js";
import { resilient } from "./rules/rprop.js";
import { asTermList } from "./term_list.js";
import { heldBy, numbersOf, ruleText, settingsOf, written } from "./update_list.js";
import { greek, number } from "./words.js";

/** @typedef {import("./stages.js").Update} Update */
/** @typedef {import("./stages.js").Stage} Stage */
/** @typedef {import("./stages.js").Quantity} Quantity */
/** @typedef {import("./stages.js").After} After */
/** @typedef {import("./update_list.js").Group} Group */
/** @typedef {import("./formulas.js").Part} Part */
/** @typedef {import("./formulas.js").Symbols} Symbols */
/** @typedef {import("./arrays.js").Numbers} Numbers */
/** @typedef {ArrayLike<number>} Vector */
/** @typedef {import("../graph/facts.js").Description} Description */
/**
 * One named tensor of θ.
 *
 * @typedef {object} Tensor
 * @property {string} symbol
 * @property {string} path
 * @property {number} start
 * @property {number} stop
 * @property {number[]} shape
 * @property {string} gradient the symbol of its gradient; for state, of the statistic that it follows
 * @property {boolean} state
 */

const MOST_TERMS = 10_000; // of a norm; above it the terms are rows of the tensor

/** @type {Record<string, import("./rules/common.js").Rule>} */
const RULES = { ...descent, ...adaptive, ...adams, ...resilient };

/** @param {string} word @param {number} k @returns {string} norm, norm2, norm3 */
const counted = (word, k) => (k === 1 ? word : `${word}${k}`);

/** @param {Vector} a @param {number} start @param {number} stop @returns {Vector} */
const part = (a, start, stop) => /** @type {Float64Array} */ (a).subarray(start, stop);

/**
 * Return the tensors of θ: parameters, then state, with their symbols and paths.
 *
 * @param {import("../graph/trace.js").Program} program
 * @returns {Tensor[]}
 */
export function tensorsOf(program) {
  const statistics = new Map(program.moves.map((m) => [m.state, program.values[m.value].symbol]));
  return program.params.map((p) => {
    const symbol = program.values[p.value].symbol || p.path;
    return {
      symbol,
      path: p.path,
      start: p.start,
      stop: p.start + sizeOf(p.shape),
      shape: p.shape,
      gradient: statistics.get(p.path) || `d${symbol}`,
      state: program.values[p.value].role === "state",
    };
  });
}

/**
 * Make one update as the reference makes it: the sums of the terms of each number.
 *
 * @param {Update} update
 * @param {Float32Array | Float64Array} g the gradient; for state, the statistic of the batch
 * @param {number} loss
 * @returns {After}
 */
export function madeHere(update, g, loss) {
  const theta = update.theta.slice();
  const made = new Made(update, { loss, g, theta, slots: {} }, true);
  return { loss, g, theta: made.finish(), slots: made.slots };
}

/**
 * Return what happens after the gradient: "clips", "slots", "new weights", "constraints", "average",
 * "running statistics", as far as the update list has them.
 *
 * @param {Update} update
 * @param {After} after
 * @returns {Stage[]}
 */
export function ruleStages(update, after) {
  const made = new Made(update, after, false);
  const found = [
    made.clips(),
    made.slotStage(),
    made.weights(),
    made.constraints(),
    made.average(),
    made.statistics(),
  ];
  return found.filter((stage) => stage.quantities.length);
}

/** One update with its names: what all stages read. */
class Made {
  /**
   * @param {Update} update
   * @param {After} after
   * @param {boolean} here true if the numbers after the update are still to be made
   */
  constructor(update, after, here) {
    this.update = update;
    this.after = after;
    this.here = here;
    this.list = update.list;
    this.ofRun = update.after?.theta !== undefined;
    this.tensors = tensorsOf(update.program);
    this.ranges = this.tensors.filter((t) => !t.state && !isUnder(t.path, update.frozen));
    const Real = /** @type {new (n: number) => Float64Array} */ (update.theta.constructor);
    this.Real = Real;
    /** @type {(Float32Array | Float64Array)[]} the gradient, and the gradient after each clip */
    this.clipped = [after.g];
    for (const clip of this.list.clips) this.clipped.push(this.afterClip(clip));
    this.size = this.list.groups.reduce((sum, g) => sum + g.stop - g.start, 0);
    /** @type {Record<string, Float32Array | Float64Array>} */
    this.slots = {};
    this.free = here || this.list.constraints.length ? update.theta.slice() : after.theta;
    this.parts = this.moved();
  }

  /** @param {Description} clip */
  afterClip(clip) {
    const g = this.clipped[this.clipped.length - 1].slice();
    clipTerms(clip, g, this.ranges).forEach(({ parts }, k) =>
      g.set(parts[0].value, this.ranges[k].start),
    );
    return g;
  }

  /** The groups, each with the terms of its rule. */
  moved() {
    const rule = RULES[nameOf(this.list.optimizer)];
    const settings = settingsOf(this.list.optimizer);
    const { theta } = this.update;
    const g = this.clipped[this.clipped.length - 1];
    let begin = 0;
    return this.list.groups.map((group) => {
      const place = begin;
      const many = group.stop - group.start;
      begin += many;
      /** @type {Record<string, Vector>} */
      const old = {};
      /** @type {Record<string, Vector>} */
      const fresh = {};
      for (const [name, slot] of Object.entries(this.update.slots))
        if (name !== "average") old[name] = part(slot, place, place + many);
      const h = "lr" in settings ? { ...settings, lr: settings.lr * group.lr } : settings;
      const said = rule({
        h,
        t: this.update.t - group.born,
        theta: part(theta, group.start, group.stop),
        g: part(g, group.start, group.stop),
        old,
        rows: group.rows,
        fresh: (name, parts) => {
          fresh[name] = this.here
            ? this.put(name, place, sumOf(parts, many))
            : part(this.after.slots[name], place, place + many);
          return fresh[name];
        },
      });
      for (const name of Object.keys(old)) {
        if (name in fresh) continue; // the rule does not use this slot here
        fresh[name] = this.here
          ? this.put(name, place, old[name])
          : part(this.after.slots[name], place, place + many);
      }
      if (this.free !== this.after.theta) this.free.set(sumOf(said.parts.theta, many), group.start);
      const rule_ = { class: this.list.optimizer.class, settings: h };
      return { group, place, rule: rule_, old, fresh, said };
    });
  }

  /**
   * Keep the numbers of a slot after the step.
   *
   * @param {string} name
   * @param {number} place
   * @param {Vector} numbers
   */
  put(name, place, numbers) {
    this.slots[name] ??= new this.Real(this.size);
    this.slots[name].set(numbers, place);
    return part(this.slots[name], place, place + numbers.length);
  }

  /** Apply constraints, average and moves to what the rule has made; return θ. */
  finish() {
    const theta = this.free;
    for (const constraint of this.list.constraints)
      for (const p of heldBy(constraint, this.update.program, this.update.frozen)) {
        const W = theta.slice(p.start, p.start + sizeOf(p.shape));
        theta.set(sumOf(constraintTerms(constraint, W, p.shape).parts, W.length), p.start);
      }
    const { average } = this.list;
    if (average) {
      const rate = rateOf(average, this.update.t);
      for (const { group, place } of this.parts) {
        const old = this.update.slots.average;
        const mean = vector(
          group.stop - group.start,
          (k) => old[place + k] + rate * (theta[group.start + k] - old[place + k]),
        );
        this.put("average", place, mean);
      }
    }
    for (const { tensor, rate } of this.moves())
      for (let k = tensor.start; k < tensor.stop; k++)
        theta[k] = (1 - rate) * this.update.theta[k] + rate * this.after.g[k];
    return theta;
  }

  /** State that follows the statistics of the batch. */
  moves() {
    return this.update.program.moves.map(({ state, rate }) => {
      const tensor = /** @type {Tensor} */ (this.tensors.find((t) => t.path === state));
      return { tensor, rate };
    });
  }

  /** @param {{ start: number, stop: number }} range @returns {Tensor[]} the tensors inside */
  inside({ start, stop }) {
    return this.tensors.filter((t) => t.stop > t.start && start <= t.start && t.start < stop);
  }

  /** @param {Tensor} tensor @returns {boolean} the rule moves it */
  isMoved(tensor) {
    return this.list.groups.some((g) => g.start <= tensor.start && tensor.start < g.stop);
  }

  /** @param {Tensor} tensor @returns {number} how many constraints hold for it */
  constrained(tensor) {
    const { constraints } = this.list;
    return constraints.filter((c) =>
      heldBy(c, this.update.program, this.update.frozen).some((p) => p.path === tensor.path),
    ).length;
  }

  /** @param {Tensor} tensor @returns {string} the symbol of the gradient that the optimizer gets */
  gradient(tensor) {
    const k = tensor.state ? 0 : this.list.clips.length;
    return afterClips(k, tensor);
  }

  // ---- clips

  /** @returns {Stage} */
  clips() {
    /** @type {Quantity[]} */
    const found = [];
    this.list.clips.forEach((clip, k) => this.clip(clip, k + 1, found));
    const texts = this.list.clips.map((clip) => `${written(clip)}: ${ruleText(clip)}`);
    const text = `The gradient is limited before the optimizer sees it. ${texts.join(" ")}`;
    return { name: "clips", quantities: found, text };
  }

  /** @param {Description} clip @param {number} k @param {Quantity[]} found */
  clip(clip, k, found) {
    const [g, after] = [this.clipped[k - 1], this.clipped[k]];
    const said = clipTerms(clip, g, this.ranges);
    if (measures(clip) === "all" && said.length)
      found.push(this.norm(k, `${counted("norm", k)}.g`, this.ranges, said[0].names["‖g‖"]));
    this.ranges.forEach((tensor, n) => {
      if (!this.isMoved(tensor)) return;
      let length = `${counted("norm", k)}.g`;
      if (measures(clip) === "tensor") {
        length = `${counted("norm", k)}.${tensor.gradient}`;
        found.push(this.norm(k, length, [tensor], said[n].names["‖g‖"]));
      }
      /** @type {Symbols} */
      const symbols = {};
      for (const [name, value] of Object.entries(said[n].names))
        symbols[name] = { label: name, value };
      if (symbols["‖g‖"]) symbols["‖g‖"].label = length;
      symbols.g = { label: afterClips(k - 1, tensor), value: part(g, tensor.start, tensor.stop) };
      const entries = { begin: 0, shape: tensor.shape, parts: said[n].parts, symbols, notes: [] };
      const path = tensor.path ? `clipped.${tensor.path}` : "";
      const numbers = /** @type {Numbers} */ (part(after, tensor.start, tensor.stop));
      found.push(quantity(afterClips(k, tensor), path, numbers, entries));
    });
  }

  /**
   * Return ‖g‖ over some tensors; its terms are squares.
   *
   * @param {number} k
   * @param {string} symbol
   * @param {Tensor[]} tensors
   * @param {number} value
   * @returns {Quantity}
   */
  norm(k, symbol, tensors, value) {
    const g = this.clipped[k - 1];
    const names = tensors.map((t) => greek(afterClips(k - 1, t)));
    const many = tensors.reduce((sum, t) => sum + t.stop - t.start, 0) > MOST_TERMS;
    /** @returns {import("./term_list.js").Terms} */
    const terms = () => {
      const found = tensors.flatMap((t, n) => {
        const numbers = part(g, t.start, t.stop);
        if (many) {
          const each = sizeOf(t.shape.slice(1));
          return Array.from({ length: t.shape[0] ?? 1 }, (_, i) => {
            const size = norm(numbers, [{ start: i * each, stop: (i + 1) * each }]);
            return { formula: `Σ ${names[n]}[${i}]²`, numbers: "", value: size * size };
          });
        }
        return Array.from(numbers, (x, place) => {
          const at = indexOf(t.shape, place);
          const text = x < 0 ? `(${number(x)})²` : `${number(x)}²`;
          return {
            formula: `${names[n]}${at.length ? `[${at.join(", ")}]` : ""}²`,
            numbers: text,
            value: x * x,
          };
        });
      });
      const total = value * value;
      return {
        terms: asTermList(found),
        total,
        then: `${symbol} = √${number(total)} = ${number(value)}`,
      };
    };
    const squares = names.map((name) => `Σ ${name}²`).join(" + ");
    return {
      symbol,
      equation: `${symbol} = √(${squares})`,
      array: array(Float64Array.of(value), []),
      path: "",
      terms,
    };
  }

  // ---- the rule

  /** @returns {{ made: ReturnType<Made["moved"]>[number], tensor: Tensor }[]} what the rule moves */
  pairs() {
    return this.parts.flatMap((made) =>
      this.inside(made.group).map((tensor) => ({ made, tensor })),
    );
  }

  /**
   * Return the terms of a slot, or of θ, for one tensor.
   *
   * @param {ReturnType<Made["moved"]>[number]} made
   * @param {Tensor} tensor
   * @param {string} name
   * @returns {import("./formulas.js").Entries}
   */
  entries(made, tensor, name) {
    const symbols = this.symbols(made, tensor);
    const begin = tensor.start - made.group.start;
    const parts = made.said.parts[name];
    const notes = made.said.notes ?? [];
    if (parts) return { begin, shape: tensor.shape, parts, symbols, notes };
    const first = { formula: `old.${name}`, value: made.old[name] };
    return {
      begin,
      shape: tensor.shape,
      parts: [first],
      symbols,
      notes: ["The rule leaves it as it is."],
    };
  }

  /** @param {ReturnType<Made["moved"]>[number]} made @param {Tensor} tensor @returns {Symbols} */
  symbols(made, tensor) {
    const name = tensor.symbol;
    /** @type {Symbols} */
    const found = {};
    // β2 may also be a parameter of BatchNorm
    for (const [s, value] of Object.entries(numbersOf(made.rule)))
      found[s] = { label: s === greek(name) ? `${s}(${nameOf(made.rule)})` : s, value };
    for (const s of Object.keys(made.old))
      found[`old.${s}`] = { label: `old.${s}.${name}`, value: made.old[s] };
    for (const s of Object.keys(made.fresh))
      found[s] = { label: `${s}.${name}`, value: made.fresh[s] };
    const { start, stop } = made.group;
    found["θ"] = { label: name, value: part(this.update.theta, start, stop) };
    found.g = {
      label: this.gradient(tensor),
      value: part(this.clipped[this.clipped.length - 1], start, stop),
    };
    for (const [s, value] of Object.entries(made.said.names ?? {})) {
      const label = found[s]?.label ?? `${s}.${name}`;
      found[s] = { label: typeof value === "number" ? s : label, value };
    }
    return found;
  }

  /** @returns {Stage} */
  slotStage() {
    /** @type {Quantity[]} */
    const found = [];
    for (const { made, tensor } of this.pairs()) {
      const begin = tensor.start - made.group.start;
      const end = begin + tensor.stop - tensor.start;
      for (const name of Object.keys(made.old)) {
        const [symbol, path] = [
          `${name}.${tensor.symbol}`,
          tensor.path ? `${name}.${tensor.path}` : "",
        ];
        const before = array(
          /** @type {Numbers} */ (part(made.old[name], begin, end)),
          tensor.shape,
        );
        found.push(
          given(`old.${symbol}`, "a slot, before the update", before, path ? `old.${path}` : ""),
        );
        const after = /** @type {Numbers} */ (part(made.fresh[name], begin, end));
        found.push(quantity(symbol, path, after, this.entries(made, tensor, name), this.ofRun));
      }
    }
    const text = `What ${nameOf(this.list.optimizer)} remembers from update to update. ${this.numbersText()}`;
    return { name: "slots", quantities: found, text };
  }

  /** @returns {Stage} */
  weights() {
    const found = this.pairs().map(({ made, tensor }) => {
      const word = this.constrained(tensor) ? "free" : "new";
      const source = word === "free" ? this.free : this.after.theta;
      const numbers = /** @type {Numbers} */ (part(source, tensor.start, tensor.stop));
      const path = tensor.path ? `${word}.${tensor.path}` : "";
      const entries = this.entries(made, tensor, "theta");
      return quantity(
        `${word}.${tensor.symbol}`,
        path,
        numbers,
        entries,
        this.ofRun && word === "new",
      );
    });
    const still = this.tensors
      .filter((t) => !t.state && t.stop > t.start && !this.isMoved(t))
      .map((t) => t.path || t.symbol);
    const rule = this.list.optimizer;
    let text = `Each weight takes its step. ${nameOf(rule)}: ${ruleText(rule)} ${this.numbersText()}`;
    if (still.length) text += ` Frozen, so unchanged: ${still.join(", ")}.`;
    return { name: "new weights", quantities: found, text };
  }

  /** Return the numbers of the rule in this step, and what differs by tensor. */
  numbersText() {
    const { t } = this.update;
    const numbers = Object.entries(numbersOf(this.list.optimizer)).map(
      ([s, v]) => `${s} = ${number(v, 6)}`,
    );
    const lines = [`In this step ${[`t = ${t}`, ...numbers].join(", ")}.`];
    for (const { group, rule } of this.parts) {
      const names = this.inside(group)
        .map((tensor) => tensor.path || tensor.symbol)
        .join(", ");
      if (group.lr !== 1)
        lines.push(
          `For ${names}: lr = ${number(numbersOf(rule).lr, 6)} (${number(group.lr, 6)} times lr).`,
        );
      if (group.born)
        lines.push(`For ${names}, thawed after update ${group.born}: t = ${t - group.born}.`);
    }
    return lines.join(" ");
  }

  // ---- what follows the rule

  /** @returns {Stage} */
  constraints() {
    const theta = this.free.slice();
    /** @type {Quantity[]} */
    const found = [];
    const texts = [];
    /** @type {Map<string, number>} */
    const done = new Map();
    for (const constraint of this.list.constraints) {
      texts.push(`${written(constraint)}: ${ruleText(constraint)}`);
      for (const p of heldBy(constraint, this.update.program, this.update.frozen)) {
        const tensor = /** @type {Tensor} */ (this.tensors.find((t) => t.path === p.path));
        const before = theta.slice(tensor.start, tensor.stop);
        const { parts, names } = constraintTerms(constraint, before, tensor.shape);
        theta.set(sumOf(parts, before.length), tensor.start);
        const k = (done.get(p.path) ?? 0) + 1;
        done.set(p.path, k);
        const last = k === this.constrained(tensor);
        const symbol = last ? "new" : counted("free", k + 1);
        /** @type {Symbols} */
        const symbols = {};
        for (const [name, value] of Object.entries(names)) symbols[name] = { label: name, value };
        symbols["θ"] = { label: `${counted("free", k)}.${tensor.symbol}`, value: before };
        const entries = { begin: 0, shape: tensor.shape, parts, symbols, notes: [] };
        const numbers = theta.slice(tensor.start, tensor.stop);
        const path = tensor.path ? `${symbol}.${tensor.path}` : "";
        found.push(quantity(`${symbol}.${tensor.symbol}`, path, numbers, entries));
      }
    }
    return {
      name: "constraints",
      quantities: found,
      text: `Weights that left their set are put back. ${texts.join(" ")}`,
    };
  }

  /** @returns {Stage} */
  average() {
    const { average } = this.list;
    if (!average) return { name: "average", quantities: [], text: "" };
    const { t } = this.update;
    const rate = rateOf(average, t);
    /** @type {Quantity[]} */
    const found = [];
    for (const { group, place } of this.parts) {
      const many = group.stop - group.start;
      const before = part(this.update.slots.average, place, place + many);
      const after = part(this.after.slots.average, place, place + many);
      const theta = part(this.after.theta, group.start, group.stop);
      const both = [
        { formula: "(1 − α)·old", value: vector(many, (k) => (1 - rate) * before[k]) },
        { formula: "α·θ", value: vector(many, (k) => rate * theta[k]) },
      ];
      const parts = rate ? both : [{ formula: "old", value: before }];
      for (const tensor of this.inside(group)) {
        const name = `average.${tensor.symbol}`;
        const path = tensor.path ? `average.${tensor.path}` : "";
        /** @type {Symbols} */
        const symbols = {
          α: { label: "α", value: rate },
          old: { label: `old.${name}`, value: before },
          θ: { label: `new.${tensor.symbol}`, value: theta },
        };
        const [begin, end] = [tensor.start - group.start, tensor.stop - group.start];
        const old = array(/** @type {Numbers} */ (part(before, begin, end)), tensor.shape);
        found.push(
          given(`old.${name}`, "the average, before the update", old, path ? `old.${path}` : ""),
        );
        const entries = { begin, shape: tensor.shape, parts, symbols, notes: [] };
        found.push(
          quantity(
            name,
            path,
            /** @type {Numbers} */ (part(after, begin, end)),
            entries,
            this.ofRun,
          ),
        );
      }
    }
    const text = `${written(average)}: ${ruleText(average)} α = ${number(rate, 6)} at t = ${t}.`;
    return {
      name: "average",
      quantities: found,
      text: text + (rate ? "" : " This step does not count."),
    };
  }

  /** @returns {Stage} */
  statistics() {
    const found = this.moves().map(({ tensor, rate }) => {
      const old = part(this.update.theta, tensor.start, tensor.stop);
      const batch = part(this.clipped[this.clipped.length - 1], tensor.start, tensor.stop);
      const parts = [
        { formula: "(1 − rate)·θ", value: vector(old.length, (k) => (1 - rate) * old[k]) },
        { formula: "rate·g", value: vector(old.length, (k) => rate * batch[k]) },
      ];
      /** @type {Symbols} */
      const symbols = {
        rate: { label: "rate", value: rate },
        θ: { label: tensor.symbol, value: old },
        g: { label: tensor.gradient, value: batch },
      };
      const entries = { begin: 0, shape: tensor.shape, parts, symbols, notes: [] };
      const numbers = /** @type {Numbers} */ (part(this.after.theta, tensor.start, tensor.stop));
      return quantity(
        `new.${tensor.symbol}`,
        tensor.path ? `new.${tensor.path}` : "",
        numbers,
        entries,
        this.ofRun,
      );
    });
    const text = "State moves towards the statistic of this batch: state += rate (batch − state).";
    return { name: "running statistics", quantities: found, text };
  }
}

/** @param {number} k @param {Tensor} tensor @returns {string} the symbol of a gradient after k clips */
const afterClips = (k, tensor) =>
  k ? `${counted("clipped", k)}.${tensor.gradient}` : tensor.gradient;

/** @param {Part[]} parts @param {number} many @returns {Float64Array} the sum of terms for each entry */
const sumOf = (parts, many) =>
  vector(many, (k) =>
    parts.reduce((sum, p) => (!p.where || p.where[k] ? sum + p.value[k] : sum), 0),
  );
