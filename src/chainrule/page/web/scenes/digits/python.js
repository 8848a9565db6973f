// The same in Python, and back: one line for each layer, one for each setting.
import { Refusal } from "../../app/refusal.js";
import { PENS, readStrokes, writeStrokes } from "../../data/strokes.js";
import { checkLines } from "../../graph/python/lines.js";
import { ACTIVATIONS, describe, OPTIMIZERS, ownLayers } from "./networks.js";
import { initial, reduce } from "./state.js";

const short = (/** @type {string} */ name) => name.split(".")[1];

/** A layer of a description as code. @param {{ class: string, settings?: any }} one */
function layerCode(one) {
  const words = Object.entries(one.settings ?? {}).map(([name, value]) => {
    if (name === "init") return `init=cr.initializers.${short(value.class)}()`;
    if (name === "penalty") return `penalty=cr.L2(${value.settings.rate})`;
    if (["units", "filters", "size", "rate"].includes(name)) return String(value);
    if (name === "shape") return value.join(", ");
    return `${name}=${value}`;
  });
  return `    cr.${short(one.class)}(${words.join(", ")}),`;
}

/** @param {import("./state.js").State} state */
export function write(state) {
  const { layers } = describe(state);
  const optimizer = short(OPTIMIZERS[/** @type {keyof typeof OPTIMIZERS} */ (state.optimizer)]);
  const lines = [
    "# chainrule lab: digits",
    "import numpy as np",
    "import chainrule as cr",
    "",
    "X, y = cr.datasets.digits()",
    "X_train, y_train, X_test, y_test = cr.datasets.split(X / 16, y, seed=0)",
    `MOVED = ${state.moved ? "True" : "False"}  # also learn each digit moved by one pixel`,
    "if MOVED:",
    "    pictures = np.pad(X_train.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))",
    "    corners = ((1, 1), (2, 1), (0, 1), (1, 2), (1, 0))  # as it is, up, down, left, right",
    "    X_train = np.vstack([pictures[:, i : i + 8, j : j + 8].reshape(-1, 64) for i, j in corners])",
    "    y_train = np.tile(y_train, len(corners))",
    "",
    "net = cr.Network(",
    ...layers.map(layerCode),
    "    loss=cr.SoftmaxCrossEntropy(),",
    `    seed=${state.seed},`,
    ")",
    "net.fit(",
    "    X_train,",
    "    y_train,",
    `    optimizer=cr.${optimizer}(lr=${state.lr}),`,
    `    batch_size=${state.batch},`,
    `    epochs=${state.epochs},`,
    ")",
    'print("accuracy:", cr.metrics.accuracy(y_test, net.predict(X_test)))',
  ];
  if (state.row >= 0)
    lines.push(
      "",
      `ROW = ${state.row}  # a held-out digit`,
      'print("it is", y_test[ROW], "and is read as", net.predict(X_test[ROW : ROW + 1]).round(4))',
    );
  else if (state.strokes.length)
    lines.push(
      "",
      "# The drawing: points of each stroke on a sheet of 160 x 160, two digits to the base 36 each.",
      `PEN = ${PENS[/** @type {keyof typeof PENS} */ (state.pen)]}`,
      `STROKES = "${writeStrokes(state.strokes)}"`,
      "from PIL import Image  # pip install pillow",
      "",
      "y, x = np.mgrid[:160, :160] + 0.5",
      "ink = np.zeros((160, 160))",
      'for stroke in STROKES.split("-"):',
      "    numbers = [int(stroke[k : k + 2], 36) for k in range(0, len(stroke), 2)]",
      "    points = np.array(numbers, float).reshape(-1, 2)",
      "    for (x0, y0), (x1, y1) in zip(points[[0, *range(len(points) - 1)]], points):",
      "        dx, dy = x1 - x0, y1 - y0",
      "        along = ((x - x0) * dx + (y - y0) * dy) / ((dx * dx + dy * dy) or 1)",
      "        along = np.clip(along, 0, 1)  # the nearest place on this piece of the stroke",
      "        away = np.sqrt((x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2)",
      "        ink = np.maximum(ink, np.clip(PEN / 2 + 0.5 - away, 0, 1))",
      'Image.fromarray(255 - np.floor(255 * ink + 0.5).astype(np.uint8)).save("drawn.png")',
      'seen = cr.datasets.read_picture("drawn.png", 8, 8, 16)',
      "print(seen.astype(int))",
      'print("it is read as", net.predict(seen.reshape(1, 64) / 16).round(4))',
    );
  return [...lines, ""].join("\n");
}

const NUMBER = String.raw`\d+(?:\.\d*)?(?:e[-+]?\d+)?`;

/**
 * Take such code back, with other layers or numbers in it.
 *
 * @param {string} text
 */
export function read(text) {
  if (!/^# chainrule lab: digits\s*$/m.test(text)) throw new Refusal("digits.python.other");
  const find = (/** @type {string} */ form, /** @type {string} */ name) => {
    const found = new RegExp(form, "m").exec(text);
    if (!found) throw new Refusal("digits.python.missing", { name });
    return found.slice(1);
  };
  const body = find(String.raw`^net = cr\.Network\(\n([\s\S]*?)^    loss=`, "cr.Network(")[0];
  const { own, penalty } = readLayers(
    body
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  );
  const [optimizer, lr] = find(String.raw`optimizer=cr\.(\w+)\(lr=(${NUMBER})\)`, "optimizer=");
  const known = Object.entries(OPTIMIZERS).find(([, topic]) => short(topic) === optimizer);
  if (!known) throw new Refusal("digits.python.line", { line: `optimizer=cr.${optimizer}` });
  const pen = /^PEN = (\d+)/m.exec(text);
  const strokes = /^STROKES = "([^"]*)"/m.exec(text);
  const row = /^ROW = (\d+)/m.exec(text);
  const changes = {
    network: "own",
    own,
    penalty,
    optimizer: known[0],
    lr: Number(lr),
    seed: Number(find(String.raw`^    seed=(\d+),`, "seed=")[0]),
    batch: Number(find(String.raw`^    batch_size=(\d+),`, "batch_size=")[0]),
    epochs: Number(find(String.raw`^    epochs=(\d+),`, "epochs=")[0]),
    moved: find("^MOVED = (True|False)", "MOVED")[0] === "True",
    strokes: strokes ? readStrokes(strokes[1]) : [],
    row: row ? Number(row[1]) : -1,
    ...(pen && { pen: Object.entries(PENS).find(([, width]) => width === Number(pen[1]))?.[0] }),
  };
  const before = initial();
  // a network that has a name of its own keeps it
  const ready = ["small", "wide", "conv"].flatMap((network) =>
    Object.keys(ACTIVATIONS).flatMap((activation) =>
      [0, ...own.flatMap((one) => (one.kind === "dropout" ? [one.rate] : []))].map((dropout) => ({
        network,
        activation,
        dropout,
      })),
    ),
  );
  const same = ready.find(
    (one) => JSON.stringify(ownLayers({ ...before, ...one })) === JSON.stringify(own),
  );
  const all = same ? { ...changes, ...same, own: before.own } : changes;
  const state = reduce(before, { type: "set", changes: all });
  if (Object.entries(all).some(([name, v]) => JSON.stringify(state[name]) !== JSON.stringify(v)))
    throw new Refusal("digits.python.range");
  checkLines(text, write(state));
  return state;
}

/**
 * The own layers of these lines of code, and their common penalty.
 *
 * @param {string[]} lines
 */
function readLayers(lines) {
  /** @type {any[]} */
  const own = [];
  let penalty = 0;
  const last = /^cr\.Dense\(10(?:, penalty=cr\.L2\(([^)]*)\))?\),$/.exec(
    lines[lines.length - 1] ?? "",
  );
  if (!last)
    throw new Refusal("digits.python.line", { line: (lines[lines.length - 1] ?? "").slice(0, 60) });
  if (last[1]) penalty = Number(last[1]);
  const active = Object.fromEntries(
    Object.entries(ACTIVATIONS).map(([k, name]) => [short(name), k]),
  );
  for (let k = 0; k < lines.length - 1; k++) {
    const line = lines[k];
    const [, name, inside] = /^cr\.(\w+)\((.*)\),$/.exec(line) ?? [];
    const numbers = (inside ?? "").split(",").map((word) => Number(word.split("=").pop()));
    const activation = active[/^cr\.(\w+)\(\),$/.exec(lines[k + 1] ?? "")?.[1] ?? ""];
    const refuse = () => {
      throw new Refusal("digits.python.line", { line: line.slice(0, 60) });
    };
    if (name === "Reshape" || name === "Flatten") continue;
    if (name === "Dense" || name === "Conv2D") {
      if (!activation) refuse();
      own.push(
        name === "Dense"
          ? { kind: "dense", units: numbers[0], activation }
          : { kind: "conv", filters: numbers[0], kernel: numbers[1], activation },
      );
      k += 1;
    } else if (name === "MaxPool2D" && numbers[0] === 2) own.push({ kind: "pool", mode: "max" });
    else if (name === "AveragePool2D" && numbers[0] === 2) own.push({ kind: "pool", mode: "mean" });
    else if (name === "BatchNorm") own.push({ kind: "norm" });
    else if (name === "Dropout") own.push({ kind: "dropout", rate: numbers[0] });
    else refuse();
  }
  return { own, penalty };
}
