// A run of training: theta and all that moves it, step by step, with the bits of Python's plain
// native build. As training/native_steps.py, but every step that was made can be reached again.
import { Refusal } from "../app/refusal.js";
import { Network, Scorer } from "./network.js";
import { orderOfEpoch } from "./orders.js";
import { putRows } from "./rows.js";
import { rowWeights, weigh } from "./row_weights.js";
import { Snapshots } from "./snapshots.js";
import { matches } from "./update_list.js";

/** @typedef {import("./binding.js").Engine} Engine */
/** @typedef {import("./binding.js").Place} Place */
/** @typedef {import("./binding.js").Plan} Plan */
/** @typedef {import("./rows.js").Inputs} Inputs */
/** @typedef {import("./snapshots.js").Snapshot} Snapshot */
/** @typedef {import("./update_list.js").UpdateList} UpdateList */
/** @typedef {Float32Array | Float64Array} Reals */

const AHEAD = 256; // steps for which schedules are computed in advance
const MANY = 200_000; // the most row numbers, or steps, in one call
const BUDGET = 64 * 2 ** 20; // bytes of snapshots

/**
 * @typedef {object} Fit
 * @property {UpdateList} update
 * @property {() => import("./update_list.js").Rule} [fresh] the same rule, whose schedules have seen nothing
 * @property {boolean} [lastsOneRun] a schedule begins again with each change
 * @property {number | null} batchSize null: all rows
 * @property {boolean} [dropLast]
 * @property {ArrayLike<number> | null} [sample_weight]
 * @property {any} [class_weight]
 */

/** @typedef {{ x: Inputs, y: ArrayLike<number>, n: number }} Rows */

/**
 * What steps are made with, from one change to the next: the plan, the numbers, the batches.
 */
class Way {
  /**
   * @param {Engine} engine
   * @param {Network} network
   * @param {Rows} data
   * @param {Fit} fit
   * @param {string[]} frozen
   */
  constructor(engine, network, data, fit, frozen) {
    const { n } = data;
    this.fit = fit;
    this.firstEpoch = 0; // the first epoch that its schedules saw
    this.update = fit.update;
    this.batch = Math.min(fit.batchSize ?? n, n);
    const left = fit.dropLast ? n - (n % this.batch) : n;
    this.total = left || n; // rows of an epoch
    this.weights = rowWeights(fit, data.y, n);
    this.cuts = [];
    for (let at = 0; at < this.total; at += this.batch) this.cuts.push(at);
    this.cuts.push(this.total);
    this.steps = this.cuts.length - 1;
    this.shuffled = this.batch < n;
    const table = network.table("train");
    const { rule, groups, clips, tensors } = this.update;
    const wanted = Uint8Array.from(table.values, ({ role, path }) =>
      Number(role === "parameter" && !frozen.some((prefix) => matches(path, prefix))),
    );
    const takes = engine.ruleTakes(rule.twin);
    if (!takes) throw new Refusal("engine.no_twin_rule", { rule: rule.twin });
    for (const { name } of clips)
      if (!engine.hasClip(name)) throw new Refusal("engine.no_twin_rule", { rule: name });
    this.hypers = takes.hypers;
    this.plan = engine.bind({
      program: table.bytes,
      rows: this.batch,
      wanted,
      rule: rule.twin,
      groups: Int32Array.from(groups.flatMap(({ start, length, born }) => [start, length, born])),
      slots: rule.slots.length,
      hypers: takes.hypers,
      constants: network.constants(table),
    });
    if (rule.byTensor) this.plan.setMatrices(Int32Array.from(groups, ({ rows }) => rows));
    if (clips.length) this.plan.setClips(clips, tensors);
    this.starts = engine.put("i64", this.cuts.map(BigInt));
    this.c = engine.room(engine.real, this.total);
    this.constant = rule.scheduled ? null : engine.put("f64", this.update.numbers(1));
    if (!this.weights) weigh(this.c.view, { ...this.weighing(network), order: null });
    this.weighed = -1; // the epoch of c, if rows have weights
  }

  /** @param {Network} network */
  weighing(network) {
    return { weights: this.weights, reduction: network.reduction, cuts: this.cuts };
  }

  release() {
    this.plan.release();
    for (const place of [this.starts, this.c, this.constant]) place?.release();
  }
}

export class Run {
  /**
   * @param {object} parts
   * @param {Engine} parts.engine
   * @param {import("./network.js").NetworkParts} parts.network
   * @param {Rows} parts.data
   * @param {Rows | null} [parts.validation]
   * @param {Fit} parts.fit
   * @param {number} [parts.seed]
   * @param {string[]} [parts.frozen]
   * @param {number} [parts.keep] bytes of snapshots
   */
  constructor({
    engine,
    network,
    data,
    validation = null,
    fit,
    seed = 0,
    frozen = [],
    keep = BUDGET,
  }) {
    if (!data.n) throw new Refusal("engine.no_rows");
    this.engine = engine;
    this.network = new Network(engine, network);
    this.data = data;
    this.validation = validation;
    this.seed = seed;
    this.frozen = frozen;
    this.rows = putRows(engine, this.network.table("train"), data.x, data.y, data.n);
    this.checkLabels(data);
    if (validation) {
      if (!validation.n) throw new Refusal("engine.no_rows");
      this.checkLabels(validation);
    }
    this.way = new Way(engine, this.network, data, fit, frozen);
    /** @type {Place[]} */
    this.slots = [];
    /** @type {Reals | null} */
    this.mean = null;
    this.t = 0;
    this.step = 0;
    this.epoch = 0;
    this.position = 0;
    /** @type {[number, number]} */
    this.sums = [0, 0];
    this.ways = new Set([this.way]);
    this.first = 0; // the first step that can be reached
    this.last = 0; // the last step made
    this.rate = 10; // steps in a millisecond, as far as known
    /** @type {{ first: number, count: number, place: Place | null, way: Way | null }} */
    this.orders = { first: 0, count: 0, place: null, way: null };
    /** @type {Scorer | undefined} of the validation rows */
    this.scorer = undefined;
    /** @type {number | undefined} the step to which a replay goes */
    this.going = undefined;
    /** @type {Place | null} */
    this.losses = null;
    /** @type {Place | null} */
    this.hyper = null;
    /** @type {Map<string, number[]>} what each epoch gave, from epoch 0 */
    this.history = new Map([["loss", []]]);
    this.snapshots = new Snapshots(keep);
    this.freshSlots();
    this.keep(true);
  }

  get theta() {
    return this.network.theta;
  }

  /** Refuse class numbers that the network has no output for. @param {Rows} rows */
  checkLabels({ y }) {
    const table = this.network.table("train");
    const target = table.inputs.find(({ name }) => name === "y");
    const used = target && table.steps.find(({ inputs }) => inputs.includes(target.value));
    if (!target || !used || !table.values[target.value].index) return;
    const scores = table.values[used.inputs[0]].shape;
    const classes = scores[scores.length - 1];
    for (let i = 0; i < y.length; i++)
      if (y[i] >= classes)
        throw new Refusal("engine.label_too_large", { got: y[i], last: classes - 1 });
  }

  // ---- the state

  freshSlots() {
    for (const slot of this.slots) slot.release();
    const { rule, slotSize, average } = this.way.update;
    this.slots = rule.slots.map((name) => {
      const slot = this.engine.room(this.engine.real, slotSize);
      if (rule.start[name]) slot.view.fill(rule.start[name]);
      return slot;
    });
    this.mean = average ? this.gathered() : null;
    this.t = 0;
  }

  /** The parameters that have slots, group after group. @returns {Reals} */
  gathered() {
    const theta = this.theta.view;
    const out = theta.slice(0, this.way.update.slotSize);
    let at = 0;
    for (const { start, length } of this.way.update.groups) {
      out.set(theta.subarray(start, start + length), at);
      at += length;
    }
    return out;
  }

  /** @returns {Snapshot} */
  here() {
    return {
      ...{ step: this.step, t: this.t, epoch: this.epoch, position: this.position },
      sums: [...this.sums],
      theta: this.theta.view.slice(),
      slots: this.slots.map((slot) => slot.view.slice()),
      mean: this.mean && this.mean.slice(),
      way: this.way,
    };
  }

  /** Keep the state for `goTo`, if it is far enough from the last one. @param {boolean} [always] */
  keep(always = false) {
    if (always || (this.step >= this.last && this.snapshots.wants(this.step)))
      this.snapshots.add(this.here());
  }

  /** @param {Snapshot} snapshot */
  put(snapshot) {
    if (snapshot.way !== this.way) {
      this.way = /** @type {Way} */ (snapshot.way);
      this.freshSlots();
    }
    this.theta.view.set(snapshot.theta);
    snapshot.slots.forEach((numbers, k) => this.slots[k].view.set(numbers));
    this.mean = snapshot.mean && snapshot.mean.slice();
    [this.t, this.step, this.epoch, this.position] = [
      ...[snapshot.t, snapshot.step, snapshot.epoch, snapshot.position],
    ];
    this.sums = [...snapshot.sums];
    this.remember();
  }

  /** Let schedules that look at the losses see those of the epochs so far. */
  remember() {
    const { fit, update } = this.way;
    if (!update.rule.observe || !fit.fresh) return;
    update.rule = fit.fresh();
    for (let epoch = this.way.firstEpoch; epoch < this.epoch; epoch++) this.observe(epoch);
  }

  /** @param {number} epoch that ended */
  observe(epoch) {
    const logs = [...this.history].map(([name, values]) => [name, values[epoch]]);
    this.way.update.rule.observe?.(Object.fromEntries(logs.filter(([, v]) => v !== undefined)));
  }

  /** Begin where another run is. @param {Run} other */
  begin(other) {
    this.theta.view.set(other.theta.view);
    other.slots.forEach((slot, k) => this.slots[k].view.set(slot.view));
    this.mean = other.mean && other.mean.slice();
    [this.t, this.step, this.epoch, this.position] = [
      other.t,
      other.step,
      other.epoch,
      other.position,
    ];
    this.sums = [...other.sums];
    this.way.update.begin = other.way.update.begin;
    this.way.firstEpoch = other.way.firstEpoch;
    this.history = new Map(
      [...other.history].map(([name, values]) => [name, values.slice(0, this.epoch)]),
    );
    this.first = this.last = this.step;
    this.remember();
    this.snapshots = new Snapshots(this.snapshots.budget);
    this.keep(true);
  }

  /** c of all rows of an epoch in this order. @param {Int32Array} order */
  weightsOf(order) {
    const c =
      this.engine.real === "f64"
        ? new Float64Array(this.way.total)
        : new Float32Array(this.way.total);
    weigh(c, { ...this.way.weighing(this.network), order });
    return c;
  }

  // ---- steps

  /**
   * Make up to `most` steps within about this time; steps that were made before are made again
   * with the same bits.
   *
   * @param {number} most
   * @param {number} milliseconds
   * @returns {{ losses: Float64Array, finite: boolean, failed?: { step: number, epoch: number, loss: number } }}
   */
  advance(most, milliseconds) {
    const begin = this.step;
    /** @type {Float64Array[]} */
    const found = [];
    const until = performance.now() + milliseconds;
    let failed;
    while (this.step - begin < most && !failed) {
      const left = until - performance.now();
      if (found.length && left <= 0) break;
      const { losses, failure } = this.piece(
        most - (this.step - begin),
        Math.max(1, Math.ceil(left)),
      );
      found.push(losses);
      failed = failure;
    }
    return { losses: joined(found), finite: !failed, failed };
  }

  /**
   * One call of C.
   *
   * @param {number} most
   * @param {number} milliseconds
   */
  piece(most, milliseconds) {
    const { way } = this;
    const { update } = way;
    if (update.follows) most = Math.min(most, update.undisturbed(this.t));
    const before = this.here();
    const began = performance.now();
    const call = this.call(most, milliseconds, false);
    const spent = performance.now() - began;
    if (call.done)
      this.rate = Math.max(0.01, 0.7 * this.rate + (0.3 * call.done) / Math.max(spent, 0.05));
    if (!call.finite) {
      this.put(before);
      return this.oneByOne(call.asked);
    }
    const { epoch } = this;
    this.count(call.losses);
    if (update.follows) update.finish(this.t, this.theta.view, this.mean);
    this.ended(epoch);
    this.keep();
    return { losses: call.losses, failure: undefined };
  }

  /**
   * Make the steps one by one until the first that is not finite, which is undone.
   *
   * @param {number} steps
   */
  oneByOne(steps) {
    /** @type {Float64Array[]} */
    const found = [];
    for (let i = 0; i < steps; i++) {
      const before = this.here();
      const call = this.call(1, 0, true);
      if (!call.finite) {
        const { step, epoch } = before;
        this.put(before);
        const loss = call.done ? Infinity : call.all[0];
        if (!call.done && !Number.isFinite(loss) && step > this.first) {
          // the last update gave this loss: go to the weights before it, with a finite one
          this.goTo(step - 1);
          this.last = step - 1;
          this.snapshots.cut(this.step);
        }
        return { losses: joined(found), failure: { step: step + 1, epoch: epoch + 1, loss } };
      }
      this.count(call.losses);
      if (this.way.update.follows) this.way.update.finish(this.t, this.theta.view, this.mean);
      this.ended(before.epoch);
      found.push(call.losses);
    }
    this.keep();
    return { losses: joined(found), failure: undefined };
  }

  /**
   * @param {number} most
   * @param {number} milliseconds 0: no limit
   * @param {boolean} careful check every gradient
   */
  call(most, milliseconds, careful) {
    const { way } = this;
    const { steps, starts, order } = this.next(most, milliseconds || 1);
    const losses = this.roomFor("losses", steps);
    const hyper = way.constant ?? this.schedule(steps);
    const clock = { t: this.t + 1, step: this.step, seed: this.seed };
    const arrays = {
      theta: this.theta,
      c: way.c,
      losses: losses.first(steps),
      order,
      starts,
      hyper,
    };
    const care = Number(careful || way.update.careful);
    const how = { milliseconds: Math.ceil(milliseconds), careful: care };
    way.plan.check("check_run", { ...arrays, ...clock, ...how }, this.rows, this.slots);
    const { done, finite } = way.plan.advance();
    const all = losses.view.subarray(0, steps);
    return { asked: steps, done, finite, losses: all.slice(0, done), all };
  }

  /**
   * The batches of the next call: several epochs, if nothing must happen between them and the time
   * may suffice; else at most to the end of this one.
   *
   * @param {number} most steps
   * @param {number} milliseconds
   */
  next(most, milliseconds) {
    const { way } = this;
    const batch = Math.ceil(this.position / way.batch);
    const alike = !way.weights && !this.validation && !way.update.rule.observes;
    const whole = batch === 0 && alike ? Math.floor(most / way.steps) : 0;
    const likely = Math.ceil((this.rate * milliseconds) / way.steps);
    const rows = way.shuffled ? this.data.n : way.steps;
    const epochs = Math.max(1, Math.min(whole, likely, Math.floor(MANY / rows)));
    const { place: order, view, count } = this.ordersFor(epochs);
    if (way.weights && way.weighed !== this.epoch) {
      weigh(way.c.view, { ...way.weighing(this.network), order: view });
      way.weighed = this.epoch;
    }
    const together = Math.min(epochs, count);
    let steps = together > 1 ? together * way.steps : Math.min(most, way.steps - batch);
    if (!way.constant) steps = Math.min(steps, AHEAD);
    if (together > 1 && steps >= way.steps) return { steps, starts: way.starts, order };
    steps = Math.min(steps, way.steps - batch);
    const starts = { start: way.starts.start + 8 * batch, bytes: 8 * (steps + 1), type: "i64" };
    return { steps, starts, order };
  }

  /**
   * The row numbers of this epoch, and of as many as follow, up to `epochs`.
   *
   * @param {number} epochs
   */
  ordersFor(epochs) {
    const { way, data, orders, epoch } = this;
    if (!way.shuffled) return { place: null, view: null, count: epochs };
    const { n } = data;
    const each = way.total;
    const known = orders.place && epoch >= orders.first && epoch < orders.first + orders.count;
    if (!known || orders.way !== way) {
      if (!orders.place || orders.place.length < epochs * each) {
        orders.place?.release();
        orders.place = this.engine.room("i32", epochs * each);
      }
      const view = orders.place.view;
      const one = new Int32Array(n);
      for (let k = 0; k < epochs; k++) {
        orderOfEpoch(this.seed, epoch + k, one);
        view.set(each < n ? one.subarray(0, each) : one, k * each);
      }
      [orders.first, orders.count, orders.way] = [epoch, epochs, way];
    }
    const skipped = epoch - orders.first;
    const count = orders.count - skipped;
    const place = /** @type {Place} */ (orders.place);
    const start = place.start + 4 * skipped * each;
    return {
      place: { start, bytes: 4 * count * each, type: "i32" },
      view: place.view.subarray(skipped * each, (skipped + 1) * each),
      count,
    };
  }

  /** @param {number} steps @returns {{ start: number, bytes: number, type: string }} */
  schedule(steps) {
    const each = this.way.hypers * this.way.update.groups.length;
    const place = this.roomFor("hyper", steps * each);
    const { view } = place;
    for (let i = 0; i < steps; i++) view.set(this.way.update.numbers(this.t + 1 + i), i * each);
    return place.first(steps * each);
  }

  /** @param {"losses" | "hyper"} name @param {number} length @returns {Place} */
  roomFor(name, length) {
    let place = this[name];
    if (!place || place.length < length) {
      place?.release();
      place = this[name] = this.engine.room("f64", Math.max(1024, 2 * length));
    }
    return place;
  }

  // ---- counting

  /** @param {Float64Array} losses of the steps that were done */
  count(losses) {
    const { way } = this;
    const { cuts } = way;
    let batch = Math.ceil(this.position / way.batch);
    for (const loss of losses) {
      const rows = cuts[batch + 1] - cuts[batch];
      this.sums[0] += loss * rows;
      this.sums[1] += rows;
      batch++;
      if (batch === way.steps) {
        this.endEpoch();
        batch = 0;
      }
    }
    this.position = cuts[batch];
    this.t += losses.length;
    this.step += losses.length;
    this.last = Math.max(this.last, this.step);
  }

  endEpoch() {
    this.record("loss", this.sums[0] / this.sums[1]);
    this.epoch++;
    this.sums = [0, 0];
  }

  /** What follows the epochs that ended since this one. @param {number} epoch */
  ended(epoch) {
    if (this.epoch > epoch) this.watch();
    for (; epoch < this.epoch; epoch++) this.observe(epoch);
  }

  /** Score the validation rows at the end of an epoch, unless that was done before. */
  watch() {
    if (!this.validation || this.history.get("val_loss")?.[this.epoch - 1] !== undefined) return;
    const { x, y, n } = this.validation;
    this.scorer ??= new Scorer(this.network, x, y, n);
    const found = { loss: this.scorer.loss(), ...this.network.metrics(x, y, n) };
    for (const [name, value] of Object.entries(found))
      this.record(`val_${name}`, value, this.epoch - 1);
  }

  /** @param {string} name @param {number} value @param {number} [epoch] */
  record(name, value, epoch = this.epoch) {
    let values = this.history.get(name);
    if (!values) this.history.set(name, (values = []));
    values[epoch] = value;
  }

  // ---- going to other steps

  /**
   * Go to a step that was made: to the nearest state before it, then steps are made again.
   *
   * @param {number} step
   * @param {number} [milliseconds] about how long; call again until `step` is there
   * @returns {boolean} true if the run is there
   */
  goTo(step, milliseconds = Infinity) {
    if (!Number.isSafeInteger(step) || step < this.first || step > this.last)
      throw new Refusal("engine.no_such_step", {
        got: String(step),
        first: this.first,
        last: this.last,
      });
    const nearest = /** @type {Snapshot} */ (this.snapshots.before(step));
    const goesOn = this.going === step && this.step <= step && this.step >= nearest.step;
    if (!goesOn) this.put(nearest);
    this.going = step;
    const until = performance.now() + milliseconds;
    while (this.step < step) {
      const left = until - performance.now();
      if (left <= 0) return false;
      this.piece(step - this.step, Math.min(1000, Math.max(1, Math.ceil(left))));
    }
    this.going = undefined;
    return true;
  }

  /** A change begins here: steps after this one are forgotten, those before it stay. */
  fork() {
    this.last = this.step;
    this.snapshots.cut(this.step);
    this.forget();
    for (const values of this.history.values()) values.length = Math.min(values.length, this.epoch);
  }

  /** Give back the plans of ways that lead to no step any more. */
  forget() {
    /** @type {Set<Way>} */
    const used = new Set([this.way]);
    for (const { way } of this.snapshots.held) used.add(/** @type {Way} */ (way));
    for (const way of this.ways) if (!used.has(way)) way.release();
    this.ways = used;
  }

  /** @param {ArrayLike<number>} theta */
  setTheta(theta) {
    if (theta.length !== this.theta.length)
      throw new Refusal("engine.theta_size", { expected: this.theta.length, got: theta.length });
    for (let i = 0; i < theta.length; i++)
      if (!Number.isFinite(theta[i]))
        throw new Refusal("engine.not_finite_input", { name: "θ", got: String(theta[i]), at: i });
    this.fork();
    this.theta.view.set(theta);
    this.keep(true);
  }

  /**
   * Train otherwise from here on, in a new epoch. An equal optimizer goes on with its slots, also
   * one whose learning rate alone differs.
   *
   * @param {Fit} fit
   * @param {"same" | "rate" | "other"} optimizer how it differs from the one before
   */
  change(fit, optimizer) {
    const way = new Way(this.engine, this.network, this.data, fit, this.frozen);
    this.fork();
    const before = this.way;
    this.way = way;
    this.ways.add(way);
    way.firstEpoch = this.epoch;
    if (optimizer === "other") this.freshSlots();
    if (optimizer === "same") {
      way.firstEpoch = before.firstEpoch;
      way.update.begin = before.update.begin;
    }
    if (optimizer === "other") way.update.begin = 0;
    else if (fit.lastsOneRun || (optimizer === "rate" && way.update.rule.scheduled))
      way.update.begin = this.t; // its schedule begins here
    if (this.position) {
      this.position = 0;
      this.sums = [0, 0];
    }
    this.remember();
    this.keep(true);
  }
}

/** @param {Float64Array[]} parts */
function joined(parts) {
  if (parts.length === 1) return parts[0];
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
