// Python code of networks: written, read back, and read after random edits.
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import { readPython, writePython } from "../../../src/chainrule/page/web/graph/python_code.js";
import { philox } from "../../../src/chainrule/page/web/graph/random.js";
import { texts } from "../../../src/chainrule/page/web/graph/texts.js";

const { cases, edits, reads } = JSON.parse(readFileSync(0, "utf8"));
let drawn = 0;
/** @param {number} below */
const draw = (below) => philox([drawn++, 0, 0, 0], [14, 0])[0] % below;
/** @template T @param {T[]} items @returns {T} */
const one = (items) => items[draw(items.length)];

const PIECES = (
  "( ) [ ] { } , , = == . .. : ; + - ** * \\ # \" ' ''' \"\"\" 0 -1 1e999 1.5 2e3 7_ 0x1 None True " +
  "nan lambda for import from as cr cr. net net. fit( Dense Tanh() layers loss= inputs=(2,) units= " +
  'name="a" name="a/b" init= [[1.0], [2.0]] cr.L2(1) 1000000000 99999999999999999999 \t é 层 ² \u0000 \u2028'
).split(" ");

/** @param {string} text */
function edited(text) {
  for (let k = 1 + draw(3); k > 0; k--) {
    const at = draw(text.length + 1);
    const end = Math.min(text.length, at + 1 + draw(12));
    const lines = text.split("\n");
    text = one([
      () => text.slice(0, at) + text.slice(end),
      () => text.slice(0, at) + one(PIECES) + text.slice(at),
      () => text.slice(0, at) + one(PIECES) + text.slice(end),
      () => text.slice(0, at),
      () => text.replace(/\d+(\.\d+)?/g, (number) => (draw(6) ? number : one(PIECES))),
      () => text.replace(/[A-Za-z]+/g, (name) => (draw(40) ? name : one(PIECES))),
      () => lines.toSpliced(draw(lines.length), 1).join("\n"),
      () => lines.toSpliced(draw(lines.length), 0, one(lines)).join("\n"),
    ])();
  }
  return text;
}

/** A sentence of each language with all its gaps filled, or what is wrong. @param {Refusal} refusal */
function sentences({ key, values }) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    const text = texts[language][key.replace("graph.", "")];
    if (!text) return `${key} has no text`;
    for (const [, gap] of text.matchAll(/\{(\w+)\}/g)) {
      if (values[gap] === undefined || values[gap] === "") return `${key} does not fill ${gap}`;
    }
  }
  return "";
}

/** @param {string} text */
function read(text) {
  try {
    return { read: readPython(text) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw new Error(text, { cause: error });
    return { key: error.key, values: error.values, wrong: sentences(error) };
  }
}

const written = cases.map((/** @type {any} */ { network, fit, data }) => {
  const text = writePython(network, fit, { data });
  return { text, ...read(text) };
});
/** @type {Record<string, number>} */
const keys = {};
/** @type {string[]} */
const wrong = [];
for (let k = 0; k < edits; k++) {
  const found = read(edited(written[k % written.length].text));
  const key = "key" in found ? String(found.key) : "read";
  keys[key] = (keys[key] ?? 0) + 1;
  if ("wrong" in found && found.wrong) wrong.push(found.wrong);
}
console.log(JSON.stringify({ written, keys, wrong, reads: reads.map(read) }));
