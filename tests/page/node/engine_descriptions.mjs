// Sessions from descriptions that Python wrote: traced, begun, trained and scored in JavaScript.
// usage: node engine_descriptions.mjs < jobs.json
import "./engine_files.mjs";
import { readFileSync } from "node:fs";
import { Sessions } from "../../../src/chainrule/page/web/engine/sessions.js";

/** @type {any} */
const KINDS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };
const array = (/** @type {any} */ given) =>
  given && new KINDS[given.type](Uint8Array.from(Buffer.from(given.data, "base64")).buffer);
const coded = (/** @type {any} */ numbers) =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");

const sessions = new Sessions();
const answers = [];
for (const job of JSON.parse(readFileSync(0, "utf8"))) {
  const data = { x: array(job.x), y: array(job.y), n: job.n };
  const fit = { ...job.fit, sample_weight: array(job.sampleWeight) };
  const opening = { network: job.network, data, fit };
  const { id } = await sessions.call("openSession", undefined, [opening]);
  const begin = (await sessions.call("state", id, [])).theta;
  await sessions.call("train", id, [{ epochs: job.epochs }]);
  const { theta, step, epoch } = await sessions.call("state", id, []);
  const history = await sessions.call("history", id, []);
  const found = Object.entries(history).map(([name, values]) => [name, [...values]]);
  answers.push({
    begin: coded(begin),
    theta: coded(theta),
    step,
    epoch,
    history: Object.fromEntries(found),
  });
  await sessions.call("close", id, []);
}
process.stdout.write(JSON.stringify(answers), () => process.exit());
