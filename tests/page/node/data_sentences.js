// Mutated formulas and tables: each is read or refused with a sentence in both languages.
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { LANGUAGES, say } from "../../../src/chainrule/page/web/app/texts.js";
import { planeFormula, points } from "../../../src/chainrule/page/web/data/datasets.js";
import {
  choose,
  readTable,
  suggestion,
  textOf,
} from "../../../src/chainrule/page/web/data/tables.js";

const { formulas, tables, files } = JSON.parse(readFileSync(0, "utf8"));
const keys = new Map();
let read = 0;
let slowest = 0;

/** @param {() => void} work @param {string} input */
function attempt(work, input) {
  const began = performance.now();
  try {
    work();
    read++;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw new Error(JSON.stringify(input), { cause: refusal });
    for (const language of LANGUAGES) {
      const sentence = say(language, refusal.key, refusal.values);
      if (sentence === refusal.key || /\{\w+\}|undefined|NaN/.test(sentence)) {
        throw new Error(`${JSON.stringify(input)}: ${sentence}`, { cause: refusal });
      }
    }
    keys.set(refusal.key, (keys.get(refusal.key) ?? 0) + 1);
  }
  slowest = Math.max(slowest, performance.now() - began);
}

for (const formula of formulas) {
  attempt(() => planeFormula(formula), formula);
  const settings = { set: "formula", n: 20, noise: 0.1, seed: 1, formula };
  attempt(() => points({ ...settings, task: "classes" }), formula);
  attempt(() => points({ ...settings, task: "number", share: null }), formula);
}
/** @param {string} text */
const look = (text) => {
  const table = readTable(text);
  for (const note of table.notes) say("en", note.key, note.values);
  attempt(() => choose(table, suggestion(table)), text);
};
for (const table of tables) attempt(() => look(table), table);
for (const bytes of files) attempt(() => look(textOf(Uint8Array.from(bytes))), String(bytes));
console.log(JSON.stringify({ read, refused: Object.fromEntries(keys), slowest }));
