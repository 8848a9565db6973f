// Programs over one theta: predictions, values inside, loss, metrics and gradients of any rows.
import { Refusal } from "../app/refusal.js";
import { accuracy, r2 } from "./metrics.js";
import { putRows, rowInputs } from "./rows.js";
import { partFor, readTable, valueNamed } from "./table.js";

/** @typedef {import("./binding.js").Engine} Engine */
/** @typedef {import("./binding.js").Plan} Plan */
/** @typedef {import("./binding.js").Place} Place */
/** @typedef {import("./table.js").Table} Table */
/** @typedef {import("./rows.js").Inputs} Inputs */
/** @typedef {Float32Array | Float64Array} Reals */

const AT_ONCE = 128; // rows of a plan that predicts
const CHUNK = 4096; // rows of one sum of a loss

/**
 * @typedef {object} NetworkParts
 * @property {{ predict: Uint8Array, train?: Uint8Array, score?: Uint8Array, sample?: Uint8Array }} programs bytes
 * @property {ArrayLike<number>} theta
 * @property {Record<string, number>} [defaults] the λ of penalties, by the names of their inputs
 * @property {"mean" | "sum"} [reduction] of the loss over rows
 */

export class Network {
  /**
   * @param {Engine} engine
   * @param {NetworkParts} parts
   */
  constructor(engine, { programs, theta, defaults = {}, reduction = "mean" }) {
    this.engine = engine;
    /** @type {Record<string, Table>} */
    this.tables = {};
    for (const [mode, bytes] of Object.entries(programs))
      if (bytes) this.tables[mode] = readTable(bytes);
    const sizes = Object.values(this.tables).map(({ size }) => size);
    for (const size of sizes)
      if (size !== theta.length)
        throw new Refusal("engine.theta_size", { expected: size, got: theta.length });
    this.defaults = defaults;
    this.reduction = reduction;
    this.theta = engine.put(engine.real, theta);
    /** @type {Map<string, Plan>} */
    this.plans = new Map();
  }

  /** @param {string} mode @returns {Table} */
  table(mode) {
    const table = this.tables[mode];
    if (!table) throw new Refusal("engine.no_program", { mode });
    return table;
  }

  /** The λ of a Program, in the order of its inputs. @param {Table} table */
  constants(table) {
    return table.inputs
      .filter(({ name, value }) => table.values[value].shared && name !== "N" && name !== "key")
      .map(({ name }) => this.defaults[name] ?? 0);
  }

  /**
   * Return the plan under this name; it is made when it is first asked for.
   *
   * @param {string} name
   * @param {() => Plan} make
   */
  plan(name, make) {
    let plan = this.plans.get(name);
    if (!plan) {
      plan = make();
      this.plans.set(name, plan);
    }
    return plan;
  }

  /**
   * Return one value of a Program for each row; by default its output.
   *
   * @param {Inputs} x
   * @param {number} n
   * @param {object} [how]
   * @param {string} [how.mode] predict; sample: with what is random
   * @param {number} [how.value]
   * @param {ArrayLike<number>} [how.y]
   * @param {[number, number]} [how.key] seed and step, for sample
   * @returns {Reals | Int32Array}
   */
  predict(x, n, { mode = "predict", value, y, key } = {}) {
    const whole = this.table(mode);
    const output = value ?? whole.output;
    if (whole.values[output].shared)
      throw new Refusal("engine.not_a_row_value", { name: whole.values[output].symbol });
    const part = output === whole.output ? whole : readTable(partFor(whole, output));
    if (!part.steps.length) return this.given(part, x, y, n);
    const plan = this.plan(`${mode} ${output}`, () =>
      this.engine.bind({ program: part.bytes, rows: AT_ONCE, constants: this.constants(part) }),
    );
    const rows = putRows(this.engine, part, x, y, n);
    const { index } = whole.values[output];
    const out = this.engine.room(index ? "i32" : this.engine.real, n * plan.outputSize);
    const numbers = key ? this.engine.room("i32", n) : undefined;
    try {
      const drawn = key ? { numbers, seed: key[0], step: key[1] } : {};
      plan.check("check_predict", { theta: this.theta, out, predicted: n, ...drawn }, rows);
      plan.predict(n);
      return out.view.slice();
    } finally {
      for (const place of [...rows, out, numbers]) place?.release();
    }
  }

  /** The numbers of an input itself. @param {Table} table @param {Inputs} x @param {ArrayLike<number> | undefined} y @param {number} n */
  given(table, x, y, n) {
    const { name } = table.inputs.find(({ value }) => value === table.output) ?? {};
    const needed = rowInputs(table).find((one) => one.name === name);
    if (!needed)
      throw new Refusal("engine.not_a_row_value", { name: table.values[table.output].symbol });
    const [place] = putRows(
      this.engine,
      { ...table, inputs: table.inputs.filter((one) => one.name === name) },
      x,
      y,
      n,
    );
    const real = this.engine.real === "f64" ? Float64Array : Float32Array;
    const numbers = needed.index ? place.view.slice() : real.from(place.view);
    place.release();
    return numbers;
  }

  /**
   * Return values inside the network for each row, by the names that were asked for.
   *
   * @param {Inputs} x
   * @param {number} n
   * @param {(string | number)[]} names symbols, paths, or places among the values
   * @param {ArrayLike<number>} [y] for the values of a loss, which only score has
   */
  values(x, n, names, y) {
    const mode = y ? "score" : "predict";
    const table = this.table(mode);
    return Object.fromEntries(
      names.map((name) => {
        const value = valueNamed(table, name);
        if (value < 0) throw new Refusal("engine.no_value", { name, known: known(table) });
        const { role, size, start } = table.values[value];
        const inTheta = role === "parameter" || role === "state";
        return [
          name,
          inTheta
            ? this.theta.view.slice(start, start + size)
            : this.predict(x, n, { mode, value, y }),
        ];
      }),
    );
  }

  /**
   * Return L with its penalties, the loss of each row, and accuracy or R².
   *
   * @param {Inputs} x
   * @param {ArrayLike<number>} y
   * @param {number} n
   */
  score(x, y, n) {
    const loss = this.loss(x, y, n);
    const metrics = this.metrics(x, y, n);
    return { loss, losses: this.lossesOfRows(x, y, n), ...metrics };
  }

  /** @param {Inputs} x @param {ArrayLike<number>} y @param {number} n @returns {Reals} */
  lossesOfRows(x, y, n) {
    const table = this.table("score");
    const last = table.steps.findLast(({ op }) => op === "weighted_sum");
    if (!last) throw new Refusal("engine.no_program", { mode: "score" });
    const value = last.inputs.find(
      (i) => !table.values[i].shared && table.values[i].role === "computed",
    );
    return /** @type {Reals} */ (this.predict(x, n, { mode: "score", value, y }));
  }

  /**
   * Return L of the score Program as `evaluate` does: rows in chunks, penalties once.
   *
   * @param {Inputs} x
   * @param {ArrayLike<number>} y
   * @param {number} n
   */
  loss(x, y, n) {
    const scorer = new Scorer(this, x, y, n);
    try {
      return scorer.loss();
    } finally {
      scorer.release();
    }
  }

  /**
   * @param {Inputs} x
   * @param {ArrayLike<number>} y
   * @param {number} n
   * @returns {{ accuracy?: number, r2?: number }}
   */
  metrics(x, y, n) {
    const table = this.table("score");
    const target = table.inputs.find(({ name }) => name === "y");
    if (!target) return {};
    const p = this.predict(x, n);
    const columns = p.length / n;
    const loss = table.steps.some(({ op }) => isOfClasses(op));
    if (loss) return { accuracy: accuracy(y, p, n, columns) };
    return y.length === p.length ? { r2: r2(y, p, n, columns) } : {};
  }

  /**
   * Return L and its gradient over theta for these rows as one batch: [gradient | statistics].
   *
   * @param {Inputs} x
   * @param {ArrayLike<number>} y
   * @param {number} n
   * @param {{ seed?: number, step?: number, rows?: ArrayLike<number>, c?: ArrayLike<number> }} [how]
   */
  gradient(x, y, n, how = {}) {
    if (!n) throw new Refusal("engine.no_rows");
    const { engine } = this;
    const table = this.table("train");
    const wanted = Uint8Array.from(table.values, ({ role }) => Number(role === "parameter"));
    const rows = putRows(engine, table, x, y, n);
    const plan = engine.bind({
      program: table.bytes,
      rows: n,
      wanted,
      constants: this.constants(table),
    });
    const c = engine.room(engine.real, n);
    if (how.c) c.view.set(how.c);
    else c.view.fill(this.reduction === "mean" ? 1 / n : 1);
    const losses = engine.room("f64", 1);
    const starts = engine.put("i64", [0n, BigInt(n)]);
    const numbers = how.rows && engine.put("i32", how.rows);
    const grad = engine.room(engine.real, table.size);
    try {
      const clock = { t: 1, seed: how.seed ?? 0, step: how.step ?? 0 };
      plan.check(
        "check_run",
        { theta: this.theta, c, starts, losses, grad, numbers, ...clock },
        rows,
      );
      plan.advance();
      return { loss: losses.view[0], gradient: grad.view.slice() };
    } finally {
      plan.release();
      for (const place of [...rows, c, losses, starts, numbers, grad]) place?.release();
    }
  }
}

/** Rows whose loss is asked for once or again and again. */
export class Scorer {
  /**
   * @param {Network} network
   * @param {Inputs} x
   * @param {ArrayLike<number>} y
   * @param {number} n
   */
  constructor(network, x, y, n) {
    if (!n) throw new Refusal("engine.no_rows");
    const { engine } = network;
    const table = network.table("score");
    const lambdas = network.constants(table);
    this.network = network;
    this.n = n;
    this.rows = putRows(engine, table, x, y, n);
    this.plan = engine.bind({
      ...{ program: table.bytes, rows: Math.min(n, CHUNK), constants: lambdas },
    });
    this.c = engine.room(engine.real, n);
    this.c.view.fill(network.reduction === "mean" ? 1 / n : 1);
    this.losses = engine.room("f64", 1);
    this.starts = engine.room("i64", 2);
    this.nothing = engine.put("f64", lambdas.fill(0));
  }

  /** @returns {number} */
  loss() {
    const { network, n, c, losses, starts, nothing } = this;
    let sum = 0;
    for (let at = 0; at < n; at += CHUNK) {
      starts.view.set([BigInt(at), BigInt(Math.min(at + CHUNK, n))]);
      const penalties = at ? { constants: nothing } : {};
      const given = { theta: network.theta, c, starts, losses, t: 1, ...penalties };
      this.plan.check("check_run", given, this.rows);
      this.plan.advance();
      sum += losses.view[0];
    }
    return sum;
  }

  release() {
    this.plan.release();
    const { rows, c, losses, starts, nothing } = this;
    for (const place of [...rows, c, losses, starts, nothing]) place.release();
  }
}

const LOSSES_OF_CLASSES = new Set([
  ...["softmax_cross_entropy", "smoothed_cross_entropy", "distribution_cross_entropy"],
  ...["sigmoid_cross_entropy", "focal", "hinge", "squared_hinge", "kl_divergence"],
]);

/** True for the op of a loss whose targets are classes. @param {string} op */
export const isOfClasses = (op) => LOSSES_OF_CLASSES.has(op);

/** The symbols of a Program, for a sentence. @param {Table} table */
function known(table) {
  return table.values
    .map(({ symbol }) => symbol)
    .filter(Boolean)
    .slice(0, 20)
    .join(", ");
}
