// The scene of the articles without a browser: the engine beside the lines, Python code, links.
import "./engine_files.mjs";
import { openSession } from "../../../src/chainrule/page/web/engine/client.js";
import { createRun } from "../../../src/chainrule/page/web/scenes/articles/article.js";
import { ARTICLES, shown } from "../../../src/chainrule/page/web/scenes/articles/state.js";
import { scene } from "../../../src/chainrule/page/web/scenes/articles/index.js";
import { checkLinks, checkTexts } from "./scene_states.mjs";

const set = (changes) => scene.reduce(scene.initial(), { type: "set", changes });
const states = {
  neuron: set({ "neuron.step": 1000, "neuron.ask": [1, 0, 0.25] }),
  longer: set({ "neuron.steps": 15000, "neuron.step": 15000, "neuron.line": 3 }),
  two_layer: set({ article: "two_layer", "two_layer.step": 1499, "two_layer.seed": 42 }),
  right: set({ article: "xor", "xor.step": 3000, "xor.seed": 7 }),
  published: set({ article: "xor", "xor.step": 3000, "xor.derivative": "published" }),
  logistic: set({ article: "xor", "xor.step": 500, "xor.activation": "logistic" }),
};

const results = {};
for (const [name, state] of Object.entries(states)) {
  const { article, options, steps, step, ask } = shown(state);
  const run = createRun(article, options, steps);
  while (!run.advance(1000));
  const python = scene.python.write(state);
  const back = { ...scene.python.read(python) };
  back[`${state.article}.line`] = state[`${state.article}.line`]; // code has no line of a step
  results[name] = {
    python,
    back: JSON.stringify(back) === JSON.stringify(state),
    weights: run.weights(step),
    answer: article.answer(ask, run.weights(step), options).answer,
  };
}

// the engine's session against the article's lines, at every hundredth step
const engine = {};
for (const id of ["neuron", "two_layer"]) {
  const article = ARTICLES[id];
  const steps = id === "neuron" ? 10000 : 1500;
  const run = createRun(article, { seed: 0 }, steps);
  while (!run.advance(1000));
  const flat = (weights) => article.weights.flatMap(({ name }) => weights[name].flat());
  const session = await openSession({
    network: article.network,
    theta: Float64Array.from(flat(run.weights(0))),
    data: {
      x: Float64Array.from(article.X.flat()),
      y: Float64Array.from(article.y.flat()),
      n: article.X.length,
    },
    fit: { optimizer: { class: "optimizers.SGD", settings: { lr: 1 } }, batch_size: null },
  });
  const { losses } = await session.train({ steps });
  let worst = 0;
  for (const step of [steps, steps - 1, 100, 1, 0]) {
    await session.goTo(step);
    const { theta } = await session.state();
    flat(run.weights(step)).forEach((w, k) => (worst = Math.max(worst, Math.abs(w - theta[k]))));
  }
  losses.forEach((loss, k) => (worst = Math.max(worst, Math.abs(loss - run.losses[k]))));
  engine[id] = { worst, steps: losses.length };
  session.close();
}

// lines and steps
const moves = [];
let state = scene.initial();
const send = (action) => {
  state = scene.reduce(state, action);
  moves.push([state["neuron.step"], state["neuron.line"]]);
};
send({ type: "line", by: 1 });
send({ type: "line", by: -1 });
send({ type: "line", by: -1 });
send({ type: "go", by: -1 });
send({ type: "go", to: 99999 });
send({ type: "line", by: 1 });
send({ type: "set", changes: { "neuron.steps": 15000 } });
send({ type: "go", by: 7000 });
send({ type: "set", changes: { "neuron.steps": 10000 } });
send({ type: "set", changes: { "neuron.ask": [1, 2] } });

const refusals = [
  "",
  "# chainrule lab: articles, other",
  results.neuron.python.replace("ASK = [1", "ASK = [one"),
  results.neuron.python.replace("STEPS, ALL_STEPS = 1000", "STEPS, ALL_STEPS = 99999"),
  results.neuron.python.replace("ASK = [1", "ASK = [1e9"),
  results.right.python.replace('"right"', '"left"'),
].map((text) => {
  try {
    scene.python.read(text);
    return "taken";
  } catch (error) {
    const name = error.key?.split(/\.(.*)/s)[1];
    return scene.texts.en[name] && scene.texts.zh[name] ? error.key : `${error}`;
  }
});
console.log(
  JSON.stringify({
    results,
    engine,
    moves,
    refusals,
    links: checkLinks(scene, Object.values(states), 150),
    texts: checkTexts(scene),
  }),
);
