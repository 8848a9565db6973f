// Networks and bytes that are changed at random: taken, or refused with a sentence.
import { readFileSync } from "node:fs";
import { Refusal } from "../../../src/chainrule/page/web/app/refusal.js";
import {
  equations,
  fromBytes,
  initialTheta,
  toBytes,
  trace,
} from "../../../src/chainrule/page/web/graph/index.js";
import { philox } from "../../../src/chainrule/page/web/graph/random.js";
import { texts } from "../../../src/chainrule/page/web/graph/texts.js";

const { networks, edits } = JSON.parse(readFileSync(0, "utf8"));
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
console.log(JSON.stringify({ answers, keys }));
