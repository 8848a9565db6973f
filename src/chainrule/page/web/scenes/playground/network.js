// From the settings to what is trained: the network's description, the options of fit, the rows.
import { Refusal } from "../../app/refusal.js";
import { points, split } from "../../data/datasets.js";
import { notFinite, parseFormula } from "../../data/formula.js";
import { lossesOf, lossName, outputsOf, usualLoss } from "./catalogue.js";
import { columnsOf, symbolsOf, taskOf } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./catalogue.js").Description} Description */
/** @typedef {import("./catalogue.js").Coding} Coding */
/** @typedef {{ key: string, values: Record<string, string | number> }} Note */

/**
 * All points of the settings, before they become inputs.
 *
 * @typedef {object} Rows
 * @property {import("../../data/datasets.js").Task} task
 * @property {string[]} names of the columns
 * @property {string[]} symbols of the columns in formulas
 * @property {Float64Array[]} columns
 * @property {Float64Array} y
 * @property {number} n
 * @property {number} classes 0 for numbers
 * @property {string[]} words names of the classes
 * @property {Int32Array} train
 * @property {Int32Array} test
 * @property {Note[]} notes
 * @property {import("../../data/datasets.js").Points | null} made of a bundled set
 */

/** @param {State["data"]} data @returns {Rows} */
export function rowsOf(data) {
  const task = taskOf(data);
  const names = columnsOf(data);
  const found = data.set === "given" ? givenPoints(data) : bundledPoints(data);
  const { x, y, n, classes, notes, made } = found;
  const d = names.length;
  const columns = names.map((_, k) => Float64Array.from({ length: n }, (_v, i) => x[i * d + k]));
  if (n < 2) throw new Refusal("playground.few_points");
  if (task === "classes" && new Set(y).size < 2) throw new Refusal("playground.one_class");
  const parts = split(y, {
    test: n < 4 ? 0 : data.test,
    seed: data.seed,
    stratify: task === "classes",
  });
  const words = data.set === "given" ? data.given.words : null;
  return {
    task,
    names,
    symbols: symbolsOf(names),
    columns,
    y,
    n,
    classes,
    words: words ?? Array.from({ length: classes }, (_, k) => String(k)),
    ...parts,
    notes,
    made,
  };
}

/** @param {State["data"]} data */
function bundledPoints(data) {
  const made = points(data);
  return { ...made, made };
}

/** @param {State["data"]} data */
function givenPoints({ given, task }) {
  const y = Float64Array.from(given.y);
  const classes =
    task === "number" ? 0 : Math.max(2, given.words?.length ?? 0, ...y.map((k) => k + 1));
  return { x: Float64Array.from(given.x), y, n: y.length, classes, notes: [], made: null };
}

/**
 * The inputs of the network: formulas of the columns, and how they are standardized.
 *
 * @typedef {object} Inputs
 * @property {string[]} names
 * @property {(columns: ArrayLike<number>[], n: number) => Float64Array} make rows one after another
 * @property {Float64Array} means 0 where nothing is standardized
 * @property {Float64Array} deviations 1 where nothing is standardized
 */

/** @param {State} state @param {Rows} rows @returns {Inputs} */
export function inputsOf(state, rows) {
  const formulas = state.features.map((text) => parseFormula(text, rows.symbols));
  const means = new Float64Array(formulas.length);
  const deviations = new Float64Array(formulas.length).fill(1);
  const values = formulas.map((formula) => formula.values(rows.columns, rows.n));
  values.forEach((column, k) => {
    const { count } = notFinite(column);
    if (count) {
      throw new Refusal("playground.feature_not_finite", {
        name: state.features[k],
        count,
        n: rows.n,
      });
    }
    if (!state.standardize) return;
    // As NumPy's mean and std of the training rows.
    let sum = 0;
    for (const i of rows.train) sum += column[i];
    means[k] = sum / rows.train.length;
    let squares = 0;
    for (const i of rows.train) squares += (column[i] - means[k]) ** 2;
    deviations[k] = Math.sqrt(squares / rows.train.length) || 1;
  });
  return {
    names: formulas.map((formula) => formula.text),
    means,
    deviations,
    make: (columns, n) => {
      const out = new Float64Array(n * formulas.length);
      formulas.forEach((formula, k) => {
        const plain = formula.values(columns, n);
        for (let i = 0; i < n; i++) {
          const value = (plain[i] - means[k]) / deviations[k];
          out[i * formulas.length + k] = Number.isFinite(value) ? value : 0;
        }
      });
      return out;
    },
  };
}

/** The loss that is used, with its coding. @param {State} state @param {number} classes */
export function lossOf(state, classes) {
  const task = taskOf(state.data);
  const loss = state.loss ?? usualLoss(task, classes);
  const name = lossName(loss);
  const codings = lossesOf(task);
  if (!Object.hasOwn(codings, name)) throw new Refusal(`playground.loss_${task}`, { loss: name });
  return { loss, name, coding: codings[name], outputs: outputsOf(codings[name], classes) };
}

/** @param {string} path @param {Record<string, any>} [settings] @returns {Description} */
const describe = (path, settings = {}) => ({ class: path, settings });

/**
 * The network as saved files describe it.
 *
 * @param {State} state
 * @param {number} inputs
 * @param {number} classes
 */
export function networkOf(state, inputs, classes) {
  const { loss, coding, outputs } = lossOf(state, classes);
  const layers = state.layers.flatMap((layer) => {
    /** @type {Record<string, any>} */
    const settings = { units: layer.units };
    if (layer.init) settings.init = layer.init;
    if (layer.penalty) settings.penalty = layer.penalty;
    return [
      describe("layers.Dense", settings),
      ...(layer.norm ? [describe(`layers.${layer.norm}`)] : []),
      ...(layer.activation === "Identity" ? [] : [describe(`layers.${layer.activation}`)]),
      ...(layer.dropout ? [describe("layers.Dropout", { rate: layer.dropout })] : []),
    ];
  });
  layers.push(describe("layers.Dense", { units: outputs }));
  return {
    layers,
    loss: { class: loss.class, settings: loss.settings ?? {} },
    inputs: { x: [inputs] },
    target:
      coding === "index"
        ? { number: /** @type {const} */ ("index"), shape: [] }
        : { number: /** @type {const} */ ("real"), shape: [coding === "spread" ? 1 : outputs] },
    seed: state.seed,
    dtype: state.dtype,
    frozen: [],
    rates: {},
  };
}

/** The options of fit. @param {State} state @param {number} rows of the training set */
export function fitOf(state, rows) {
  const { optimizer, schedule, clip, batchSize } = state;
  const rule = {
    class: optimizer.class,
    settings: { ...optimizer.settings, ...(schedule ? { lr: schedule } : {}) },
  };
  return {
    optimizer: clip ? [clip, rule] : rule,
    batch_size: batchSize ? Math.min(batchSize, rows) : null,
    drop_last: false,
  };
}

/**
 * Targets as the loss wants them, one row after another.
 *
 * @param {Coding} coding
 * @param {ArrayLike<number>} y classes or numbers
 * @param {number} classes
 */
export function targetsOf(coding, y, classes) {
  const n = y.length;
  if (coding === "index") return Int32Array.from(y);
  if (coding === "number" || coding === "spread") return Float64Array.from(y);
  const low = coding === "sign" ? -1 : 0;
  if (classes === 2 && coding !== "onehot") {
    return Float64Array.from(y, (k) => (k ? 1 : coding === "truth" ? 0 : -1));
  }
  const out = new Float64Array(n * classes).fill(low);
  for (let i = 0; i < n; i++) out[i * classes + y[i]] = 1;
  return out;
}

/**
 * The class that a row of predictions says, and how sure it is (0 to 1).
 *
 * @param {Coding} coding
 * @param {ArrayLike<number>} p predictions, one row after another
 * @param {number} row
 * @param {number} outputs
 */
export function answerOf(coding, p, row, outputs) {
  if (outputs === 1) {
    const score = coding === "truth" ? 2 * p[row] - 1 : p[row];
    return { k: score > 0 ? 1 : 0, sure: Math.min(1, Math.abs(score)), score };
  }
  const start = row * outputs;
  let best = 0;
  let second = -Infinity;
  for (let k = 1; k < outputs; k++) {
    if (p[start + k] > p[start + best]) {
      second = Math.max(second, p[start + best]);
      best = k;
    } else second = Math.max(second, p[start + k]);
  }
  const margin = p[start + best] - second;
  const sure = coding === "sign" ? margin / 2 : margin;
  return { k: best, sure: Math.min(1, Math.max(0, sure)), score: p[start + 1] - p[start] };
}

/** Rows of a table of numbers. @param {Float64Array} x @param {number} d @param {Int32Array} rows */
export function take(x, d, rows) {
  const out = new Float64Array(rows.length * d);
  rows.forEach((row, i) => out.set(x.subarray(row * d, (row + 1) * d), i * d));
  return out;
}
