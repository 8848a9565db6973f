// Runs of training as Python describes them; writes theta and losses of each.
// usage: node engine_runs.mjs < jobs.json
import "./engine_files.mjs";
import { readFileSync } from "node:fs";
import { Engine } from "../../../src/chainrule/page/web/engine/binding.js";
import { loadModule } from "../../../src/chainrule/page/web/engine/modules.js";
import { Run } from "../../../src/chainrule/page/web/engine/run.js";
import { readTable } from "../../../src/chainrule/page/web/engine/table.js";
import { UpdateList } from "../../../src/chainrule/page/web/engine/update_list.js";

/** @type {any} */
const KINDS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };
const decoded = (/** @type {string} */ text) => Uint8Array.from(Buffer.from(text, "base64"));
const array = (/** @type {any} */ given) =>
  given && new KINDS[given.type](decoded(given.data).buffer);
const coded = (/** @type {any} */ numbers) =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");

/** @param {any} job @param {any} table @returns {any} */
function fitOf(job, table) {
  const { rule, hypers } = job;
  const made = {
    ...rule,
    scheduled: hypers.length > 1,
    numbers: (/** @type {number} */ t) => hypers[Math.min(t, hypers.length) - 1],
  };
  const parts = {
    rule: made,
    clips: job.clips,
    constraints: job.constraints,
    average: job.average,
  };
  return {
    update: new UpdateList(parts, table, { frozen: job.frozen, rates: job.rates }),
    batchSize: job.batchSize,
    dropLast: job.dropLast,
    sample_weight: array(job.sampleWeight),
    class_weight: job.classWeight,
  };
}

/** @param {Engine} engine @param {any} job */
function runOf(engine, job) {
  /** @type {any} */
  const programs = Object.fromEntries(
    Object.entries(job.programs).map(([k, v]) => [k, decoded(v)]),
  );
  const x = array(job.x);
  const data = { x, y: array(job.y), n: job.n };
  return new Run({
    engine,
    network: {
      programs,
      theta: array(job.theta),
      defaults: job.defaults,
      reduction: job.reduction,
    },
    data,
    fit: fitOf(job, readTable(programs.train)),
    seed: job.seed,
    frozen: job.frozen,
    keep: job.keep,
  });
}

const answers = [];
for (const job of JSON.parse(readFileSync(0, "utf8"))) {
  for (const name of job.modules) {
    const engine = new Engine(
      await loadModule(name),
      name.startsWith("f64") ? "float64" : "float32",
    );
    const run = runOf(engine, job);
    const losses = [];
    while (losses.length < job.steps) {
      const { losses: found, finite } = run.advance(
        Math.min(job.piece, job.steps - losses.length),
        5,
      );
      losses.push(...found);
      if (!finite) break;
    }
    answers.push({
      ...{
        name: job.name,
        module: name,
        theta: coded(run.theta.view),
        losses: coded(Float64Array.from(losses)),
      },
      ...{ epochs: run.history.get("loss"), step: run.step, epoch: run.epoch },
      mean: run.mean && coded(run.mean),
    });
  }
}
console.log(JSON.stringify(answers));
