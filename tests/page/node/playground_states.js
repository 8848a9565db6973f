// The playground's states without a browser: reducer, link, Python, rows.
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { LANGUAGES, say } from "../../../src/chainrule/page/web/app/texts.js";
import * as link from "../../../src/chainrule/page/web/scenes/playground/link.js";
import * as network from "../../../src/chainrule/page/web/scenes/playground/network.js";
import * as python from "../../../src/chainrule/page/web/scenes/playground/python.js";
import { initial, reduce } from "../../../src/chainrule/page/web/scenes/playground/state.js";

const { cases = [], links = [], actions = [] } = JSON.parse(readFileSync(0, "utf8"));

const made = cases.map((/** @type {any[]} */ steps) => {
  const state = steps.reduce(reduce, initial());
  const rows = network.rowsOf(state.data);
  const inputs = network.inputsOf(state, rows);
  const { coding } = network.lossOf(state, rows.classes);
  const x = inputs.make(rows.columns, rows.n);
  const d = inputs.names.length;
  const part = (/** @type {Int32Array} */ which) => ({
    x: [...network.take(x, d, which)],
    y: [
      ...network.targetsOf(
        coding,
        Float64Array.from(which, (i) => rows.y[i]),
        rows.classes,
      ),
    ],
  });
  const written = link.write(state);
  const code = python.write(state);
  const back = python.read(code);
  return {
    link: written,
    again: JSON.stringify(link.read(JSON.parse(JSON.stringify(written)))) === JSON.stringify(state),
    python: code,
    back: python.write(back) === code,
    train: part(rows.train),
    test: part(rows.test),
    inputs: d,
  };
});

// Links that are damaged: a state that writes itself again, or a sentence.
let read = 0;
const refused = new Set();
for (const value of links) {
  try {
    const state = link.read(value);
    link.read(JSON.parse(JSON.stringify(link.write(state))));
    read++;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw new Error(JSON.stringify(value), { cause: refusal });
    for (const language of LANGUAGES) {
      const sentence = say(language, refusal.key, refusal.values);
      if (sentence === refusal.key || /\{\w+\}/.test(sentence)) {
        throw new Error(`${JSON.stringify(value)}: ${sentence}`, { cause: refusal });
      }
    }
    refused.add(refusal.key);
  }
}

// Actions of any kind: the state stays one that a link can hold.
let state = initial();
let kept = 0;
for (const action of actions) {
  const before = JSON.stringify(state);
  const next = reduce(state, action);
  if (next === state && JSON.stringify(state) !== before)
    throw new Error("a state was changed in place");
  if (next !== state) kept++;
  state = next;
  link.read(JSON.parse(JSON.stringify(link.write(state))));
}
console.log(JSON.stringify({ made, read, refused: [...refused], kept }));
