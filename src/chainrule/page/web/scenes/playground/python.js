// The Python code that does the same, and the way back.
import { Refusal } from "../../app/refusal.js";
import { pythonOf } from "../../data/datasets.js";
import { parseFormula } from "../../data/formula.js";
import { readPython, writePython } from "../../graph/python_code.js";
import { complete } from "../../graph/settings.js";
import { ACTIVATIONS, lossesOf, lossName, NORMS } from "./catalogue.js";
import * as link from "./link.js";
import { fitOf, lossOf, networkOf, rowsOf } from "./network.js";
import { initial, newLayer, taskOf } from "./state.js";

/** @typedef {import("./state.js").State} State */

const EPOCHS = 100;
/** What a value of JSON is in Python. @type {Record<string, string>} */
const PYTHON = { true: "True", false: "False", null: "None" };
/** Words of fit that the playground does not have. */
const NOT_HERE = ["drop_last", "sample_weight", "class_weight", "validation_fraction"];
const MARK = "# The playground's data: ";

/** What the lines of data depend on. @param {State} state */
function settingsOf(state) {
  const { data, given, features, standardize } = link.write(state);
  return { data, given, features, standardize };
}

/** @param {State} state */
export function write(state) {
  try {
    return code(state);
  } catch (why) {
    // The scene says what is missing; there is no code for it yet.
    if (why instanceof Refusal)
      return "import chainrule as cr\n\n# There is nothing to train yet.\n";
    throw why;
  }
}

/** @param {State} state */
function code(state) {
  const rows = rowsOf(state.data);
  const network = networkOf(state, state.features.length, rows.classes);
  const data = dataLines(state, rows);
  /** @type {Record<string, any>} */
  const fit = { epochs: state.stop.epochs || EPOCHS, ...fitOf(state, rows.train.length) };
  if (state.data.test && rows.test.length) fit.validation_data = ["X_test", "y_test"];
  if (fit.batch_size === null) fit.batch_size = rows.train.length;
  delete fit.drop_last;
  // Without the mark the data are those of the beginning.
  const settings = JSON.stringify(settingsOf(state));
  const mark = settings === "{}" ? [] : [MARK + settings];
  return writePython(network, fit, { data: [...mark, ...data].join("\n") });
}

/** The lines that make X and y, and their test rows. @param {State} state @param {import("./network.js").Rows} rows */
function dataLines(state, rows) {
  const { data } = state;
  const { coding } = lossOf(state, rows.classes);
  const lines = ["import numpy as np"];
  if (rows.made) lines.push(...pythonOf(/** @type {any} */ (data), rows.made));
  else lines.push(...givenLines(data.given));
  lines.push(...inputLines(state, rows));
  if (rows.test.length) {
    const stratify = rows.task === "classes" ? ", stratify=True" : "";
    lines.push(
      `X, y, X_test, y_test = cr.datasets.split(X, y, test=${data.test}, seed=${data.seed}${stratify})`,
    );
  }
  if (state.standardize) {
    lines.push("mean, std = X.mean(axis=0), X.std(axis=0)");
    if (hasConstant(state, rows)) lines.push("std[std == 0] = 1  # one value only");
    lines.push("X = (X - mean) / std");
    if (rows.test.length) lines.push("X_test = (X_test - mean) / std");
  }
  for (const name of rows.test.length ? ["y", "y_test"] : ["y"]) {
    const target = targetLine(coding, name, rows.classes);
    if (target) lines.push(`${name} = ${target}`);
  }
  return lines;
}

/** True if an input has one value only in all training rows. @param {State} state @param {import("./network.js").Rows} rows */
const hasConstant = ({ features }, { symbols, columns, n, train }) =>
  features.some((text) => {
    const values = parseFormula(text, symbols).values(columns, n);
    return train.every((i) => values[i] === values[train[0]]);
  });

/** @param {State["data"]["given"]} given */
function givenLines({ names, x, y, words }) {
  const d = names.length;
  const lines = [`# columns: ${names.join(", ").replace(/\s+/g, " ")}`, "X = np.array(", "    ["];
  y.forEach((_, i) => lines.push(`        [${x.slice(i * d, (i + 1) * d).join(", ")}],`));
  lines.push("    ]", ")");
  if (words)
    lines.push(
      `# classes: ${words
        .map((word, k) => `${k} ${word}`)
        .join(", ")
        .replace(/\s+/g, " ")}`,
    );
  lines.push(`y = np.array([${y.join(", ")}])`);
  return lines;
}

/** @param {State} state @param {import("./network.js").Rows} rows */
function inputLines(state, rows) {
  const { features } = state;
  if (features.join() === rows.symbols.join()) return [];
  const columns = features.map((text) => parseFormula(text, rows.symbols).python);
  const names =
    rows.symbols.length === 1 ? `${rows.symbols[0]} = X[:, 0]` : `${rows.symbols.join(", ")} = X.T`;
  return [names, `X = np.stack([${columns.join(", ")}], axis=1)`];
}

/** @param {import("./catalogue.js").Coding} coding @param {string} name @param {number} classes */
function targetLine(coding, name, classes) {
  if (coding === "index") return "";
  if (coding === "number" || coding === "spread") return `${name}[:, None]`;
  if (classes === 2 && coding !== "onehot") {
    return coding === "truth" ? `${name}[:, None]` : `2.0 * ${name}[:, None] - 1`;
  }
  const rows = `np.eye(${classes})[${name}]`;
  return coding === "sign" ? `2 * ${rows} - 1` : rows;
}

// ---------------------------------------------------------------- and back

/** @param {string} text @returns {State} */
export function read(text) {
  const { network, fit } = readPython(text);
  let state = initial();
  const mark = text.split("\n").find((line) => line.startsWith(MARK));
  if (mark) {
    try {
      state = link.read(JSON.parse(mark.slice(MARK.length)));
    } catch (why) {
      if (why instanceof Refusal) throw why;
      throw new Refusal("playground.python_mark");
    }
  }
  state = { ...state, ...networkSettings(network, taskOf(state.data)) };
  if (fit) state = { ...state, ...fitSettings(fit), stop: { ...state.stop, epochs: stopOf(fit) } };
  checkData(text, state);
  checkNetwork(network, state);
  // The rules of the state and the network itself have the last word.
  return link.read(link.write(state));
}

/**
 * Refuse what the playground's own network would not have: cr.Dense(8, bias=False).
 *
 * @param {any} network what the code says
 * @param {State} state what is left of it
 */
function checkNetwork(network, state) {
  const { classes } = rowsOf(state.data);
  const mine = networkOf(state, state.features.length, classes).layers;
  /** @type {any[]} */
  const theirs = network.layers.filter(
    (/** @type {any} */ { class: c }) => c !== "layers.Identity",
  );
  theirs.forEach((layer, k) => {
    const [want, have] = [plainSettings(layer), plainSettings(mine[k])];
    const other = Object.keys(want).find((name) => want[name] !== have[name]);
    if (other === undefined) return;
    const name = layer.class.replace("layers.", "");
    const [got, own] = [want[other], have[other]].map(inPython);
    throw new Refusal("playground.python_setting", { name, setting: other, got, own });
  });
  if (network.frozen?.length || Object.keys(network.rates ?? {}).length)
    throw new Refusal("playground.python_frozen");
}

/** @param {string} json */
const inPython = (json) => json.replace(/\b(?:true|false|null)\b/g, (v) => PYTHON[v]).slice(0, 60);

/** All settings of a layer but its name, as text. @param {any} layer @returns {Record<string, string>} */
function plainSettings(layer) {
  const { name: _name, ...settings } = complete(layer);
  const whole = (/** @type {any} */ v) =>
    v?.class ? { class: v.class, settings: complete(v) } : v;
  return Object.fromEntries(
    Object.entries(settings).map(([name, v]) => [name, JSON.stringify(whole(v))]),
  );
}

/** The lines of data are read only as the page writes them. @param {string} text @param {State} state */
function checkData(text, state) {
  const plain = (/** @type {string} */ line) => line.trim();
  const mine = new Set(dataLines(state, rowsOf(state.data)).map(plain));
  const theirs = text.split("\n").map(plain);
  const end = theirs.findIndex((line) => /^net\s*=/.test(line));
  const lost = [...mine].find((line) => line && !theirs.includes(line));
  const more = theirs
    .slice(0, Math.max(0, end))
    .find(
      (line) =>
        line &&
        !line.startsWith("#") &&
        !line.startsWith("import ") &&
        !line.startsWith("from ") &&
        !mine.has(line),
    );
  if (lost || more)
    throw new Refusal("playground.python_data", { line: (more ?? lost ?? "").slice(0, 60) });
}

/** @param {any} network @param {import("./state.js").State["data"]["task"]} task */
function networkSettings(network, task) {
  const layers = network.layers.map((/** @type {any} */ one) => ({
    ...one,
    name: one.class.replace("layers.", ""),
  }));
  const last = layers.pop();
  if (last?.name !== "Dense") throw new Refusal("playground.python_last");
  /** @type {State["layers"]} */
  const made = [];
  for (const { name, settings = {} } of layers) {
    const now = made.at(-1);
    if (name === "Dense") {
      const { units, init, penalty } = settings;
      made.push({
        ...newLayer(units),
        activation: "Identity",
        init: usualInit(init),
        penalty: penalty ?? null,
      });
    } else if (!now) throw new Refusal("playground.python_layer", { name });
    else if (NORMS.includes(name) && !now.norm && now.activation === "Identity") now.norm = name;
    else if (ACTIVATIONS.includes(name) && now.activation === "Identity" && !now.dropout)
      now.activation = name;
    else if (name === "Dropout" && !now.dropout) now.dropout = settings.rate;
    else throw new Refusal("playground.python_layer", { name });
  }
  const loss = { class: network.loss.class, settings: network.loss.settings ?? {} };
  if (!Object.hasOwn(lossesOf(task), lossName(loss))) {
    throw new Refusal(`playground.loss_${task}`, { loss: lossName(loss) });
  }
  return { layers: made, loss, dtype: network.dtype ?? "float32", seed: network.seed ?? 0 };
}

/** @param {any} init */
const usualInit = (init) => (!init || init.class === "initializers.GlorotUniform" ? null : init);

/** @param {any} fit */
function stopOf({ epochs }) {
  return !epochs || epochs === EPOCHS ? 0 : epochs;
}

/** @param {any} fit */
function fitSettings(fit) {
  const name = NOT_HERE.find((word) => fit[word]);
  if (name) throw new Refusal("playground.python_fit", { name });
  const parts = [fit.optimizer ?? { class: "optimizers.Adam", settings: {} }].flat();
  const rule = parts.at(-1);
  if (parts.length > 2 || (parts.length === 2 && !parts[0].class.startsWith("optimizers.Clip"))) {
    throw new Refusal("playground.python_optimizer");
  }
  const lr = rule.settings?.lr;
  const schedule = lr && typeof lr === "object" ? lr : null;
  const settings = { ...rule.settings };
  if (schedule) {
    const { start, peak, high, then } = schedule.settings ?? {};
    settings.lr = [start, peak, high, then].find((v) => typeof v === "number") ?? 0.01;
  } else if (lr === undefined && rule.class !== "optimizers.Adadelta") {
    delete settings.lr;
  }
  return {
    optimizer: { class: rule.class, settings },
    schedule,
    clip: parts.length === 2 ? parts[0] : null,
    batchSize: fit.batch_size === undefined ? 32 : (fit.batch_size ?? 0), // None: all rows
  };
}
