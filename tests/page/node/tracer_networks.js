// What the page makes of networks: bytes, weights, equations and their formulas.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import {
  equations,
  formula,
  fromBytes,
  initialTheta,
  layerNames,
  lossNames,
  toBytes,
  trace,
} from "../../../src/chainrule/page/web/graph/index.js";

const base64 = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString("base64");

const { networks, bytes, formulas } = JSON.parse(readFileSync(0, "utf8"));

const answers = networks.map((/** @type {any} */ network) => {
  const programs = trace(network);
  /** @type {Record<string, any>} */
  const modes = {};
  for (const mode of /** @type {const} */ (["train", "predict", "score", "sample"])) {
    const program = programs[mode];
    if (!program) continue;
    const written = toBytes(program);
    const again = fromBytes(written);
    modes[mode] = {
      bytes: base64(written),
      defaults: program.defaults,
      equations: equations(program),
      again:
        base64(toBytes(again)) === base64(written) &&
        isDeepStrictEqual(again.values, program.values) &&
        isDeepStrictEqual(again.steps, program.steps),
      same: equations(again) === equations(program),
    };
  }
  const theta = initialTheta(programs, network);
  return { modes, output: programs.output, theta: base64(new Uint8Array(theta.buffer)) };
});
const read = bytes.map((/** @type {string} */ text) => {
  const program = fromBytes(new Uint8Array(Buffer.from(text, "base64")));
  return { bytes: base64(toBytes(program)), equations: equations(program) };
});
const names = { layers: layerNames(), losses: lossNames() };
console.log(JSON.stringify({ networks: answers, read, names, formulas: formulas.map(formula) }));
