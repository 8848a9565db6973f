// One training run as it lives in the page: the session in the worker, what it was asked last, its
// curves and branches. The settings come from outside; the numbers live here.
import { Refusal } from "../../app/refusal.js";
import { openSession } from "../../engine/client.js";
import { add, newCurve, upTo } from "./curves.js";
import { measure, sinceBest, stopEpoch } from "./measures.js";
import { fitOf, inputsOf, lossOf, networkOf, rowsOf, take, targetsOf } from "./network.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./network.js").Rows} Rows */
/** @typedef {{ key: string, values: Record<string, string | number> }} Sentence */

const SHARP = 100; // cells of the output's picture along an axis, at rest
const QUICK = 64; // and while it is trained
const MOST_CELLS = 260_000; // numbers of the units' pictures
const SLICE = 8; // milliseconds of training before the page looks again
const MOST_GHOSTS = 4;
const REST = 15 * 60_000; // milliseconds after which training rests if nobody has touched the page

/**
 * What a drawing needs of the network, at one moment.
 *
 * @typedef {object} Look
 * @property {number} step
 * @property {number} epoch with its fraction
 * @property {number} last the last step that was made
 * @property {Float32Array | Float64Array} theta
 * @property {{ size: number, values: ArrayLike<number> }} output predictions over the plane
 * @property {number} unitSize cells of the units' pictures along an axis
 * @property {ArrayLike<number>[]} units of each hidden layer: rows of the plane, one after another
 * @property {ArrayLike<number>} inputs of the plane in the units' size
 * @property {import("./measures.js").Measures} train
 * @property {import("./measures.js").Measures | null} test
 */

/**
 * @typedef {object} Branch
 * @property {string} name
 * @property {import("../../engine/client.js").RemoteSession} session
 * @property {import("./curves.js").Curve} curve
 * @property {State} state the settings with which it goes on
 * @property {State} learns the settings with which it was opened
 * @property {string} label its network and optimizer in short
 * @property {number} from the step at which it left its parent; 0 for the first
 * @property {number[]} epochLosses
 * @property {number[]} testLosses
 */

/**
 * Where the weights and biases of a layer stand in θ.
 *
 * @typedef {object} Weights
 * @property {string} symbol
 * @property {number} start
 * @property {number} rows
 * @property {number} columns
 * @property {number} bias the first place of the biases
 * @property {string} biasSymbol
 */

export class Trainer {
  /** @param {{ shape: () => void, numbers: () => void }} tell */
  constructor(tell) {
    this.tell = tell;
    /** @type {Branch[]} */
    this.branches = [];
    this.current = 0;
    /** @type {{ name: string, curve: import("./curves.js").Curve }[]} */
    this.ghosts = [];
    /** @type {Look | null} */
    this.look = null;
    /** @type {ReturnType<typeof prepare> | null} */
    this.plan = null;
    /** @type {Error | null} */
    this.refusal = null;
    /** @type {Sentence | null} why it stopped by itself */
    this.stopped = null;
    /** @type {number[][]} of each hidden layer: units that give the same everywhere */
    this.dead = [];
    this.playing = false;
    this.busy = false;
    this.waiting = 0;
    this.version = 0;
    /** @type {State | null} */
    this.state = null;
    this.opened = "";
    this.wanted = 0;
    this.touched = performance.now();
    /** @type {Promise<void>} the work that must end first */
    this.line = Promise.resolve();
    this.closed = false;
  }

  get branch() {
    return this.branches[this.current] ?? null;
  }

  get session() {
    return this.branch?.session ?? null;
  }

  /** Run work after the work before it; a refusal is kept and shown. @param {() => Promise<void>} work */
  alone(work) {
    const run = async () => {
      try {
        if (!this.closed) await work();
      } catch (why) {
        this.pause();
        // A session that was closed under a call is no fault: another one is open.
        if (!(why instanceof Refusal && why.key === "engine.closed")) this.fail(why);
      }
      this.waiting--;
      this.busy = this.waiting > 0;
      this.tell.numbers();
    };
    this.waiting++;
    this.busy = true;
    this.line = this.line.then(run);
    return this.line;
  }

  /** @param {unknown} why */
  fail(why) {
    this.refusal = why instanceof Error ? why : new Error(String(why));
    this.changed(true);
  }

  /** @param {boolean} [shape] */
  changed(shape = false) {
    this.version++;
    this.tell.numbers();
    if (shape) this.tell.shape();
  }

  // ---------------------------------------------------------------- settings

  /** Take new settings: open another run, go on with other options, or only look anew. @param {State} state */
  take(state) {
    const before = this.state;
    this.state = state;
    this.touched = performance.now();
    if (!before || structure(before) !== structure(state)) {
      this.open(state, before !== null && keepsWeights(before, state));
    } else if (fitting(before) !== fitting(state)) this.changeFit(state);
    else if (before.view.axes !== state.view.axes) this.alone(() => this.see());
    if (this.branch) this.branch.state = state;
  }

  /**
   * @param {State} state
   * @param {boolean} keep true: go on with the weights as they are
   */
  open(state, keep) {
    const wanted = ++this.wanted;
    /** @type {ReturnType<typeof prepare>} */
    let plan;
    try {
      plan = prepare(state);
    } catch (why) {
      this.pause();
      this.plan = null;
      this.fail(why);
      return;
    }
    this.alone(async () => {
      if (wanted !== this.wanted) return; // newer settings came meanwhile
      const old = this.session && keep ? await this.session.state() : null;
      const theta =
        old && this.look && old.theta.length === this.sizeOf(plan) ? old.theta : undefined;
      const session = await openSession({
        network: plan.network,
        data: plan.train,
        validation: plan.test,
        fit: plan.fit,
        theta,
      });
      if (wanted !== this.wanted) return session.close();
      this.keepGhost(state);
      for (const branch of this.branches) branch.session.close();
      this.branches = [{ ...emptyBranch(session, state), name: "A" }];
      this.current = 0;
      this.plan = { ...plan, ...unitsOf(session.about) };
      this.refusal = null;
      this.stopped = null;
      this.dead = [];
      this.look = null;
      await this.see();
      this.changed(true);
    });
  }

  /** @param {ReturnType<typeof prepare>} plan */
  sizeOf(plan) {
    const same = this.plan && JSON.stringify(this.plan.network) === JSON.stringify(plan.network);
    return same ? this.session?.about.size : -1;
  }

  /** @param {State} state */
  changeFit(state) {
    this.alone(async () => {
      const { session, branch, plan } = this;
      if (!session || !branch || !plan) return;
      const fit = fitOf(state, plan.train.n);
      await session.change({ fit });
      branch.curve = upTo(branch.curve, this.look?.epoch ?? 0);
      branch.label = labelOf(state);
      const epochs = Math.floor(this.look?.epoch ?? 0);
      branch.epochLosses.length = Math.min(branch.epochLosses.length, epochs);
      branch.testLosses.length = Math.min(branch.testLosses.length, epochs);
      this.plan = { ...plan, fit };
      this.refusal = null;
      this.stopped = null;
      await this.see();
      this.changed(true);
    });
  }

  // ---------------------------------------------------------------- running

  play() {
    if (this.playing || !this.session) return;
    this.playing = true;
    this.stopped = null;
    this.touched = performance.now();
    this.changed(true);
    this.run();
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.changed(true);
  }

  async run() {
    await this.line; // a run that is just being opened comes first
    let owed = 1;
    let before = performance.now();
    while (this.playing && !this.closed) {
      await nextFrame();
      if (!this.playing) break;
      const now = performance.now();
      const speed = this.state?.view.speed ?? 0;
      owed = Math.min(owed + (speed * (now - before)) / 1000, Math.max(1, speed / 4));
      before = now;
      if (now - this.touched > REST) {
        this.stopped = { key: "playground.rests", values: { minutes: REST / 60_000 } };
        this.pause();
        break;
      }
      if (speed && owed < 1) continue;
      const steps = Math.floor(owed);
      if (speed) owed -= steps;
      const ask = speed ? { steps, milliseconds: 4 * SLICE } : { milliseconds: SLICE };
      await this.alone(() => this.advance(ask));
    }
    if (!this.closed) this.alone(() => this.see());
  }

  /** @param {{ steps?: number, epochs?: number, milliseconds?: number }} ask */
  async advance(ask) {
    const { session, branch } = this;
    if (!session || !branch) return;
    const made = await session.train(ask);
    keepEpochs(branch, made);
    if (!made.finite && made.stopped) {
      this.stopped = {
        key: "playground.diverged",
        values: { step: made.step, epoch: made.epoch + 1 },
      };
      this.pause();
    }
    await this.checkStop(branch, made.epoch);
    await this.see();
  }

  /** @param {Branch} branch @param {number} epoch */
  async checkStop(branch, epoch) {
    const { stop } = /** @type {State} */ (this.state);
    if (!this.playing) return;
    const losses = branch.testLosses.length ? branch.testLosses : branch.epochLosses;
    const found = stop.test ? stopEpoch(losses, stop.patience) : 0;
    const limit = stop.epochs && epoch >= stop.epochs ? stop.epochs : 0;
    const at = found && limit ? Math.min(found, limit) : found || limit;
    if (!at || at > epoch) return;
    const perEpoch = this.session?.about.stepsPerEpoch ?? 1;
    const { at: best } = sinceBest(losses.slice(0, at));
    this.stopped =
      at === found
        ? {
            key: branch.testLosses.length ? "playground.stopped_test" : "playground.stopped_train",
            values: {
              epoch: at,
              patience: stop.patience,
              best: best + 1,
              step: (best + 1) * perEpoch,
            },
          }
        : { key: "playground.stopped_epochs", values: { epoch: at } };
    this.pause();
    if (at < epoch) await this.session?.goTo(at * perEpoch);
  }

  step() {
    return this.once(() => this.advance({ steps: 1 }));
  }

  /** To the end of the epoch. */
  epoch() {
    return this.once(async () => {
      const { session, look } = this;
      if (!session || !look) return;
      const perEpoch = session.about.stepsPerEpoch;
      const done = Math.round((look.epoch % 1) * perEpoch);
      await this.advance({ steps: perEpoch - done });
    });
  }

  back() {
    return this.goTo((this.look?.step ?? 0) - 1);
  }

  /** @param {number} step */
  goTo(step) {
    return this.once(async () => {
      const last = this.look?.last ?? 0;
      if (step < 0 || step > last) return;
      await this.session?.goTo(step);
      await this.see();
    });
  }

  /** @param {() => Promise<void>} work */
  once(work) {
    this.pause();
    this.touched = performance.now();
    this.stopped = null;
    return this.alone(async () => {
      await work();
      this.changed(true);
    });
  }

  /** From the same initial weights again. */
  reset() {
    this.pause();
    if (this.state) this.open(this.state, false);
  }

  /** The curve so far stays to be compared with, where data and loss are the same. @param {State} state */
  keepGhost(state) {
    const { branch } = this;
    const same = branch && learned(branch.learns) === learned(state);
    if (!same) this.ghosts = [];
    else if (branch.curve.epochs.length > 2) {
      const { label: name, curve } = branch;
      const others = this.ghosts.filter((ghost) => ghost.name !== name);
      this.ghosts = [...others, { name, curve }].slice(-MOST_GHOSTS);
    }
  }

  forgetGhosts() {
    this.ghosts = [];
    this.changed(true);
  }

  // ---------------------------------------------------------------- weights and branches

  /** Put one number of θ in its place. @param {number} place @param {number} value */
  setWeight(place, value) {
    return this.setWeights([[place, value]]);
  }

  /** @param {[number, number][]} changes places in θ and their values */
  setWeights(changes) {
    return this.once(async () => {
      const { session, branch, look } = this;
      if (!session || !branch || !look) return;
      const { theta } = await session.state();
      for (const [place, value] of changes) theta[place] = value;
      await session.setTheta(theta);
      branch.curve = upTo(branch.curve, look.epoch - 1e-6);
      await this.see();
    });
  }

  /** A second run from here, with the same settings at first. */
  fork() {
    return this.once(async () => {
      const { session, branch, look } = this;
      if (!session || !branch || !look || this.branches.length >= 6) return;
      const other = await session.branch({});
      const made = {
        ...branch,
        session: other,
        name: String.fromCharCode(65 + this.branches.length),
        curve: upTo(branch.curve, look.epoch),
        from: look.step,
        epochLosses: branch.epochLosses.slice(0, Math.floor(look.epoch)),
        testLosses: branch.testLosses.slice(0, Math.floor(look.epoch)),
      };
      this.branches = [...this.branches, made];
      this.current = this.branches.length - 1;
      await this.see();
    });
  }

  /** Show another branch; returns its settings. @param {number} k */
  show(k) {
    if (!this.branches[k] || k === this.current) return null;
    this.pause();
    this.current = k;
    const { state } = this.branches[k];
    const view = this.state?.view ?? state.view;
    this.state = { ...state, view };
    this.stopped = null;
    if (this.plan) this.plan = { ...this.plan, fit: fitOf(state, this.plan.train.n) };
    this.alone(async () => {
      await this.see();
      this.changed(true);
    });
    return this.state;
  }

  close() {
    this.closed = true;
    this.playing = false;
    for (const branch of this.branches) branch.session.close();
  }

  // ---------------------------------------------------------------- looking

  /** Ask the network what it answers over the plane, what its units do, and how good it is. */
  async see() {
    const { session, plan, branch, state } = this;
    if (!session || !plan || !branch || !state) return;
    const size = this.playing ? QUICK : SHARP;
    const width = plan.layers.reduce((sum, units) => sum + units, 0) + plan.inputs.names.length;
    const unitSize = Math.max(
      12,
      Math.min(size, Math.floor(Math.sqrt(MOST_CELLS / Math.max(1, width)))),
    );
    const plane = plan.planeOf(state.view.axes);
    const grid = plane.grid(size);
    const small = unitSize === size ? grid : plane.grid(unitSize);
    const { train, test, symbols } = plan;
    const [now, output, units, p, q, trainLoss, testLoss] = await Promise.all([
      session.state(),
      session.predict(grid, size * size),
      session.values(small, unitSize * unitSize, symbols),
      session.predict(train.x, train.n),
      test ? session.predict(test.x, test.n) : null,
      session.score(train.x, train.y, train.n),
      test ? session.score(test.x, test.y, test.n) : null,
    ]);
    if (session !== this.session || plan.network !== this.plan?.network) return;
    const { coding, outputs, rows } = plan;
    const perEpoch = session.about.stepsPerEpoch;
    const epoch = now.epoch + Math.ceil(now.position / session.about.batchSize) / perEpoch;
    this.look = {
      step: now.step,
      epoch,
      last: now.last,
      theta: now.theta,
      output: { size, values: output },
      unitSize,
      units: symbols.map((name) => units[name]),
      inputs: small,
      train: measure(coding, p, outputs, plan.trainY, rows.classes, trainLoss.loss),
      test:
        q && testLoss ? measure(coding, q, outputs, plan.testY, rows.classes, testLoss.loss) : null,
    };
    add(branch.curve, epoch, trainLoss.loss, testLoss?.loss ?? NaN);
    if (!this.playing) this.dead = constantUnits(this.look, plan.layers);
    this.changed();
  }
}

const nextFrame = () =>
  new Promise((resolve) => {
    if (document.hidden) {
      // It rests while nobody sees it.
      document.addEventListener("visibilitychange", () => resolve(undefined), { once: true });
    } else requestAnimationFrame(() => resolve(undefined));
  });

/** What opens another run if it changes. @param {State} state */
const structure = ({ data, features, standardize, layers, loss, dtype, seed }) =>
  JSON.stringify({ data: seenData(data), features, standardize, layers, loss, dtype, seed });

/** What losses are comparable for. @param {State} state */
const learned = ({ data, loss }) => JSON.stringify({ data: seenData(data), loss });

/** A network and its optimizer in short: 8-8 Tanh, Adam 0.05. @param {State} state */
function labelOf({ layers, optimizer, batchSize, seed }) {
  const kinds = [...new Set(layers.map(({ activation }) => activation))].join("/");
  const { lr } = optimizer.settings ?? {};
  const rule = `${optimizer.class.replace("optimizers.", "")}${lr === undefined ? "" : ` ${lr}`}`;
  const widths = layers.map(({ units }) => units).join("-");
  return [`${widths} ${kinds}`.trim(), rule, `${batchSize || "all"}`, `#${seed}`]
    .filter(Boolean)
    .join(", ");
}

/** Points that are not shown do not matter. @param {State["data"]} data */
const seenData = (data) =>
  data.set === "given" ? { ...data, formula: "" } : { ...data, given: null };

/** @param {State} state */
const fitting = ({ optimizer, schedule, clip, batchSize }) =>
  JSON.stringify({ optimizer, schedule, clip, batchSize });

/** Points that are drawn change under a network that goes on. @param {State} before @param {State} after */
const keepsWeights = (before, after) =>
  before.data.set === "given" &&
  after.data.set === "given" &&
  before.data.given !== after.data.given &&
  structure({ ...before, data: after.data }) === structure(after);

/** @param {import("../../engine/client.js").RemoteSession} session @param {State} state @returns {Branch} */
const emptyBranch = (session, state) => ({
  name: "",
  session,
  curve: newCurve(),
  state,
  learns: state,
  label: labelOf(state),
  from: 0,
  epochLosses: [],
  testLosses: [],
});

/** @param {Branch} branch @param {any} made */
function keepEpochs(branch, made) {
  const first = made.epoch - made.epochLosses.length;
  /** @type {Float64Array} */
  const test = made.validation?.val_loss ?? new Float64Array(0);
  branch.epochLosses.length = Math.min(branch.epochLosses.length, first);
  branch.testLosses.length = Math.min(branch.testLosses.length, first);
  branch.epochLosses.push(...made.epochLosses);
  branch.testLosses.push(...test);
}

/**
 * Everything that a run needs, from the settings.
 *
 * @param {State} state
 */
export function prepare(state) {
  const rows = rowsOf(state.data);
  const inputs = inputsOf(state, rows);
  const { coding, outputs, name } = lossOf(state, rows.classes);
  const network = networkOf(state, inputs.names.length, rows.classes);
  const x = inputs.make(rows.columns, rows.n);
  const d = inputs.names.length;
  const trainY = Float64Array.from(rows.train, (i) => rows.y[i]);
  const testY = Float64Array.from(rows.test, (i) => rows.y[i]);
  if (name === "Poisson" && rows.y.some((v) => v < 0)) throw new Refusal("playground.poisson");
  const part = (/** @type {Int32Array} */ which, /** @type {Float64Array} */ y) => ({
    x: take(x, d, which),
    y: targetsOf(coding, y, rows.classes),
    n: which.length,
  });
  return {
    rows,
    inputs,
    network,
    coding,
    outputs,
    loss: name,
    trainY,
    testY,
    train: part(rows.train, trainY),
    test: rows.test.length ? part(rows.test, testY) : null,
    fit: fitOf(state, rows.train.length),
    layers: state.layers.map(({ units }) => units),
    /** The largest target: the end of the color scale of numbers. */
    scale: rows.classes ? 1 : rows.y.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1,
    planeOf: planes(rows, inputs),
    symbols: /** @type {string[]} */ ([]),
    weights: /** @type {Weights[]} */ ([]),
  };
}

/**
 * The plane that is shown: two columns, the others at their means.
 *
 * @param {Rows} rows
 * @param {import("./network.js").Inputs} inputs
 */
function planes(rows, inputs) {
  /** @type {Map<string, any>} */
  const known = new Map();
  const d = rows.columns.length;
  const means = rows.columns.map((column) => column.reduce((sum, v) => sum + v, 0) / rows.n);
  return (/** @type {[number, number]} */ axes) => {
    const pair = d < 2 ? [0, 0] : axes.map((k) => Math.min(k, d - 1));
    const key = pair.join();
    if (!known.has(key)) known.set(key, planeOf(pair));
    return known.get(key);
  };

  /** @param {number[]} pair */
  function planeOf([a, b]) {
    const drawn = !rows.made && rows.names.join() === "x1,x2";
    const x = rangeOf(rows.columns[a], drawn);
    const y = a === b ? /** @type {[number, number]} */ ([-1, 1]) : rangeOf(rows.columns[b], drawn);
    // The same scale along both axes where both are alike.
    const [w, h] = [x[1] - x[0], y[1] - y[0]];
    if (a !== b && w < 4 * h && h < 4 * w) {
      const more = Math.abs(w - h) / 2;
      const short = w < h ? x : y;
      short[0] -= more;
      short[1] += more;
    }
    /** @type {Map<number, Float64Array>} */
    const grids = new Map();
    return {
      x,
      y,
      axes: [a, b],
      flat: a === b,
      /** @param {number} size */
      grid(size) {
        let made = grids.get(size);
        if (!made) {
          const n = size * size;
          const columns = means.map((mean) => new Float64Array(n).fill(mean));
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              if (a !== b) columns[b][i * size + j] = y[1] - ((i + 0.5) / size) * (y[1] - y[0]);
              columns[a][i * size + j] = x[0] + ((j + 0.5) / size) * (x[1] - x[0]);
            }
          }
          made = inputs.make(columns, n);
          grids.set(size, made);
        }
        return made;
      },
    };
  }
}

/** The range of a column with a margin; a sheet to draw on does not shrink. @param {Float64Array} column @param {boolean} drawn @returns {[number, number]} */
function rangeOf(column, drawn) {
  let low = drawn ? -1 : Infinity;
  let high = drawn ? 1 : -Infinity;
  for (const v of column) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const margin = 0.1 * (high - low) || 1;
  return [low - margin, high + margin];
}

/** Where the units' values and weights are. @param {any} about */
export function unitsOf(about) {
  const { values, steps } = about.programs.predict;
  const dense = steps.filter((/** @type {any} */ step) => step.op === "affine");
  // What goes into a layer is what the units before it gave.
  const symbols = dense.slice(1).map((/** @type {any} */ step) => values[step.inputs[0]].symbol);
  const byPath = new Map(about.parameters.map((/** @type {any} */ p) => [p.path, p]));
  const weights = dense.map((/** @type {any} */ step) => {
    const W = byPath.get(values[step.inputs[1]].path);
    const b = byPath.get(values[step.inputs[2]].path);
    return {
      symbol: W.symbol,
      bias: b.start,
      biasSymbol: b.symbol,
      start: W.start,
      rows: W.shape[0],
      columns: W.shape[1],
    };
  });
  return { symbols, weights };
}

/** Units that give the same number everywhere on the plane. @param {Look} look @param {number[]} layers */
export function constantUnits(look, layers) {
  return layers.map((units, k) => {
    const values = look.units[k];
    const n = values.length / units;
    /** @type {number[]} */
    const found = [];
    for (let u = 0; u < units; u++) {
      let same = true;
      for (let i = 1; i < n && same; i++) same = Math.abs(values[i * units + u] - values[u]) < 1e-7;
      if (same) found.push(u);
    }
    return found;
  });
}
