// Recall and contrastive divergence as Python describes them; writes states and θ.
// usage: node engine_energy.mjs < jobs.json
import "./engine_files.mjs";
import { readFileSync } from "node:fs";
import { Sessions } from "../../../src/chainrule/page/web/engine/sessions.js";

const sessions = new Sessions();
const coded = (/** @type {any} */ numbers) =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");
const answers = [];
for (const { kind, given, epochs } of JSON.parse(readFileSync(0, "utf8"))) {
  if (kind === "hopfield") {
    const { states, settled, sweeps, flips } = await sessions.call("hopfield", undefined, [given]);
    answers.push({
      states: [...states],
      settled: [...settled],
      sweeps: [...sweeps],
      flips: [...flips],
    });
  } else {
    const { id } = await sessions.call("openMachine", undefined, [given]);
    let errors = 0;
    for (let left = epochs; left > 0; left--)
      errors += (await sessions.call("train", id, [{ epochs: 1 }])).errors.length;
    const { theta, chains, step } = await sessions.call("state", id, []);
    answers.push({ theta: coded(theta), chains: chains && coded(chains), step, errors });
  }
}
process.stdout.write(JSON.stringify(answers), () => process.exit());
