// The same in Python: the article's lines in NumPy, and the network of chainrule beside them.
import { Refusal } from "../../app/refusal.js";
import { checkLines } from "../../graph/python/lines.js";
import { initial, reduce, shown } from "./state.js";

const list = (/** @type {number[]} */ values) => `[${values.map(String).join(", ")}]`;

/** @param {import("./state.js").State} state */
export function write(state) {
  const { step, ask, options } = shown(state);
  const head = [`# chainrule lab: articles, ${state.article}`, "import numpy as np", ""];
  if (state.article === "neuron") return [...head, ...neuron(state, step, ask)].join("\n");
  if (state.article === "two_layer")
    return [...head, ...twoLayer(options.seed, step, ask)].join("\n");
  return [...head, ...xor(options, step, ask)].join("\n");
}

/** @param {import("./state.js").State} state @param {number} step @param {number[]} ask */
const neuron = (state, step, ask) => [
  "import chainrule as cr",
  "",
  `STEPS, ALL_STEPS = ${step}, ${state["neuron.steps"]}`,
  `ASK = ${list(ask)}`,
  "",
  "X, y = cr.datasets.first_column()",
  "random = np.random.RandomState(1)  # NumPy's legacy stream",
  "w = before = 2 * random.random_sample((3, 1)) - 1",
  "for _ in range(STEPS):",
  "    o = 1 / (1 + np.exp(-(X @ w)))",
  "    error = y - o",
  "    delta = error * o * (1 - o)",
  "    w = w + X.T @ delta",
  'print("the article\'s lines:", w.ravel(), 1 / (1 + np.exp(-(np.array([ASK]) @ w))))',
  "",
  "net = cr.Network(",
  "    cr.Dense(1, bias=False),",
  "    cr.Sigmoid(),",
  '    loss=cr.SquaredError(half=True, reduction="sum"),',
  "    inputs=(3,),",
  '    dtype="float64",',
  '    initial_weights={"W1": before},',
  ")",
  "if STEPS:",
  "    net.fit(X, y, optimizer=cr.SGD(lr=1.0), epochs=STEPS, batch_size=None, verbose=0)",
  'print("chainrule:", net.parameters["W1"].ravel(), net.predict(np.array([ASK], float)))',
  "",
];

/** @param {number} seed @param {number} step @param {number[]} ask */
const twoLayer = (seed, step, ask) => [
  "import chainrule as cr",
  "",
  `SEED, STEPS = ${seed}, ${step}`,
  `ASK = ${list(ask)}`,
  "",
  "X, y = cr.datasets.xor_with_ones()",
  "random = np.random.RandomState(SEED)  # NumPy's legacy stream",
  'start = {"W1": random.random_sample((3, 4)), "W2": random.random_sample((4, 1))}',
  'W1, W2 = start["W1"], start["W2"]',
  "for _ in range(STEPS):",
  "    h = 1 / (1 + np.exp(-(X @ W1)))",
  "    o = 1 / (1 + np.exp(-(h @ W2)))",
  "    delta2 = 2 * (y - o) * o * (1 - o)",
  "    dW2 = h.T @ delta2",
  "    delta1 = (delta2 @ W2.T) * h * (1 - h)",
  "    dW1 = X.T @ delta1",
  "    W1, W2 = W1 + dW1, W2 + dW2",
  "h = 1 / (1 + np.exp(-(np.array([ASK]) @ W1)))",
  'print("the article\'s lines:", 1 / (1 + np.exp(-(h @ W2))))',
  "",
  "net = cr.Network(",
  "    cr.Dense(4, bias=False),",
  "    cr.Sigmoid(),",
  "    cr.Dense(1, bias=False),",
  "    cr.Sigmoid(),",
  '    loss=cr.SquaredError(reduction="sum"),',
  "    inputs=(3,),",
  '    dtype="float64",',
  "    initial_weights=start,",
  ")",
  "if STEPS:",
  "    net.fit(X, y, optimizer=cr.SGD(lr=1.0), epochs=STEPS, batch_size=None, verbose=0)",
  'print("chainrule:", net.predict(np.array([ASK], float)))',
  "",
];

/** @param {import("./article.js").Options} options @param {number} step @param {number[]} ask */
const xor = ({ activation, derivative, seed }, step, ask) => [
  `ACTIVATION, DERIVATIVE = "${activation}", "${derivative}"`,
  `SEED, STEPS = ${seed}, ${step}`,
  `ASK = ${list(ask)}`,
  "",
  "X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)  # the last input is 1",
  "y = np.array([0.0, 1, 1, 0])",
  "",
  "",
  "def f(z):",
  '    return np.tanh(z) if ACTIVATION == "tanh" else 1 / (1 + np.exp(-z))',
  "",
  "",
  "def slope(a):",
  '    v = a if DERIVATIVE == "right" else f(a)  # as published: f\' written for z, but given a',
  '    return 1 - v**2 if ACTIVATION == "tanh" else v * (1 - v)',
  "",
  "",
  "random = np.random.RandomState(SEED)  # NumPy's legacy stream",
  "W1 = 0.25 * (2 * random.random_sample((3, 3)) - 1)",
  "W2 = 0.25 * (2 * random.random_sample((3, 1)) - 1)",
  "for _ in range(STEPS):",
  "    i = random.randint(4)",
  "    a0 = X[i : i + 1]",
  "    a1 = f(a0 @ W1)",
  "    a2 = f(a1 @ W2)",
  "    delta2 = (y[i] - a2) * slope(a2)",
  "    delta1 = (delta2 @ W2.T) * slope(a1)",
  "    W2 = W2 + 0.2 * a1.T @ delta2",
  "    W1 = W1 + 0.2 * a0.T @ delta1",
  'print("all four rows:", f(f(X @ W1) @ W2).ravel())',
  'print("the question:", f(f(np.array([[*ASK, 1]]) @ W1) @ W2))',
  "",
];

const NUMBER = String.raw`[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?`;

/**
 * Take code back that `write` wrote, with other numbers in its capital names.
 *
 * @param {string} text
 */
export function read(text) {
  const article = /^# chainrule lab: articles, (neuron|two_layer|xor)\s*$/m.exec(text)?.[1];
  if (!article) throw new Refusal("articles.python.other");
  /** @type {Record<string, any>} */
  const changes = { article };
  const take = (/** @type {RegExp} */ form, /** @type {string} */ name) => {
    const found = form.exec(text);
    if (!found) throw new Refusal("articles.python.missing", { name });
    return found.slice(1);
  };
  const asked = take(new RegExp(`^ASK = \\[(${NUMBER}(?:, *${NUMBER})*)\\]`, "m"), "ASK")[0];
  changes[`${article}.ask`] = asked.split(",").map(Number);
  if (article === "neuron") {
    const [step, steps] = take(/^STEPS, ALL_STEPS = (\d+), (\d+)\s*$/m, "STEPS, ALL_STEPS");
    Object.assign(changes, { "neuron.step": Number(step), "neuron.steps": Number(steps) });
  } else {
    const [seed, step] = take(/^SEED, STEPS = (\d+), (\d+)\s*$/m, "SEED, STEPS");
    Object.assign(changes, {
      [`${article}.seed`]: Number(seed),
      [`${article}.step`]: Number(step),
    });
  }
  if (article === "xor") {
    const names = take(
      /^ACTIVATION, DERIVATIVE = "(tanh|logistic)", "(right|published)"\s*$/m,
      "ACTIVATION, DERIVATIVE",
    );
    Object.assign(changes, { "xor.activation": names[0], "xor.derivative": names[1] });
  }
  const before = initial();
  const state = reduce(before, { type: "set", changes });
  const taken = Object.entries(changes).every(
    ([name, value]) => JSON.stringify(state[name]) === JSON.stringify(value),
  );
  if (!taken) throw new Refusal("articles.python.range");
  checkLines(text, write(state));
  return state;
}
