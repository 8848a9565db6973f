// A restricted Boltzmann machine with binary units that learns by contrastive divergence, as
// energy/rbm/native_plan.py runs it: θ = [W | b | c], W with a row for each hidden unit.
import { Refusal } from "../app/refusal.js";
import { updateParts } from "../graph/index.js";
import { pathHash } from "../graph/random.js";
import { Engine } from "./binding.js";
import { orderOfEpoch } from "./orders.js";
import { weigh } from "./row_weights.js";
import { breath, SLICE } from "./slices.js";
import { read, RBM_TRAINING, write } from "./structs.js";

/** @typedef {ArrayLike<number>} Numbers */

const LIMIT = 1000; // beyond it a parameter means nothing

/**
 * @typedef {object} MachineOpening
 * @property {number} visible D
 * @property {number} hidden H
 * @property {Numbers} theta [W | b | c]
 * @property {Numbers} x rows of D numbers from 0 to 1
 * @property {number} n rows
 * @property {object} [options]
 * @property {any} [options.optimizer] SGD(lr=0.1) by default
 * @property {number | null} [options.batch_size] 32 by default; null: all rows
 * @property {number} [options.k] rounds of Gibbs sampling
 * @property {"CD" | "PCD"} [options.sampler]
 * @property {number | null} [options.chains] of PCD; null: as many as a batch has rows
 * @property {number} [options.seed]
 * @property {number} [options.epochs] needed by schedules that last for the whole run
 * @property {"float32" | "float64"} [options.dtype]
 */

export class Machine {
  /** @param {MachineOpening} opening */
  static async open(opening) {
    const dtype = opening.options?.dtype ?? "float32";
    return new Machine(await Engine.open(dtype), opening);
  }

  /**
   * @param {Engine} engine
   * @param {MachineOpening} opening
   */
  constructor(engine, opening) {
    const { visible, hidden, theta, x, n, options = {} } = opening;
    const { batch_size: batch = 32, k = 1, sampler = "CD", chains = null, seed = 0 } = options;
    const largest = checked(opening);
    this.engine = engine;
    this.visible = visible;
    this.hidden = hidden;
    this.n = n;
    this.seed = seed;
    this.batch = Math.min(batch ?? n, n);
    this.rounds = k;
    this.limit = LIMIT * largest;
    /** @type {number[]} where batches begin and end */
    this.cuts = [];
    for (let at = 0; at < n; at += this.batch) this.cuts.push(at);
    this.cuts.push(n);
    this.rule = ruleOf(options, this.cuts.length - 1);
    const name = engine.text(this.rule.twin);
    this.pointer = engine.c.rule(name.start);
    name.release();
    if (!this.pointer) throw new Refusal("engine.no_twin_rule", { rule: this.rule.twin });
    this.theta = engine.put(engine.real, theta);
    this.slots = this.rule.slots.map((slot) => {
      const place = engine.room(engine.real, theta.length);
      if (this.rule.start[slot]) place.view.fill(this.rule.start[slot]);
      return place;
    });
    this.x = engine.put(engine.real, x);
    this.c = engine.room(engine.real, n);
    weigh(this.c.view, { weights: null, reduction: "mean", order: null, cuts: this.cuts });
    this.chains = sampler === "PCD" ? (chains ?? this.batch) : 0;
    this.h = this.chains ? engine.room(engine.real, this.chains * hidden) : null;
    this.t = 0;
    this.step = 0;
    this.epoch = 0;
    this.position = 0;
    this.run = engine.memory.room(RBM_TRAINING.size);
    this.closed = false;
  }

  get about() {
    return {
      size: this.theta.length,
      stepsPerEpoch: this.cuts.length - 1,
      batchSize: this.batch,
      dtype: this.engine.dtype,
    };
  }

  /**
   * Make steps; without a number of steps or epochs, as many as fit into the time.
   *
   * @param {{ steps?: number, epochs?: number, milliseconds?: number }} [ask]
   */
  async train({ steps, epochs, milliseconds } = {}) {
    for (const number of [steps, epochs])
      if (number !== undefined && (!Number.isSafeInteger(number) || number < 0))
        throw new Refusal("engine.steps_number", { got: String(number) });
    const each = this.cuts.length - 1;
    const first = Math.ceil(this.position / this.batch);
    const most = steps ?? (epochs === undefined ? Infinity : epochs * each - first);
    const until = performance.now() + (milliseconds ?? (most === Infinity ? SLICE : Infinity));
    /** @type {number[]} */
    const errors = [];
    let finite = true;
    for (let pause = performance.now() + SLICE; errors.length < most && finite;) {
      const now = performance.now();
      if (errors.length && now >= until) break;
      if (now >= pause) {
        await breath();
        if (this.closed) break;
        pause = performance.now() + SLICE;
      }
      const found = this.call(most - errors.length, SLICE);
      errors.push(...found.errors);
      finite = found.finite;
    }
    const { step, epoch, position } = this;
    return { step, epoch, position, errors: Float64Array.from(errors), finite };
  }

  close() {
    this.closed = true;
  }

  /**
   * Some steps of this epoch in one call of C; if a number is not finite, they are undone.
   *
   * @param {number} most
   * @param {number} milliseconds
   */
  call(most, milliseconds) {
    const { engine, cuts, rule, n } = this;
    const first = Math.ceil(this.position / this.batch);
    const steps = Math.min(most, cuts.length - 1 - first);
    const order = new Int32Array(n);
    const shuffled = this.batch < n;
    if (shuffled) orderOfEpoch(this.seed, this.epoch, order);
    const numbers = Array.from({ length: rule.scheduled ? steps : 1 }, (_, i) =>
      rule.numbers(this.t + 1 + i),
    );
    const held = {
      starts: engine.put("i64", cuts.slice(first, first + steps + 1).map(BigInt)),
      order: shuffled ? engine.put("i32", order) : null,
      hyper: engine.put("f64", numbers.flat()),
      losses: engine.room("f64", steps),
    };
    const changing = [this.theta, ...this.slots, ...(this.h ? [this.h] : [])];
    const before = changing.map((place) => place.view.slice());
    const largest = Math.max(
      ...cuts.slice(first, first + steps).map((at, k) => cuts[first + k + 1] - at),
    );
    engine.memory.bytes.fill(0, this.run, this.run + RBM_TRAINING.size);
    write(engine.memory.buffer, this.run, RBM_TRAINING, {
      ...{ visible: this.visible, hidden: this.hidden, chains: this.chains, rounds: this.rounds },
      ...{ steps, rows: largest, x: this.x.start, c: this.c.start, theta: this.theta.start },
      ...{
        starts: held.starts.start,
        order: held.order?.start,
        h: this.h?.start,
        rule: this.pointer,
      },
      ...{ hyper: held.hyper.start, hyper_step: rule.scheduled ? rule.names.length : 0 },
      ...{
        t: this.t + 1,
        step: this.step,
        seed: this.seed,
        path: pathHash("rbm"),
        limit: this.limit,
      },
      ...{
        milliseconds: Math.min(milliseconds, 1e6),
        careful: Number(rule.hidesOverflow),
        losses: held.losses.start,
      },
    });
    const at = this.run + RBM_TRAINING.field.slot.at;
    new Int32Array(engine.memory.buffer, at, 4).set(this.slots.map(({ start }) => start));
    const fine = engine.entry("rbm_train")(this.run);
    const done = read(engine.memory.buffer, this.run, RBM_TRAINING, "done");
    const finite = read(engine.memory.buffer, this.run, RBM_TRAINING, "finite") !== 0;
    const errors = held.losses.view.slice(0, done);
    for (const place of Object.values(held)) place?.release();
    if (!fine) throw new Refusal("engine.no_memory");
    if (!finite) {
      changing.forEach((place, k) => place.view.set(before[k]));
      return { errors: [], finite };
    }
    this.t += done;
    this.step += done;
    this.position = cuts[first + done];
    if (this.position === n) [this.epoch, this.position] = [this.epoch + 1, 0];
    return { errors, finite };
  }

  state() {
    return {
      theta: this.theta.view.slice(),
      slots: Object.fromEntries(
        this.rule.slots.map((name, k) => [name, this.slots[k].view.slice()]),
      ),
      chains: this.h ? this.h.view.slice() : null,
      ...{ t: this.t, step: this.step, epoch: this.epoch, position: this.position },
    };
  }

  /** @param {Numbers} theta */
  setTheta(theta) {
    if (theta.length !== this.theta.length)
      throw new Refusal("engine.theta_size", { expected: this.theta.length, got: theta.length });
    this.theta.view.set(theta);
  }
}

/** Refuse sizes and rows that do not fit; return the largest size of a pixel, at least 1. @param {MachineOpening} opening */
function checked({ visible: D, hidden: H, theta, x, n, options = {} }) {
  const { batch_size: batch = 32, k = 1, chains = null } = options;
  for (const size of [D, H, n, k, batch ?? 1, chains ?? 1])
    if (!Number.isSafeInteger(size) || size < 1)
      throw new Refusal("engine.size", { got: String(size) });
  const expected = D * H + D + H;
  if (theta.length !== expected)
    throw new Refusal("engine.theta_size", { expected, got: theta.length });
  if (x.length !== n * D)
    throw new Refusal("engine.input_size", { name: "x", rows: n, each: D, got: x.length });
  let largest = 1;
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]))
      throw new Refusal("engine.not_finite_input", { name: "x", got: String(x[i]), at: i });
    largest = Math.max(largest, Math.abs(x[i]));
  }
  return largest;
}

/** @param {NonNullable<MachineOpening["options"]>} options @param {number} perEpoch */
function ruleOf({ optimizer, epochs = 1 }, perEpoch) {
  const given = optimizer ?? { class: "optimizers.SGD", settings: { lr: 0.1 } };
  const { rule, clips, constraints, average } = updateParts(given, { perEpoch, epochs });
  if (clips.length || constraints.length || average || rule.byTensor)
    throw new Refusal("engine.machine_rule", { rule: rule.twin });
  return rule;
}
