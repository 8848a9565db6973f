// One Program in WebAssembly: binds the bytes that Python wrote, runs steps or predicts, hands the numbers back.
// usage: node run.mjs f32_simd.wasm.gz < job.json   (arrays as base64; the page's modules, tests/engines/test_wasm.py the job)
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Engine } from "../../src/chainrule/page/web/engine/binding.js";

const job = JSON.parse(readFileSync(0, "utf8"));
const bytes = (/** @type {string} */ base64) => Uint8Array.from(Buffer.from(base64, "base64"));
const coded = (/** @type {any} */ place) =>
  Buffer.from(place.view.slice().buffer).toString("base64");
/** @type {any} */
const KINDS = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: BigInt64Array };
/** @param {string} base64 @param {string} type */
const numbers = (base64, type) => new KINDS[type](bytes(base64).buffer);

const module = new WebAssembly.Module(gunzipSync(readFileSync(process.argv[2])));
const engine = new Engine(module, job.dtype === "f32" ? "float32" : "float64");
/** @param {string | null | undefined} base64 @param {any} type */
const given = (base64, type) => (base64 ? engine.put(type, numbers(base64, type)) : undefined);

const plan = engine.bind({
  program: bytes(job.program),
  wanted: job.wanted && bytes(job.wanted),
  rows: job.rows,
  rule: job.rule,
  groups: job.groups && numbers(job.groups, "i32"),
  slots: job.slots,
  hypers: job.hypers,
  constants: job.constants ? numbers(job.constants, "f64") : [],
});
const theta = /** @type {any} */ (given(job.theta, job.dtype));
if (plan.thetaSize !== theta.length) throw new Error("theta has another size than the plan's");
const rows = job.data.map((/** @type {string} */ array, /** @type {number} */ k) =>
  given(array, job.types[k]),
);

if (job.out) {
  const out = engine.room(job.dtype, job.rows * plan.outputSize);
  plan.check("check_predict", { theta, out, predicted: job.rows }, rows);
  plan.predict(job.rows);
  console.log(JSON.stringify({ out: coded(out) }));
} else {
  const starts = /** @type {any} */ (given(job.starts, "i64"));
  const losses = engine.room("f64", starts.length - 1);
  const grad = job.rule ? undefined : engine.room(job.dtype, theta.length);
  const slots = Array.from({ length: job.slots }, () =>
    engine.room(job.dtype, plan.about("slotSize")),
  );
  const values = {
    ...{
      theta,
      starts,
      losses,
      grad,
      order: given(job.order, "i32"),
      numbers: given(job.numbers, "i32"),
    },
    ...{ c: given(job.c, job.dtype), hyper: given(job.hyper, "f64"), t: 1, seed: job.seed },
  };
  plan.check("check_run", values, rows, slots);
  const { done, finite } = plan.advance();
  const answer = { done, finite: Number(finite), losses: coded(losses), theta: coded(theta) };
  console.log(JSON.stringify(grad ? { ...answer, grad: coded(grad) } : answer));
}
