// Points of the plane with classes or numbers. moons, circles and spirals are those of cr.datasets,
// number for number; the other sets are drawn by the same keyed random numbers.
import { Refusal } from "../app/refusal.js";
import { DATA, normal, pathHash, permutation, SPLIT, uniform, words } from "../graph/random.js";
import { round } from "../graph/scalar.js";
import { notFinite, parseFormula } from "./formula.js";

export const LEAST_POINTS = 10;
export const MOST_POINTS = 5000;
export const MOST_CLASSES = 6;
export const MOST_NOISE = 2;
const LARGEST_TARGET = 1e6;

/** @typedef {"classes" | "number"} Task */

/**
 * @typedef {object} SetAbout
 * @property {Task} task
 * @property {number} least the smallest number of classes
 * @property {number} most the largest
 * @property {number} noise the usual noise
 * @property {string} [formula] for points drawn uniformly from the square; K is the number of classes
 */

/** @type {Record<string, SetAbout>} */
export const SETS = {
  circles: { task: "classes", least: 2, most: MOST_CLASSES, noise: 0.05 },
  moons: { task: "classes", least: 2, most: 2, noise: 0.1 },
  spirals: { task: "classes", least: 2, most: MOST_CLASSES, noise: 0.02 },
  blobs: { task: "classes", least: 2, most: MOST_CLASSES, noise: 0.15 },
  xor: { task: "classes", least: 2, most: 2, noise: 0, formula: "x1*x2 < 0" },
  checkerboard: {
    task: "classes",
    least: 2,
    most: MOST_CLASSES,
    noise: 0,
    formula: "(floor(2*x1) + floor(2*x2)) % K",
  },
  stripes: {
    task: "classes",
    least: 2,
    most: MOST_CLASSES,
    noise: 0,
    formula: "floor(2*x1 + 2*x2) % K",
  },
  plane: { task: "number", least: 0, most: 0, noise: 0.05, formula: "(x1 + x2) / 2" },
  hill: { task: "number", least: 0, most: 0, noise: 0.05, formula: "exp(-4*(x1^2 + x2^2))" },
  hills: {
    task: "number",
    least: 0,
    most: 0,
    noise: 0.05,
    formula:
      "exp(-8*((x1 - 0.5)^2 + (x2 - 0.5)^2)) + exp(-8*((x1 + 0.5)^2 + (x2 + 0.5)^2)) - exp(-8*((x1 - 0.5)^2 + (x2 + 0.5)^2))",
  },
  sine: { task: "number", least: 0, most: 0, noise: 0.05, formula: "sin(pi*x1) * cos(pi*x2/2)" },
  saddle: { task: "number", least: 0, most: 0, noise: 0.05, formula: "x1^2 - x2^2" },
};

/**
 * @typedef {object} SetSettings
 * @property {string} set a name of SETS, or "formula"
 * @property {number} n
 * @property {number} noise standard deviation: of both coordinates for classes, of y for numbers
 * @property {number} seed
 * @property {Task} [task] for a formula; a bundled set has its own
 * @property {number} [classes]
 * @property {number | null} [share] the share of the first class; null: as it comes
 * @property {string} [formula]
 */

/**
 * @typedef {object} Points
 * @property {Float64Array} x n rows of two coordinates
 * @property {Float64Array} y numbers, or classes 0, 1, ...
 * @property {number} n
 * @property {number} classes 0 for numbers
 * @property {{ key: string, values: Record<string, string | number> }[]} notes
 * @property {number} drawn how many rows were drawn; more than n where rows were left out
 * @property {number[] | null} counts rows of each class where a share was asked for
 */

/** @param {string} key @param {Record<string, string | number>} [values] @returns {never} */
function refuse(key, values = {}) {
  throw new Refusal(`data.${key}`, values);
}

/** @param {number} n */
const range = (n) => Int32Array.from({ length: n }, (_, i) => i);

/**
 * Make the points of a set.
 *
 * @param {SetSettings} settings
 * @returns {Points}
 */
export function points(settings) {
  const { n, share = null } = settings;
  const task = taskOf(settings);
  const K = task === "number" ? 0 : classesOf(settings);
  check(settings, K);
  if (!K || share === null) return finish(draw(settings, n, K), n, null, task);
  const counts = countsOf(n, K, share);
  // Row i depends on the seed and on i only, so a larger set begins with the smaller one.
  for (let drawn = K * Math.max(...counts); ; drawn *= 2) {
    const made = draw(settings, drawn, K);
    const rows = firstOfEach(made.y, counts);
    if (rows.length < n && drawn < 64 * n) continue;
    const x = new Float64Array(2 * rows.length);
    rows.forEach((row, i) => x.set(made.x.subarray(2 * row, 2 * row + 2), 2 * i));
    const kept = { ...made, x, y: Float64Array.from(rows, (row) => made.y[row]) };
    return finish(kept, drawn, counts, task);
  }

  /**
   * @param {{ x: Float64Array, y: Float64Array, clean: Float64Array }} made
   * @param {number} drawn
   * @param {number[] | null} counts
   * @param {Task} kind
   * @returns {Points}
   */
  function finish(made, drawn, counts, kind) {
    const found = withoutNotFinite(made, settings.set === "formula");
    if (settings.set === "formula") checkFormulaTarget(found.y, kind);
    return { ...found, classes: classesIn(found.y, K, settings.set), drawn, counts };
  }
}

/** A formula's classes are as many as it gives. @param {Float64Array} y @param {number} K @param {string} set */
function classesIn(y, K, set) {
  if (!K || set !== "formula") return K;
  return y.reduce((most, k) => Math.max(most, k), 1) + 1;
}

/** @param {SetSettings} settings @returns {Task} */
export function taskOf({ set, task }) {
  if (set === "formula") return task ?? "classes";
  if (!Object.hasOwn(SETS, set)) refuse("set.name", { name: String(set).slice(0, 30) });
  return SETS[set].task;
}

/** The number of classes of a set; what does not fit becomes the nearest that does. @param {SetSettings} settings */
function classesOf({ set, classes = 2 }) {
  if (set === "formula") return MOST_CLASSES;
  const { least, most } = SETS[set];
  return Math.min(Math.max(classes, least), most);
}

/** @param {SetSettings} settings @param {number} K */
function check({ n, noise, seed, classes, share }, K) {
  if (!Number.isInteger(n) || n < LEAST_POINTS || n > MOST_POINTS) {
    refuse("set.n", { least: LEAST_POINTS, most: MOST_POINTS });
  }
  if (!(noise >= 0 && noise <= MOST_NOISE)) refuse("set.noise", { most: MOST_NOISE });
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) refuse("set.seed");
  if (
    classes !== undefined &&
    K &&
    !(Number.isInteger(classes) && classes >= 2 && classes <= MOST_CLASSES)
  ) {
    refuse("set.classes", { least: 2, most: MOST_CLASSES });
  }
  if (share !== null && share !== undefined && !(share >= 0.02 && share <= 0.98)) {
    refuse("set.share", { least: 0.02, most: 0.98 });
  }
}

/** @param {number} n @param {number} K @param {number} share */
function countsOf(n, K, share) {
  const first = Math.min(Math.max(Math.round(share * n), 1), n - (K - 1));
  const rest = n - first;
  const others = Array.from({ length: K - 1 }, (_, k) => Math.floor((rest + K - 2 - k) / (K - 1)));
  return [first, ...others];
}

/** The first rows of each class, in their order. @param {Float64Array} y @param {number[]} counts */
function firstOfEach(y, counts) {
  const left = [...counts];
  /** @type {number[]} */
  const rows = [];
  y.forEach((k, i) => {
    if (left[k] > 0) {
      left[k]--;
      rows.push(i);
    }
  });
  return rows;
}

/**
 * @param {SetSettings} settings
 * @param {number} n
 * @param {number} K
 */
function draw(settings, n, K) {
  const { set, noise, seed } = settings;
  const formula = set === "formula" ? settings.formula : SETS[set].formula;
  const clean =
    formula === undefined ? curve(set, n, K, seed) : square(formula, n, K, seed, settings);
  const x = clean.x.slice();
  const y = clean.y.slice();
  if (noise) {
    const path = pathHash(`${formula === undefined ? set : "square"}/noise`);
    const columns = K ? 2 : 1;
    const moved = normal([seed, 0], DATA, path, range(n), columns);
    const into = K ? x : y;
    for (let i = 0; i < into.length; i++) into[i] += noise * moved[i];
  }
  return { x, y, clean: clean.x };
}

/**
 * Points on curves: class i mod K, at a position t along it that is uniform on [0, 1).
 *
 * @param {string} set
 * @param {number} n
 * @param {number} K
 * @param {number} seed
 */
function curve(set, n, K, seed) {
  const x = new Float64Array(2 * n);
  const y = Float64Array.from(range(n), (i) => i % K);
  const along = uniform([seed, 0], DATA, pathHash(set), range(n), 1);
  for (let i = 0; i < n; i++) {
    const k = y[i];
    if (set === "moons") {
      const t = Math.PI * along[i];
      x[2 * i] = k ? 1 - Math.cos(t) : Math.cos(t);
      x[2 * i + 1] = k ? 0.5 - Math.sin(t) : Math.sin(t);
    } else {
      const [radius, angle] = polar(set, along[i], k, K);
      x[2 * i] = radius * Math.cos(angle);
      x[2 * i + 1] = radius * Math.sin(angle);
    }
  }
  return { x, y };
}

/** @param {string} set @param {number} t @param {number} k @param {number} K */
function polar(set, t, k, K) {
  if (set === "spirals") return [0.1 + 0.9 * t, 2 * Math.PI * (t + k / K)];
  if (set === "circles") return [1 - k / K, 2 * Math.PI * t];
  return [0.7, 2 * Math.PI * (k / K + 0.125)]; // blobs: one center for each class
}

const NAMES = ["x1", "x2"];
export const ALIASES = { x: "x1", y: "x2" };

/** A formula of the plane. @param {string} text */
export const planeFormula = (text) => parseFormula(text, NAMES, { aliases: ALIASES });

/** @param {string} formula @param {number} K */
const withK = (formula, K) => formula.replace(/\bK\b/, String(K));

/**
 * Points uniform on the square from −1 to 1 with what a formula says.
 *
 * @param {string} text
 * @param {number} n
 * @param {number} K
 * @param {number} seed
 * @param {SetSettings} settings
 */
function square(text, n, K, seed, settings) {
  const formula = planeFormula(settings.set === "formula" ? text : withK(text, K));
  const drawn = uniform([seed, 0], DATA, pathHash("square"), range(n), 2);
  const x = drawn.map((u) => 2 * u - 1);
  const columns = [x.filter((_, i) => i % 2 === 0), x.filter((_, i) => i % 2 === 1)];
  return { x, y: formula.values(columns, n) };
}

/** @param {{ x: Float64Array, y: Float64Array }} made @param {boolean} told */
function withoutNotFinite({ x, y }, told) {
  const { count } = notFinite(y);
  if (!count) return { x, y, n: y.length, notes: [] };
  if (count > y.length - LEAST_POINTS) refuse("formula.never_finite");
  const rows = [...y.keys()].filter((i) => Number.isFinite(y[i]));
  const kept = new Float64Array(2 * rows.length);
  rows.forEach((row, i) => kept.set(x.subarray(2 * row, 2 * row + 2), 2 * i));
  const notes = told ? [{ key: "data.formula.not_finite", values: { count, n: y.length } }] : [];
  return { x: kept, y: Float64Array.from(rows, (i) => y[i]), n: rows.length, notes };
}

/** @param {Float64Array} y @param {Task} task */
function checkFormulaTarget(y, task) {
  if (task === "number") {
    const largest = y.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    if (y.every((v) => v === y[0])) refuse("formula.one_value", { got: shortNumber(y[0]) });
    if (largest > LARGEST_TARGET) {
      refuse("formula.large_values", { got: shortNumber(largest), limit: LARGEST_TARGET });
    }
    return;
  }
  const wrong = y.find((v) => !(Number.isInteger(v) && v >= 0 && v < MOST_CLASSES));
  if (wrong !== undefined) {
    refuse("formula.classes", { most: MOST_CLASSES - 1, got: shortNumber(wrong) });
  }
  if (y.every((v) => v === y[0])) refuse("formula.one_class");
}

/** @param {number} v */
const shortNumber = (v) => Number(v.toPrecision(4));

// ---------------------------------------------------------------- two parts

/**
 * Rows for training and for testing, as cr.datasets.split gives them.
 *
 * @param {ArrayLike<number>} y
 * @param {{ test: number, seed: number, stratify: boolean }} settings a share of 0: no test rows
 * @returns {{ train: Int32Array, test: Int32Array }}
 */
export function split(y, { test, seed, stratify }) {
  const n = y.length;
  if (!(test >= 0 && test <= 0.9)) refuse("split.test", { most: 0.9 });
  if (test === 0) return { train: range(n), test: new Int32Array(0) };
  const size = Math.ceil(test * n);
  if (size >= n || n < 2) refuse("split.rows", { n });
  const drawn = words([seed, 0], SPLIT, 0, range(n), 1);
  const order = range(n).sort((i, j) => drawn[i] - drawn[j] || i - j);
  const chosen = stratify ? stratified(order, y, size) : order.map((_, k) => Number(k < size));
  return {
    train: order.filter((_, k) => !chosen[k]),
    test: order.filter((_, k) => chosen[k]),
  };
}

/** 1 for `size` rows, the first of each class; the largest remainders round up. @param {Int32Array} order @param {ArrayLike<number>} y @param {number} size */
function stratified(order, y, size) {
  const kinds = [...new Set(Array.from(y))].sort((a, b) => a - b);
  const counts = kinds.map((kind) => order.reduce((sum, i) => sum + Number(y[i] === kind), 0));
  const exact = counts.map((count) => (size * count) / order.length);
  const share = exact.map(Math.floor);
  const gaps = share.map((part, k) => part - exact[k]);
  const largest = gaps.map((_, k) => k).sort((a, b) => gaps[a] - gaps[b] || a - b);
  const more = size - share.reduce((sum, part) => sum + part, 0);
  for (const k of largest.slice(0, more)) share[k]++;
  return order.map((i) => Number(share[kinds.indexOf(y[i])]-- > 0));
}

/**
 * Rows for training and for validation, as net.fit(validation_fraction=...) draws them.
 *
 * @param {ArrayLike<number>} y
 * @param {{ fraction: number, seed: number, stratify: boolean }} settings
 */
export function splitOff(y, { fraction, seed, stratify }) {
  const n = y.length;
  if (n < 2) refuse("split.rows", { n });
  let order = permutation([seed, pathHash("validation")], n);
  if (stratify) {
    const rank = new Float64Array(n);
    for (const kind of new Set(Array.from(y))) {
      const members = order.filter((i) => y[i] === kind);
      members.forEach((i, k) => (rank[i] = (k + 0.5) / members.length));
    }
    const places = new Map([...order].map((i, k) => [i, k]));
    order = order
      .slice()
      .sort((i, j) => rank[i] - rank[j] || Number(places.get(i)) - Number(places.get(j)));
  }
  const held = Math.min(Math.max(round(fraction * n), 1), n - 1);
  return { train: order.slice(held).sort(), test: order.slice(0, held).sort() };
}

// ---------------------------------------------------------------- in Python

/**
 * Lines of Python that make the same points, as X and y.
 *
 * @param {SetSettings} settings
 * @param {Points} made
 * @returns {string[]}
 */
export function pythonOf(settings, made) {
  const { set, noise, seed } = settings;
  const K = made.classes;
  const n = made.drawn;
  const own = ["moons", "circles", "spirals"].includes(set) && !(set === "circles" && K !== 2);
  const lines = own ? [ownCall(set, n, K, noise, seed)] : written(settings, K, n, noise, seed);
  if (made.counts) {
    lines.push(
      `counts = [${made.counts.join(", ")}]  # rows of each class`,
      "rows = np.sort(np.concatenate([np.flatnonzero(y == k)[:m] for k, m in enumerate(counts)]))",
      "X, y = X[rows], y[rows]",
    );
  }
  if (set === "formula" && made.notes.length) {
    lines.splice(1, 0, 'np.seterr(divide="ignore", invalid="ignore")  # those points are left out');
    lines.push("X, y = X[np.isfinite(y)], y[np.isfinite(y)]");
  }
  if (set === "formula" && K) lines.push("y = y.astype(int)");
  return lines;
}

/** @param {string} set @param {number} n @param {number} K @param {number} noise @param {number} seed */
function ownCall(set, n, K, noise, seed) {
  const arms = set === "spirals" ? `, arms=${K}` : "";
  return `X, y = cr.datasets.${set}(${n}${arms}, noise=${noise}, seed=${seed})`;
}

/** @param {SetSettings} settings @param {number} K @param {number} n @param {number} noise @param {number} seed */
function written(settings, K, n, noise, seed) {
  const { set } = settings;
  const text = set === "formula" ? settings.formula : SETS[set].formula;
  const path = text === undefined ? set : "square";
  /** @param {string} kind @param {string} place @param {number} columns */
  const numbers = (kind, place, columns) =>
    `random.${kind}((${seed}, 0), random.DATA, random.path_hash("${place}"), np.arange(n), ${columns})`;
  const lines = ["from chainrule import random", "", `n = ${n}`];
  if (text === undefined) {
    const t = set === "circles" ? `${numbers("uniform", path, 1)}[:, 0]` : null;
    lines.push(`y = np.arange(n) % ${K}`);
    if (t) lines.push(`t = ${t}`);
    lines.push(
      set === "circles"
        ? `radius, angle = 1 - y / ${K}, 2 * np.pi * t`
        : `radius, angle = 0.7, 2 * np.pi * (y / ${K} + 0.125)`,
      "X = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)",
    );
  } else {
    const formula = planeFormula(set === "formula" ? text : withK(text, K));
    const constant = formula.variables.length ? "" : " + 0 * x1";
    const python = `${constant ? `(${formula.python})` : formula.python}${constant}`;
    lines.push(`X = 2 * ${numbers("uniform", path, 2)} - 1`, "x1, x2 = X.T");
    const kind = K && set !== "formula" ? "int" : "float";
    lines.push(`y = (${python}).astype(${kind})`);
  }
  if (noise && K) lines.push(`X = X + ${noise} * ${numbers("normal", `${path}/noise`, 2)}`);
  if (noise && !K) lines.push(`y = y + ${noise} * ${numbers("normal", `${path}/noise`, 1)}[:, 0]`);
  return lines;
}
