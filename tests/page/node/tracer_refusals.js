// Networks and bytes that are changed at random: taken, or refused with a sentence.
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import {
  equations,
  fromBytes,
  initialTheta,
  toBytes,
  trace,
  updateParts,
  writePython,
} from "../../../src/chainrule/page/web/graph/index.js";
import { philox } from "../../../src/chainrule/page/web/graph/random.js";
import { texts } from "../../../src/chainrule/page/web/graph/texts.js";

const { networks, optimizers, edits } = JSON.parse(readFileSync(0, "utf8"));
let drawn = 0;
/** @param {number} below */
const draw = (below) => philox([drawn++, 0, 0, 0], [3, 0])[0] % below;

/** What is wrong with the sentences of a refusal. @param {Refusal} refusal */
function trouble({ key, values }) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    const text = texts[language][key.replace("graph.", "")];
    if (!text) return `${key} has no text`;
    for (const [, gap] of text.matchAll(/\{(\w+)\}/g)) {
      if (values[gap] === undefined || values[gap] === "") return `${key} does not fill ${gap}`;
    }
  }
  return "";
}

/** @template T @param {() => T} call */
function refused(call) {
  try {
    return { made: call() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { key: error.key, wrong: trouble(error) };
  }
}

const answers = networks.map((/** @type {any} */ network) =>
  refused(() => {
    const programs = trace(network);
    if (programs.train.size < 10_000) initialTheta(programs, network);
    return Buffer.from(toBytes(programs.train)).toString("base64");
  }),
);

/** @type {Record<string, number>} */
const keys = {};
const written = answers
  .filter((/** @type {any} */ answer) => answer.made)
  .map((/** @type {any} */ answer) => new Uint8Array(Buffer.from(answer.made, "base64")));
for (let k = 0; k < edits; k++) {
  const bytes = written[k % written.length].slice();
  for (let n = 1 + draw(3); n > 0; n--) bytes[draw(bytes.length)] = draw(256);
  const found = refused(() => {
    const program = fromBytes(draw(4) ? bytes : bytes.subarray(0, draw(bytes.length)));
    return equations(program).length;
  });
  const key = found.key ?? "read";
  keys[key] = (keys[key] ?? 0) + 1;
}

// ---- other shapes of JSON than a description has

/** @type {any[]} */
const JUNK = [null, 5, -1.5, "x", "", [], {}, true, [[]], { class: "layers.Dense" }, { class: 7 }];
JUNK.push({ class: "losses.L2", settings: 5 }, { class: "layers.Tanh", settings: [] });
JUNK.push({ class: "schedules.Cosine", settings: { start: "a" } }, { class: "optimizers.Adam" });

/** Put junk at a random place. @param {any} json @returns {any} */
function spoiled(json) {
  const inside = json && typeof json === "object" ? Object.keys(json) : [];
  if (!inside.length || draw(6) === 0) return JUNK[draw(JUNK.length)];
  const key = inside[draw(inside.length)];
  const copy = Array.isArray(json) ? [...json] : { ...json };
  if (draw(8)) copy[key] = spoiled(copy[key]);
  else delete copy[key];
  return copy;
}

/** @type {string[]} */
const wrong = [];
for (let k = 0; k < edits; k++) {
  const network = spoiled(networks[k % networks.length]);
  const optimizer = spoiled(optimizers[k % optimizers.length]);
  const one = refused(() => {
    const programs = trace(network);
    return programs.train.size < 10_000 && initialTheta(programs, network);
  });
  const other = refused(() => updateParts(optimizer, { perEpoch: 3, epochs: 2 }).rule.numbers(2));
  const text = refused(() => writePython(network, { optimizer }).length);
  wrong.push(...[one, other, text].flatMap((found) => found.wrong || []));
}

// ---- nested too deep
/** @type {any} */
let layer = { class: "layers.Tanh" };
/** @type {any} */
let rate = 0.1;
for (let k = 0; k < 3000; k++) {
  layer = { class: "layers.Sequential", settings: { layers: [layer] } };
  rate = { class: "schedules.LinearWarmup", settings: { then: rate, steps: 2 } };
}
const loss = { class: "losses.Hinge" };
const steps = { class: "layers.EachStep", settings: { layer: { class: "layers.Tanh" } } };
const twice = { class: "layers.EachStep", settings: { layer: steps } };
const deep = [
  refused(() => trace({ layers: [layer], loss, inputs: { x: [2] } })).key,
  refused(() => updateParts({ class: "optimizers.SGD", settings: { lr: rate } })).key,
  refused(() => trace({ layers: [twice], loss, inputs: { x: [3000, 3000, 1, 1] } })).key,
];

console.log(JSON.stringify({ answers, keys, wrong, deep }));
