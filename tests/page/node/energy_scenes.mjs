// Drives the states of three scenes without a browser: drawn actions, links, wrong links, Python.
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { texts as graphTexts } from "../../../src/chainrule/page/web/graph/texts.js";
import * as dreamsPython from "../../../src/chainrule/page/web/scenes/dreams/python.js";
import * as dreams from "../../../src/chainrule/page/web/scenes/dreams/state.js";
import { texts as dreamsTexts } from "../../../src/chainrule/page/web/scenes/dreams/texts.js";
import * as memoriesPython from "../../../src/chainrule/page/web/scenes/memories/python.js";
import * as memories from "../../../src/chainrule/page/web/scenes/memories/state.js";
import { texts as memoriesTexts } from "../../../src/chainrule/page/web/scenes/memories/texts.js";
import { KNOWN } from "../../../src/chainrule/page/web/scenes/optimizers/parts_panel.js";
import * as optimizersPython from "../../../src/chainrule/page/web/scenes/optimizers/python.js";
import { noiseOf, pathOf } from "../../../src/chainrule/page/web/scenes/optimizers/race.js";
import { SCHEDULES } from "../../../src/chainrule/page/web/scenes/optimizers/schedules.js";
import * as optimizers from "../../../src/chainrule/page/web/scenes/optimizers/state.js";
import { SURFACES } from "../../../src/chainrule/page/web/scenes/optimizers/surfaces.js";
import { texts as optimizersTexts } from "../../../src/chainrule/page/web/scenes/optimizers/texts.js";

let word = 14;
/** A number in [0, 1). */
function random() {
  word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
  return word / 2 ** 32;
}
/** @template T @param {T[]} list @returns {T} */
const one = (list) => list[Math.floor(random() * list.length)];
const whole = (/** @type {number} */ n) => Math.floor(random() * n);
const wild = () =>
  one([
    NaN,
    Infinity,
    -1,
    0,
    1,
    1e9,
    0.5,
    "x",
    null,
    undefined,
    [],
    {},
    true,
    "hebb",
    "1".repeat(64),
  ]);

/** @type {Record<string, any>} */
const SCENES = {
  optimizers: {
    ...optimizers,
    python: optimizersPython,
    texts: optimizersTexts,
    actions: [
      () => ({ type: "map", to: one(SURFACES.map(({ id }) => id)) }),
      () => ({
        type: "own",
        formula: one(["x^2 + y^2", "sin(x) cos(y) + x²/9 + y²/5", "abs(x) + 2*abs(y)"]),
      }),
      () => ({ type: "start", to: [random() * 2 - 1, random() * 2 - 1] }),
      () => ({ type: "steps", to: one(optimizers.STEPS.slice(0, 3)) }),
      () => ({ type: "noise", to: one([null, 0, 0.5]) }),
      () => ({ type: "seed", to: whole(1000) }),
      () => ({ type: "add", rule: one([...optimizers.RACERS, "parts"]) }),
      () => ({ type: "remove", racer: whole(5) }),
      () => ({ type: "rule", racer: whole(4), to: one([...optimizers.RACERS, "parts"]) }),
      () => ({
        type: "setting",
        racer: whole(4),
        name: one(["lr", "beta1", "eps", "centered"]),
        to: one([0.01, 0.5, true]),
      }),
      () => ({ type: "schedule", racer: whole(4), to: one(Object.keys(SCHEDULES)) }),
      () => ({ type: "length", racer: whole(4), to: 2 + whole(300) }),
      () => ({ type: "parts", to: one(Object.values(KNOWN)) }),
      () => ({
        type: "parts",
        to: { [one(["m", "ahead", "correct", "decay", "sign"])]: random() < 0.5 },
      }),
      () => ({ type: "chosen", to: whole(4) }),
    ],
  },
  memories: {
    ...memories,
    python: memoriesPython,
    texts: memoriesTexts,
    actions: [
      () => ({ type: "set", to: one(["shapes", "letters", "digits", "tiny"]) }),
      () => ({ type: "rule", to: one(["hebb", "storkey", "perceptron", "delta", "unlearning"]) }),
      () => ({ type: "select", to: whole(6) }),
      () => ({ type: "add" }),
      () => ({ type: "remove" }),
      () => ({ type: "random" }),
      () => ({ type: "size", rows: one(memories.SIDES) }),
      () => ({ type: "size", columns: one(memories.SIDES) }),
      () => ({ type: "damage", how: one(["noise", "half", "crop", "invert", "random", "none"]) }),
      () => ({ type: "noise", to: random() }),
      () => ({ type: "order", to: one(["random", "fixed", "synchronous"]) }),
      () => ({ type: "seed", to: whole(1e6) }),
      () => ({ type: "temperature", to: one([0, 0.5]) }),
      () => ({ type: "beta", to: one([0.01, 0.3]) }),
      () => ({ type: "power", to: 2 + whole(5) }),
    ],
  },
  dreams: {
    ...dreams,
    python: dreamsPython,
    texts: dreamsTexts,
    actions: [
      () => ({ type: "set", name: "hidden", to: one(dreams.HIDDEN) }),
      () => ({ type: "set", name: "sampler", to: one(["CD", "PCD"]) }),
      () => ({ type: "set", name: "k", to: 1 + whole(5) }),
      () => ({ type: "set", name: "batch", to: one(dreams.BATCHES) }),
      () => ({ type: "set", name: "lr", to: one([0.01, 0.2]) }),
      () => ({ type: "set", name: "binary", to: random() < 0.5 }),
      () => ({ type: "set", name: "seed", to: whole(1e6) }),
      () => ({ type: "set", name: "dreamSeed", to: whole(1e6) }),
      () => ({ type: "set", name: "temperature", to: one([0.5, 1, 2]) }),
      () => {
        const known = Array.from({ length: 64 }, () => whole(2));
        return {
          type: "clamp",
          ...dreams.clampWords(
            known,
            known.map(() => random()),
          ),
        };
      },
    ],
  },
};

/**
 * What Python code need not say, such as which racer is chosen; that a race ends at the same points is
 * compared instead.
 */
const UNSAID = [
  "seed",
  "racers",
  "chosen",
  "selected",
  "noise",
  "throws",
  "temperature",
  "show",
  "formula",
  "view",
  "parts",
];

/** @param {any} scene @param {any} problem */
function sentence(scene, problem) {
  if (!(problem instanceof Refusal)) throw problem;
  const key = problem.key.replace(/^\w+\./, "");
  const { texts } = problem.key.startsWith("graph.") ? { texts: graphTexts } : scene;
  const own = ["en", "zh"].every((language) => key in texts[language]);
  if (!own && !problem.key.startsWith("data.")) throw new Error(`no text ${problem.key}`);
  return problem.key;
}

/** One broken copy of a link. @param {any} link */
function broken(link) {
  const copy = JSON.parse(JSON.stringify(link));
  const names = Object.keys(copy);
  const name =
    names.length && random() < 0.8 ? one(names) : one(["racers", "zz", "rows", "hidden"]);
  if (Array.isArray(copy[name]) && copy[name].length && random() < 0.7) {
    const k = whole(copy[name].length);
    if (copy[name][k] && typeof copy[name][k] === "object" && random() < 0.8)
      copy[name][k][one(Object.keys(copy[name][k]))] = wild();
    else copy[name][k] = wild();
  } else copy[name] = wild();
  return random() < 0.05 ? wild() : copy;
}

/** @param {string} id */
function drive(id) {
  const scene = SCENES[id];
  /** @type {any} */
  const found = { links: 0, refused: 0, keys: [], pythons: [], unequal: [] };
  const keys = new Set();
  for (let run = 0; run < 60; run++) {
    let state = scene.initial();
    for (let k = 0; k < 12; k++) {
      const before = JSON.stringify(state);
      const next = scene.reduce(state, one(scene.actions)());
      if (JSON.stringify(state) !== before) throw new Error("a reducer changed its state");
      state = next;
      // wild actions change nothing, or give a state that can be written and read
      const odd = /** @type {any} */ ({ ...one(scene.actions)() });
      odd[one(Object.keys(odd))] = wild();
      scene.read(scene.write(scene.reduce(state, odd)));
    }
    const link = scene.write(state);
    if (JSON.stringify(scene.read(JSON.parse(JSON.stringify(link)))) !== JSON.stringify(state))
      found.unequal.push(link);
    found.links++;
    for (let k = 0; k < 30; k++)
      try {
        scene.read(broken(link));
      } catch (problem) {
        keys.add(sentence(scene, problem));
        found.refused++;
      }
    const text = scene.python.write(state);
    const back = scene.python.read(text);
    if (id === "optimizers" && JSON.stringify(ends(back)) !== JSON.stringify(ends(state)))
      found.unequal.push(["ends", text]);
    const same = Object.keys(state).filter(
      (name) =>
        !UNSAID.includes(name) && JSON.stringify(back[name]) !== JSON.stringify(state[name]),
    );
    if (same.length) found.unequal.push([same, text]);
    if (scene.python.write(back) !== text)
      found.unequal.push(["text", text, scene.python.write(back)]);
    for (let k = 0; k < 20; k++) {
      const at = whole(text.length);
      const cut =
        text.slice(0, at) + one(["", "x", "9", ")", "\n", "="]) + text.slice(at + 1 + whole(30));
      try {
        scene.python.read(cut);
      } catch (problem) {
        keys.add(sentence(scene, problem));
      }
    }
    if (run < 12)
      found.pythons.push({ text, ends: id === "optimizers" ? ends({ ...state, steps: 5 }) : null });
  }
  found.keys = [...keys];
  const [en, zh] = [scene.texts.en, scene.texts.zh];
  found.texts = Object.keys(en)
    .filter((key) => !(key in zh))
    .concat(Object.keys(zh).filter((key) => !(key in en)));
  found.gaps = Object.keys(en).filter(
    (key) =>
      String(en[key].match(/\{\w+\}/g)?.sort()) !== String(zh[key]?.match(/\{\w+\}/g)?.sort()),
  );
  return found;
}

/** Where each racer ends. @param {any} state */
function ends(state) {
  const surface = optimizers.surfaceOf(state);
  const noise = noiseOf(state.seed, state.steps);
  return state.racers.map((/** @type {any} */ racer) => {
    const own = { ...racer, parts: state.parts };
    const path = pathOf(surface, state.start ?? surface.start, own, state.steps, noise);
    const last = path.x.length - 1;
    return path.diverged >= 0 ? null : [path.x[last], path.y[last]];
  });
}

process.stdout.write(
  JSON.stringify(Object.fromEntries(Object.keys(SCENES).map((id) => [id, drive(id)]))),
);
