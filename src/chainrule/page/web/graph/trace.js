// trace: one network, Programs for training, prediction and scores over one θ.
import { Refusal } from "../app/refusal.js";
import { shortName } from "./facts.js";
import { applyLayer } from "./layers/containers.js";
import { lossOf } from "./losses.js";
import { complete, isNumber, isRecord, isWhole, seen } from "./settings.js";
import { product, shown } from "./shapes.js";
import { Tape } from "./tape.js";

/** @typedef {import("./facts.js").Description} Description */
/** @typedef {import("./tape.js").Node} Node */
/** @typedef {import("./tape.js").Mode} Mode */
/** @typedef {import("./tape.js").Param} Param */

/**
 * A network as saved files describe it.
 *
 * @typedef {object} Network
 * @property {Description[]} layers
 * @property {Description} loss
 * @property {Record<string, number[]>} inputs the shape of one row of each
 * @property {import("./losses.js").Target} [target]
 * @property {number} [seed]
 * @property {"float32" | "float64"} [dtype]
 * @property {string[]} [frozen]
 * @property {Record<string, number>} [rates]
 */

/**
 * A traced network: a flat list of steps over one vector θ = [parameters | state].
 *
 * @typedef {object} Program
 * @property {Mode} mode
 * @property {import("./tape.js").Value[]} values
 * @property {import("./tape.js").Step[]} steps
 * @property {Param[]} params in the order of θ
 * @property {import("./tape.js").Move[]} moves
 * @property {Record<string, number>} inputs values by name
 * @property {Record<string, number>} defaults the λ of penalties
 * @property {number} output
 * @property {number} size numbers in θ
 */

/** @typedef {{ train: Program, predict: Program, score: Program, sample?: Program }} Programs */

/** @type {Record<string, [string, string][]>} λ by setting, with the ops for weights and for rows */
const PENALTIES = {
  L1: [["rate", "l1"]],
  L2: [["rate", "l2"]],
  ElasticNet: [
    ["l1", "l1"],
    ["l2", "l2"],
  ],
};
const OF_WEIGHTS = { l1: "l1_norm", l2: "half_squared_norm" };
const OF_ROWS = { l1: "l1_of_rows", l2: "half_square_of_rows" };

/**
 * The terms of a penalty: λ and the op.
 *
 * @param {Description} penalty
 * @param {Record<string, string>} ops
 */
function termsOf(penalty, ops) {
  const settings = complete(penalty);
  return PENALTIES[shortName(penalty.class)].map(([name, op]) => ({
    rate: settings[name],
    op: ops[op],
  }));
}

/** @param {Node} node @param {string} letter */
function rename(node, letter) {
  const { value } = node;
  value.path = value.path.replace(value.letter, letter);
  value.letter = letter;
}

/**
 * Record L = Σₙ c (l + Σ λ Ω(xₙ)) + Σ λ Ω(W); return it, and the default of each λ of weights.
 *
 * @param {Tape} tape
 * @param {Node} l
 */
function totalLoss(tape, l) {
  if (l.shape.length !== 1 || l.shape[0] !== 0) {
    throw new Refusal("graph.loss_of_rows", { got: shown(l.shape) });
  }
  for (const { path, node, penalty } of tape.rowPenalties) {
    for (const { rate, op } of termsOf(penalty, OF_ROWS)) {
      const before = l;
      l = tape.at(path, "ActivityPenalty", () => {
        const cost = tape.record("scale", [tape.record(op, [node])], { factor: rate });
        return tape.record("add", [before, cost]);
      });
    }
  }
  let L = tape.record("weighted_sum", [l, tape.input("c", [0])]);
  const terms = tape.penalties.flatMap(({ node, penalty }) =>
    termsOf(penalty, OF_WEIGHTS).map((term) => ({ node, ...term })),
  );
  /** @type {Record<string, number>} */
  const defaults = {};
  terms.forEach(({ node, rate, op }, k) => {
    rename(L, "D"); // only the last sum is L
    const { path } = node.value;
    const Omega = tape.at(path.slice(0, path.lastIndexOf("/")), "", () => tape.record(op, [node]));
    const name = terms.length === 1 ? "lam" : `lam${k + 1}`;
    defaults[name] = rate;
    L = tape.record("penalise", [L, tape.input(name, []), Omega]);
  });
  return { L, defaults };
}

/**
 * Return the place of every path in θ = [parameters | state], and the size of θ.
 *
 * @param {Tape} tape
 */
function layOut(tape) {
  const params = [...tape.params.values()];
  const isState = (/** @type {Param} */ p) => tape.values[p.value].role === "state";
  /** @type {Map<string, number>} */
  const layout = new Map();
  let size = 0;
  for (const p of [...params.filter((q) => !isState(q)), ...params.filter(isState)]) {
    layout.set(p.path, size);
    size += product(p.shape);
  }
  return { layout, size };
}

/** The path of the layer that made a value. @param {{ path: string }} value */
const scopeOf = ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/**
 * Give every path its symbol: the k-th layer with parameters has W_k b_k z_k, and what follows it
 * has the same number.
 *
 * @param {import("./tape.js").Value[]} values
 * @param {Map<string, string>} symbols of the Programs before
 */
function nameValues(values, symbols) {
  const owners = values.filter((v) => v.role === "parameter" || v.role === "state").map(scopeOf);
  const numbers = new Map([...new Set(owners)].map((scope, k) => [scope, String(k + 1)]));
  const used = new Set(symbols.values());
  /** @type {Map<string, number>} */
  const times = new Map();
  let latest = "";
  for (const v of values) {
    const scope = scopeOf(v);
    latest = numbers.get(scope) ?? latest;
    if (!symbols.has(v.path)) {
      const symbol = v.letter + (scope ? latest : ""); // x y p L belong to no layer
      let name = symbol;
      while (used.has(name)) {
        times.set(symbol, (times.get(symbol) ?? 0) + 1);
        name = `${symbol}_${(times.get(symbol) ?? 0) + 1}`;
      }
      symbols.set(v.path, name);
      used.add(name);
    }
    v.symbol = /** @type {string} */ (symbols.get(v.path));
  }
}

/** @param {Network} network */
function check(network) {
  if (!isRecord(network)) throw new Refusal("graph.no_network", { got: seen(network) });
  const { inputs, layers, target } = network;
  if (target !== undefined && !(isRecord(target) && Array.isArray(target.shape))) {
    throw new Refusal("graph.target", { got: seen(target) });
  }
  if (!Array.isArray(layers)) throw new Refusal("graph.not_a_layer", { got: seen(layers) });
  const names = Object.keys(inputs ?? {});
  if (names.length !== 1 || names[0] !== "x") throw new Refusal("graph.one_input");
  const shape = inputs.x;
  if (!Array.isArray(shape) || !shape.every((n) => isWhole(n) && n >= 1)) {
    throw new Refusal("graph.input_shape", { got: seen(shape) });
  }
}

/**
 * Check that the output is one value for each row, and that the link is not applied twice.
 *
 * @param {Tape} tape
 * @param {Network} network
 * @param {ReturnType<typeof lossOf>} loss
 * @param {Node} out
 */
function checkOutput(tape, network, loss, out) {
  const last = tape.steps[tape.steps.length - 1];
  if (last && last.output === out.index && loss.refuses.includes(last.op)) {
    let guilty = network.layers[network.layers.length - 1];
    while (guilty.class === "layers.Sequential") guilty = guilty.settings?.layers.at(-1);
    throw new Refusal("graph.link_twice", { loss: loss.name, layer: shortName(guilty.class) });
  }
}

/** @param {Network} network @param {Mode} mode @param {ReturnType<typeof lossOf>} loss */
function record(network, mode, loss) {
  const tape = new Tape(mode);
  let out = tape.input("x", [0, ...network.inputs.x]);
  for (const layer of network.layers) out = applyLayer(layer, out);
  checkOutput(tape, network, loss, out);
  const shape = out.shape;
  if (mode === "predict" || mode === "sample") {
    const p = loss.link(out);
    if (p.index !== out.index) rename(p, "p"); // the prediction
    return { tape, output: p.index, defaults: {}, shape };
  }
  const target = loss.target(shape, network.target);
  const y = tape.input("y", target.shape, target.number);
  const { L, defaults } = totalLoss(tape, loss.call(out, y));
  return { tape, output: L.index, defaults, shape };
}

/** True if a path is under a prefix: block matches block/dense1/W. @param {string} path @param {string} prefix */
const isUnder = (path, prefix) =>
  path === prefix || path.startsWith(`${prefix.replace(/\/+$/, "")}/`);

/**
 * Refuse frozen paths and factors of the learning rate under which there is no parameter.
 *
 * @param {Network} network
 * @param {Program} train
 */
function checkPaths({ frozen = [], rates = {} }, { params, values }) {
  if (!Array.isArray(frozen) || !isRecord(rates)) {
    throw new Refusal("graph.no_network", { got: seen({ frozen, rates }) });
  }
  const known = params.filter((p) => values[p.value].role === "parameter").map((p) => p.path);
  const layers = [...new Set(known.map((path) => scopeOf({ path })))].join(", ") || "—";
  for (const path of [...frozen, ...Object.keys(rates)]) {
    if (typeof path !== "string" || !known.some((one) => isUnder(one, path))) {
      throw new Refusal("graph.no_path", { path: seen(path), known: layers });
    }
  }
  for (const [path, rate] of Object.entries(rates)) {
    if (!isNumber(rate) || rate < 0) throw new Refusal("graph.rate", { path, got: seen(rate) });
  }
}

/**
 * Return the Programs of a network: train (batch statistics, dropout, L), predict (network and
 * link), score (predict and L), and sample (predict with dropout and noise) if it draws anything.
 *
 * @param {Network} network
 * @returns {Programs & { output: number[] }} `output` is the shape before the link
 */
export function trace(network) {
  check(network);
  const loss = lossOf(network.loss);
  /** @type {Record<string, ReturnType<typeof record>>} */
  const made = {};
  for (const mode of /** @type {Mode[]} */ (["train", "predict", "score"])) {
    made[mode] = record(network, mode, loss);
  }
  if ("key" in made.train.tape.inputs) made.sample = record(network, "sample", loss);
  const { layout, size } = layOut(made.train.tape);
  /** @type {Map<string, string>} */
  const symbols = new Map();
  /** @type {Record<string, any>} */
  const programs = { output: made.predict.shape };
  for (const [mode, { tape, output, defaults }] of Object.entries(made)) {
    nameValues(tape.values, symbols);
    const params = [...tape.params.values()].map((p) => {
      const start = /** @type {number} */ (layout.get(p.path));
      return { ...p, start, end: start + product(p.shape) };
    });
    programs[mode] = {
      mode,
      values: tape.values,
      steps: tape.steps,
      params: params.sort((a, b) => a.start - b.start),
      moves: [...tape.moves.values()],
      inputs: tape.inputs,
      defaults,
      output,
      size,
    };
  }
  checkPaths(network, programs.train);
  return /** @type {Programs & { output: number[] }} */ (programs);
}
