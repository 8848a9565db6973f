// The scene of the digits without a browser: training, Python code, links, a convolution.
import "./engine_files.mjs";
import { openSession } from "../../../src/chainrule/page/web/engine/client.js";
import { digits } from "../../../src/chainrule/page/web/data/digits.js";
import { nearest, withMoved } from "../../../src/chainrule/page/web/data/neighbors.js";
import { describe, describeFit } from "../../../src/chainrule/page/web/scenes/digits/networks.js";
import {
  cell,
  featureMap,
  learned,
  pooled,
} from "../../../src/chainrule/page/web/scenes/digits/convolution.js";
import { accuracy } from "../../../src/chainrule/page/web/scenes/digits/training.js";
import { occluded } from "../../../src/chainrule/page/web/scenes/digits/explain.js";
import {
  convolutionOfPixels,
  weightsAround,
} from "../../../src/chainrule/page/web/scenes/digits/places.js";
import { trace } from "../../../src/chainrule/page/web/graph/index.js";
import { saliency } from "../../../src/chainrule/page/web/reference/saliency.js";
import { readSign } from "../../../src/chainrule/page/web/data/ink.js";
import { drawn, PENS } from "../../../src/chainrule/page/web/data/strokes.js";
import { scene } from "../../../src/chainrule/page/web/scenes/digits/index.js";
import { checkLinks, checkTexts } from "./scene_states.mjs";

const set = (...changes) =>
  changes.reduce(
    (state, one) => scene.reduce(state, { type: "set", changes: one }),
    scene.initial(),
  );
const stroke = [
  [60, 30],
  [100, 40],
  [80, 130],
];
const own = [
  { kind: "conv", filters: 4, kernel: 3, activation: "tanh" },
  { kind: "pool", mode: "mean" },
  { kind: "norm" },
  { kind: "dense", units: 20, activation: "gelu" },
  { kind: "dropout", rate: 0.25 },
];
const states = {
  default: scene.reduce(scene.initial(), { type: "stroke", stroke }),
  wide: set({ network: "wide", penalty: 0.001, epochs: 4, seed: 3, row: 7 }),
  convolution: set({ network: "conv", dropout: 0.2, epochs: 4, optimizer: "momentum" }),
  own: set({ network: "own", own, epochs: 3, batch: 50, optimizer: "rmsprop" }),
  moved: set({ moved: true, activation: "sigmoid", epochs: 2, optimizer: "sgd", lr: 0.3 }),
};

const { train, test } = await digits();
const coded = (numbers) =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");
const trained = {};
let explained = null;
for (const [name, state] of Object.entries(states)) {
  const rows = state.moved ? withMoved(train.x, train.y) : train;
  const session = await openSession({
    network: describe(state),
    data: { x: rows.x, y: rows.y, n: rows.n },
    fit: describeFit(state),
  });
  await session.train({ epochs: state.epochs });
  const { theta } = await session.state();
  const answers = await session.predict(test.x, test.n);
  trained[name] = {
    theta: coded(theta),
    accuracy: accuracy(answers, test.y),
    python: scene.python.write(state),
    back: JSON.stringify(scene.python.read(scene.python.write(state))) === JSON.stringify(state),
  };
  if (name === "convolution") explained = await explain(session, theta);
  session.close();
}

/** The largest differences between what the scene shows and the engine. */
async function explain(session, theta) {
  const x = test.x.slice(0, 64);
  const { z1 } = await session.values(x, 1, ["z1"]);
  const { a1, h1 } = await session.values(x, 1, ["a1", "h1"]);
  const named = (symbol) => session.about.parameters.find((one) => one.symbol === symbol);
  const take = (symbol, n) => theta.subarray(named(symbol).start, named(symbol).start + n);
  let cells = 0;
  let pools = 0;
  for (let k = 0; k < 8; k++) {
    const kernel = learned(take("W1", 72), take("b1", 8), 3, 8, k);
    const map = featureMap(x, kernel);
    map.values.forEach((value, at) => {
      cells = Math.max(cells, Math.abs(value - z1[at * 8 + k]));
    });
    const { value } = cell(x, kernel, 2, 3);
    cells = Math.max(cells, Math.abs(value - map.values[2 * 6 + 3]));
    const active = Float64Array.from({ length: 36 }, (_, at) => a1[at * 8 + k]);
    for (let at = 0; at < 9; at++) {
      const { max } = pooled(active, 6, Math.floor(at / 3), at % 3);
      pools = Math.max(pools, Math.abs(max - h1[at * 8 + k]));
    }
  }
  // the slope of a probability by central differences of the engine, along each pixel
  const p = await session.predict(x, 1);
  const without = await session.predict(occluded(x), 65);
  const empty = Array.from({ length: 64 }, (_, k) => k).filter((k) => x[k] === 0);
  const same = Math.max(...empty.map((k) => Math.abs(without[10 * (k + 1) + 3] - p[3])));
  const slope = saliency(session.about.programs.predict, theta, x, 3).data;
  return { cells, pools, same, slope: [...slope], x: [...x] };
}

// weights are shown only where they stand right before or after the units
const places = [
  [[], "a1"],
  [[{ kind: "dense", units: 9, activation: "relu" }], "a1"],
  [[{ kind: "dense", units: 9, activation: "relu" }, { kind: "norm" }], "a1"],
  [[{ kind: "norm" }, { kind: "dense", units: 9, activation: "relu" }], "a2"],
  [own, "a3"],
].map(([layers, symbol]) => {
  const { predict } = trace(describe(set({ network: "own", own: layers })));
  return [weightsAround(predict, symbol), convolutionOfPixels(predict)];
});
const pooledFirst = [{ kind: "pool", mode: "max" }, own[0]];
places.push(
  convolutionOfPixels(trace(describe(set({ network: "own", own: pooledFirst }))).predict),
);

const near = [0, 1, 2].map((row) => {
  const x = test.x.slice(64 * row, 64 * row + 64);
  return { x: [...x], found: nearest(x, train.x, 10) };
});

const refusals = [
  "",
  "print(1)",
  "# chainrule lab: digits\n",
  scene.python.write(states.own).replace("cr.Dense(20", "cr.Wobble(20"),
  scene.python.write(states.own).replace("epochs=3", "epochs=3000"),
  scene.python.write(states.own).replace("cr.Dense(10)", "cr.Dense(11)"),
  scene.python.write(states.own).replace("cr.RMSprop", "cr.Adamantium"),
  scene.python.write(states.default).replace(/STROKES = ".*"/, 'STROKES = "zzzz"'),
].map((text) => {
  try {
    scene.python.read(text);
    return "taken";
  } catch (error) {
    const name = error.key?.split(/\.(.*)/s)[1];
    return scene.texts.en[name] && scene.texts.zh[name] ? error.key : `${error}`;
  }
});
const undone = scene.reduce(states.default, { type: "undo" });
console.log(
  JSON.stringify({
    trained,
    explained,
    seen: [...readSign(drawn(states.default.strokes, PENS.medium)).pixels],
    near,
    places,
    refusals,
    undone: JSON.stringify(undone) === JSON.stringify(scene.initial()),
    rate: set({ optimizer: "sgd" }).lr,
    links: checkLinks(scene, Object.values(states), 150),
    texts: checkTexts(scene),
  }),
);
