// One training run as the page uses it: a description of a network and rows become Programs, a
// run, and answers as plain arrays. Long work is cut into slices.
import { Refusal } from "../app/refusal.js";
import { splitOff } from "../data/datasets.js";
import { initialTheta, toBytes, trace, updateParts } from "../graph/index.js";
import { isSchedule, lastsOneRun } from "../graph/schedules.js";
import { complete } from "../graph/settings.js";
import { Engine } from "./binding.js";
import { isOfClasses } from "./network.js";
import { orderOfEpoch } from "./orders.js";
import { Run } from "./run.js";
import { breath, SLICE } from "./slices.js";
import { readTable } from "./table.js";
import { UpdateList } from "./update_list.js";

/** @typedef {import("../graph/trace.js").Network} Description */
/** @typedef {Float32Array | Float64Array} Reals */
/** @typedef {ArrayLike<number>} Numbers */
/** @typedef {{ x: import("./rows.js").Inputs, y: Numbers, n: number }} Rows */

/**
 * The words of `net.fit`.
 *
 * @typedef {object} FitOptions
 * @property {any} [optimizer] a description, or a list: clips, optimizer, constraints, average
 * @property {number | null} [batch_size] 32 by default; null: all rows
 * @property {boolean} [drop_last]
 * @property {number} [epochs] needed by schedules that last for the whole run
 * @property {number} [validation_fraction] rows that are split off
 * @property {Numbers | null} [sample_weight]
 * @property {any} [class_weight] "balanced" or { class: weight }
 */

/**
 * @typedef {object} Opening
 * @property {Description} network
 * @property {Numbers} [theta] instead of the network's own beginning
 * @property {Rows} data
 * @property {Rows | null} [validation]
 * @property {FitOptions} [fit]
 * @property {number} [keep] bytes of snapshots
 */

/**
 * @typedef {object} Progress
 * @property {number} step
 * @property {number} epoch
 * @property {number} position rows done in this epoch
 * @property {Float64Array} losses of the steps that were made
 * @property {Float64Array} epochLosses of the epochs that ended
 * @property {Record<string, Float64Array>} validation of these epochs: val_loss, val_accuracy, ...
 * @property {boolean} finite
 * @property {{ key: string, values: Record<string, string | number> }} [stopped] why it ended early
 */

const DEFAULT = { class: "optimizers.Adam" };

/** Parameters of layers with trainable=False, which a network freezes when it is built. */
const untrainable = (/** @type {ReturnType<typeof trace>} */ { train }) =>
  train.params
    .filter(({ value, trainable }) => !trainable && train.values[value].role === "parameter")
    .map(({ path }) => path);
const BATCH = 32;

export class Session {
  /**
   * @param {Run} run
   * @param {Description} network
   * @param {ReturnType<typeof trace>} programs
   * @param {FitOptions} fit
   */
  constructor(run, network, programs, fit) {
    this.run = run;
    this.network = network;
    this.programs = programs;
    this.fit = fit;
    this.closed = false;
    /** @type {Promise<unknown>} the work that must end first */
    this.last = Promise.resolve();
    this.hurry = 0; // calls that wait for the end of long work
    this.replaying = false;
  }

  /**
   * @param {Opening} opening
   * @returns {Promise<Session>}
   */
  static async open({ network, theta, data, validation = null, fit = {}, keep }) {
    checkRows(data);
    if (validation) checkRows(validation);
    const programs = trace(network);
    const begin = theta ?? initialTheta(programs, network);
    const dtype = network.dtype ?? "float32";
    const weighted = { ...fit };
    if (fit.validation_fraction && !validation)
      ({ data, validation } = divided(data, network.seed ?? 0, weighted));
    const engine = await Engine.open(dtype);
    const parts = partsOf(programs, network, begin);
    const run = new Run({
      ...{ engine, network: parts, data, validation, keep },
      fit: fitOf(weighted, network, parts.programs.train, data.n, logsOf(programs, validation)),
      seed: network.seed ?? 0,
      frozen: [...(network.frozen ?? []), ...untrainable(programs)],
    });
    return new Session(run, network, programs, weighted);
  }

  /** What an epoch gives. */
  get logs() {
    return logsOf(this.programs, this.run.validation);
  }

  get about() {
    const { run, programs } = this;
    const { train } = programs;
    return {
      programs,
      size: train.size,
      parameters: train.params.map(({ path, value, shape, start }) => ({
        ...{
          path,
          shape,
          start,
          symbol: train.values[value].symbol,
          role: train.values[value].role,
        },
      })),
      stepsPerEpoch: run.way.steps,
      rows: run.data.n,
      validationRows: run.validation?.n ?? 0,
      batchSize: run.way.batch,
      dtype: run.engine.dtype,
    };
  }

  // ---- who waits for whom

  /**
   * Run work that changes the state, after the work before it, which ends early.
   *
   * @template T
   * @param {() => T | Promise<T>} work
   * @returns {Promise<T>}
   */
  async alone(work) {
    this.hurry++;
    const before = this.last;
    let done = /** @type {(value?: unknown) => void} */ (() => {});
    this.last = new Promise((resolve) => (done = resolve));
    await before;
    this.hurry--;
    try {
      if (this.closed) throw new Refusal("engine.closed");
      return await work();
    } finally {
      done();
    }
  }

  /**
   * Look at the state, also between two slices of training.
   *
   * @template T
   * @param {() => T} look
   * @returns {Promise<T>}
   */
  async look(look) {
    if (this.replaying) await this.last;
    if (this.closed) throw new Refusal("engine.closed");
    return look();
  }

  // ---- training

  /**
   * Make steps; without a number of steps or epochs, as many as fit into the time.
   *
   * @param {{ steps?: number, epochs?: number, milliseconds?: number }} [ask]
   * @returns {Promise<Progress>}
   */
  train({ steps, epochs, milliseconds } = {}) {
    return this.alone(() => {
      for (const number of [steps, epochs])
        if (number !== undefined && (!Number.isSafeInteger(number) || number < 0))
          throw new Refusal("engine.steps_number", { got: String(number) });
      const { run } = this;
      const batch = Math.ceil(run.position / run.way.batch);
      const most = steps ?? (epochs === undefined ? Infinity : epochs * run.way.steps - batch);
      const time = milliseconds ?? (most === Infinity ? SLICE : Infinity);
      return this.made(Math.max(0, most), time);
    });
  }

  /**
   * @param {number} most
   * @param {number} milliseconds
   * @returns {Promise<Progress>}
   */
  async made(most, milliseconds) {
    const { run } = this;
    const firstEpoch = run.epoch;
    const until = performance.now() + milliseconds;
    /** @type {Float64Array[]} */
    const parts = [];
    let count = 0;
    let stopped;
    while (count < most) {
      const left = until - performance.now();
      if (count && left <= 0) break;
      const { losses, failed } = run.advance(most - count, Math.max(1, Math.min(SLICE, left)));
      parts.push(losses);
      count += losses.length;
      if (failed) {
        const { step, epoch, loss } = failed;
        const kind = Number.isNaN(loss) ? "nan" : "infinite";
        stopped = { key: `engine.loss_${kind}`, values: { step, epoch } };
        break;
      }
      if (count >= most || performance.now() >= until) break;
      await breath();
      if (this.hurry || this.closed) break;
    }
    const losses = new Float64Array(count);
    let at = 0;
    for (const part of parts) {
      losses.set(part, at);
      at += part.length;
    }
    const ended = this.history(firstEpoch);
    const { loss, ...validation } = ended;
    return {
      ...{ step: run.step, epoch: run.epoch, position: run.position, losses },
      ...{ epochLosses: loss, validation, finite: !stopped, stopped },
    };
  }

  /** What epochs gave, from this one to the last that ended. @param {number} [first] */
  history(first = 0) {
    const { history, epoch } = this.run;
    /** @type {Record<string, Float64Array>} */
    const found = {};
    for (const [name, values] of history)
      found[name] = Float64Array.from(values.slice(Math.min(first, epoch), epoch), (v) => v ?? NaN);
    return found;
  }

  // ---- looking

  /** @param {import("./rows.js").Inputs} x @param {number} n */
  predict(x, n) {
    return this.look(() => this.run.network.predict(x, n));
  }

  /** @param {import("./rows.js").Inputs} x @param {number} n @param {string[]} names @param {Numbers} [y] */
  values(x, n, names, y) {
    return this.look(() => this.run.network.values(x, n, names, y));
  }

  /** @param {import("./rows.js").Inputs} x @param {Numbers} y @param {number} n */
  score(x, y, n) {
    return this.look(() => this.run.network.score(x, y, n));
  }

  /** @param {import("./rows.js").Inputs} x @param {Numbers} y @param {number} n @param {any} [how] */
  gradient(x, y, n, how) {
    return this.look(() => this.run.network.gradient(x, y, n, how));
  }

  /** θ, the vectors of the optimizer, and the counters. */
  state() {
    return this.look(() => {
      const { run } = this;
      const { rule, average } = run.way.update;
      const theta = /** @type {Reals} */ (run.theta.view.slice());
      return {
        theta,
        slots: Object.fromEntries(rule.slots.map((name, k) => [name, run.slots[k].view.slice()])),
        ...{ t: run.t, step: run.step, epoch: run.epoch, position: run.position },
        ...{ first: run.first, last: run.last },
        averaged: average ? run.way.update.averaged(run.t, theta, run.mean) : undefined,
      };
    });
  }

  /** The rows, weights and numbers of the next update. */
  batch() {
    return this.look(() => {
      const { run } = this;
      const { way, data } = run;
      const at = Math.ceil(run.position / way.batch);
      const [begin, end] = [way.cuts[at], way.cuts[at + 1]];
      const order = Int32Array.from({ length: data.n }, (_, i) => i);
      if (way.shuffled) orderOfEpoch(run.seed, run.epoch, order);
      const rows = order.slice(begin, end);
      const c = run.weightsOf(order).slice(begin, end);
      const given = { step: run.step, t: run.t + 1, seed: run.seed, epoch: run.epoch };
      const numbers = way.update.numbers(run.t + 1);
      return {
        rows,
        x: taken(data.x, rows, data.n),
        y: takenOf(data.y, rows, data.n),
        c,
        numbers,
        ...given,
      };
    });
  }

  // ---- changing

  /** Another theta from here on; steps before this one stay. @param {Numbers} theta */
  setTheta(theta) {
    return this.alone(() => this.run.setTheta(theta));
  }

  /** Any step that was made, with the same bits. @param {number} step */
  goTo(step) {
    return this.alone(async () => {
      this.replaying = true;
      try {
        while (!this.run.goTo(step, SLICE)) await breath();
      } finally {
        this.replaying = false;
      }
      const { run } = this;
      return { step: run.step, epoch: run.epoch, position: run.position };
    });
  }

  /** Other options from here on. @param {{ fit: FitOptions }} changes */
  change({ fit }) {
    return this.alone(() => {
      const next = { ...this.fit, ...fit };
      const { run } = this;
      const made = fitOf(
        next,
        this.network,
        run.network.table("train").bytes,
        run.data.n,
        this.logs,
      );
      run.change(made, difference(this.fit.optimizer ?? DEFAULT, next.optimizer ?? DEFAULT));
      this.fit = next;
      return this.about;
    });
  }

  /** A new session from here; this one stays as it is. @param {{ fit?: FitOptions, theta?: Numbers }} changes */
  branch({ fit, theta } = {}) {
    return this.alone(async () => {
      const { run } = this;
      const engine = await Engine.open(run.engine.dtype);
      const parts = partsOf(this.programs, this.network, run.theta.view.slice());
      const made = fitOf(this.fit, this.network, parts.programs.train, run.data.n, this.logs);
      const other = new Run({
        ...{ engine, network: parts, data: run.data, validation: run.validation },
        ...{ fit: made, seed: run.seed, frozen: run.frozen, keep: run.snapshots.budget },
      });
      other.begin(run);
      const session = new Session(other, this.network, this.programs, this.fit);
      if (theta) await session.setTheta(theta);
      if (fit) await session.change({ fit });
      return session;
    });
  }

  close() {
    this.hurry++;
    this.closed = true;
  }
}

// ---- from descriptions to what the run takes

/**
 * @param {ReturnType<typeof trace>} programs
 * @param {Description} network
 * @param {Numbers} theta
 */
function partsOf(programs, network, theta) {
  const { train, predict, score, sample } = programs;
  return {
    programs: {
      ...{ train: toBytes(train), predict: toBytes(predict), score: toBytes(score) },
      ...(sample ? { sample: toBytes(sample) } : {}),
    },
    theta,
    defaults: train.defaults,
    reduction: network.loss.settings?.reduction ?? "mean",
  };
}

/**
 * @param {FitOptions} fit
 * @param {Description} network
 * @param {Uint8Array} train
 * @param {number} n
 * @param {Record<string, number>} logs what an epoch will give
 * @returns {import("./run.js").Fit}
 */
function fitOf(fit, network, train, n, logs) {
  const size = fit.batch_size === undefined ? BATCH : fit.batch_size;
  if (size !== null && (!Number.isSafeInteger(size) || size < 1))
    throw new Refusal("engine.batch_size", { got: String(size) });
  const batch = Math.min(size ?? n, n);
  const left = fit.drop_last ? n - (n % batch) || n : n;
  const length = { perEpoch: Math.ceil(left / batch), epochs: fit.epochs ?? 1 };
  const make = () => updateParts(fit.optimizer ?? DEFAULT, length);
  const made = make();
  const schedules = schedulesOf(fit.optimizer);
  if (fit.epochs === undefined && schedules.some(lastsOneRun))
    throw new Refusal("engine.needs_epochs");
  const update = new UpdateList(made, readTable(train), {
    frozen: network.frozen,
    rates: network.rates,
  });
  update.rule.observes = /"schedules\.ReduceOnPlateau"/.test(JSON.stringify(schedules));
  if (update.rule.observes) make().rule.observe(logs); // is its number among them?
  const fresh = update.rule.observes ? () => ({ ...make().rule, observes: true }) : undefined;
  const { sample_weight, class_weight } = fit;
  const lasts = schedules.some(lastsOneRun);
  return {
    update,
    fresh,
    lastsOneRun: lasts,
    batchSize: size,
    dropLast: fit.drop_last,
    sample_weight,
    class_weight,
  };
}

/** What an epoch will give, by name. @param {ReturnType<typeof trace>} programs @param {Rows | null} validation @returns {Record<string, number>} */
function logsOf({ score }, validation) {
  const metric = score.steps.some(({ op }) => isOfClasses(op)) ? "val_accuracy" : "val_r2";
  return validation ? { loss: 0, val_loss: 0, [metric]: 0 } : { loss: 0 };
}

/** The schedules of an optimizer. @param {any} optimizer */
function schedulesOf(optimizer) {
  const parts = [optimizer].flat().filter((part) => part?.class?.startsWith?.("optimizers."));
  return parts.flatMap(({ settings }) => Object.values(settings ?? {}).filter(isSchedule));
}

/**
 * How two optimizers differ: an equal one goes on, one with another lr keeps its slots.
 *
 * @param {any} before
 * @param {any} after
 * @returns {"same" | "rate" | "other"}
 */
function difference(before, after) {
  const whole = (/** @type {any} */ value) =>
    [value].flat().map((part) => ({ class: part.class, settings: complete(part) }));
  const text = (/** @type {any} */ value) => JSON.stringify(whole(value));
  if (text(before) === text(after)) return "same";
  const without = (/** @type {any} */ value) =>
    JSON.stringify(
      whole(value).map(({ class: name, settings: { lr: _lr, ...settings } }) => [name, settings]),
    );
  return without(before) === without(after) ? "rate" : "other";
}

// ---- rows

/** @param {any} rows */
function checkRows(rows) {
  if (!rows || !Number.isSafeInteger(rows.n) || rows.n < 1 || !rows.x || !rows.y?.length)
    throw new Refusal("engine.no_rows");
}

/** Rows that are split off for validation, as validation_fraction= does. @param {Rows} data @param {number} seed @param {FitOptions} fit its weights are taken apart too */
function divided(data, seed, fit) {
  const fraction = Number(fit.validation_fraction);
  const whole =
    data.y.length === data.n && !(data.y instanceof Float32Array || data.y instanceof Float64Array);
  const stratify = whole && Array.prototype.every.call(data.y, Number.isInteger);
  if (!(fraction > 0 && fraction < 1))
    throw new Refusal("engine.fraction", { got: String(fraction) });
  const y = stratify ? data.y : new Uint8Array(data.n);
  const { train, test } = splitOff(y, { fraction, seed, stratify });
  if (fit.sample_weight) fit.sample_weight = takenOf(fit.sample_weight, train, data.n);
  const part = (/** @type {ArrayLike<number>} */ rows) => ({
    ...{ x: taken(data.x, rows, data.n), y: takenOf(data.y, rows, data.n), n: rows.length },
  });
  return { data: part(train), validation: part(test) };
}

/** @param {import("./rows.js").Inputs} x @param {ArrayLike<number>} rows @param {number} n */
function taken(x, rows, n) {
  if (ArrayBuffer.isView(x) || Array.isArray(x))
    return takenOf(/** @type {Numbers} */ (x), rows, n);
  return Object.fromEntries(Object.entries(x).map(([name, a]) => [name, takenOf(a, rows, n)]));
}

/** @param {any} a @param {ArrayLike<number>} rows @param {number} n */
function takenOf(a, rows, n) {
  const each = a.length / n;
  const out = new (Array.isArray(a) ? Float64Array : a.constructor)(rows.length * each);
  for (let i = 0; i < rows.length; i++)
    for (let k = 0; k < each; k++) out[i * each + k] = a[rows[i] * each + k];
  return out;
}
