// Python code that makes the same step and explains the same number, written and read back.
import { Refusal } from "../../app/refusal.js";
import { readPython, writePython } from "../../graph/python_code.js";
import { exampleOf, initial, link } from "./state.js";

/** @typedef {import("./state.js").State} State */

const RECORD = "run = net.record(";
const NAMES = ["forward", "loss", "deltas", "gradients"];

/**
 * Return numbers as nested lists.
 *
 * @param {ArrayLike<number>} numbers
 * @param {number[]} shape
 * @returns {any}
 */
function nested(numbers, shape) {
  if (shape.length === 1) return Array.from(numbers);
  const each = numbers.length / shape[0];
  return Array.from({ length: shape[0] }, (_, k) =>
    nested(Array.from(numbers).slice(k * each, (k + 1) * each), shape.slice(1)),
  );
}

/** @param {any} list @returns {string} */
const written = (list) => JSON.stringify(list).replaceAll(",", ", ");

/** @param {State} state @returns {string} */
function write(state) {
  const { network, data, fit } = exampleOf(state);
  const { x, y, n } = data;
  const target = network.target?.shape ?? [];
  const rows = [
    "import numpy as np",
    `X = np.array(${written(nested(x, [n, ...network.inputs.x]))})`,
    `y = np.array(${written(nested(y, [n, ...target]))})`,
  ];
  const size = fit.batch_size === undefined ? 32 : (fit.batch_size ?? n);
  const epochs = Math.max(fit.epochs ?? 1, Math.ceil((state.step + 1) / Math.ceil(n / size)));
  const after = [`moment = run.at(step=${state.step})`];
  after.push(state.look ? `print(moment.explain("${state.look}"))` : stageOf(state));
  const code = writePython(
    network,
    { ...fit, epochs },
    { data: rows.join("\n"), after: after.join("\n") },
  );
  return code.replace("net.fit(", RECORD);
}

/** @param {State} state */
const stageOf = ({ stage }) =>
  `print(moment.stages()[${stage}])${NAMES[stage] ? `  # ${NAMES[stage]}` : ""}`;

/** @param {string} text @returns {State} */
function read(text) {
  const { network, fit } = readPython(text.replace(RECORD, "net.fit("));
  const [x, y] = ["X", "y"].map((name) => arrayOf(text, name));
  const shape = x.shape.slice(1);
  const isIndex =
    y.shape.length === 1 &&
    /CrossEntropy$/.test(network.loss.class) &&
    !/Sigmoid/.test(network.loss.class);
  const own = {
    network: {
      ...network,
      inputs: { x: shape },
      target: {
        number: isIndex ? "index" : "real",
        shape: y.shape.length > 1 ? y.shape.slice(1) : isIndex ? [] : [1],
      },
    },
    data: { x: x.numbers, y: y.numbers, n: x.shape[0] },
    fit: fit ?? {},
  };
  const step = /^moment = run\.at\(step=(\d+)\)/m.exec(text);
  const look = /^print\(moment\.explain\("([^"]*)"\)\)/m.exec(text);
  const stage = /^print\(moment\.stages\(\)\[(\d+)\]\)/m.exec(text);
  return link.read({
    example: "own",
    own,
    step: step ? Number(step[1]) : 0,
    look: look ? look[1] : "",
    stage: stage ? Number(stage[1]) : initial().stage,
  });
}

/**
 * Return the numbers of `X = np.array([...])`.
 *
 * @param {string} text
 * @param {string} name
 * @returns {{ numbers: number[], shape: number[] }}
 */
function arrayOf(text, name) {
  const found = new RegExp(`^${name} = np\\.array\\((\\[[\\d\\s,.eE+\\-[\\]]*\\])\\)`, "m").exec(
    text,
  );
  try {
    const value = JSON.parse(found?.[1] ?? "");
    const shape = [];
    for (let part = value; Array.isArray(part); part = part[0]) shape.push(part.length);
    const numbers = value.flat(Infinity);
    const whole = shape.reduce((product, size) => product * size, 1);
    if (!shape.length || numbers.length !== whole)
      throw new Refusal("one_update.python.rows", { name });
    return { numbers, shape };
  } catch {
    throw new Refusal("one_update.python.rows", { name });
  }
}

export const python = { write, read };
