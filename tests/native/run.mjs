// One Program in WebAssembly: binds the bytes that Python wrote, runs steps or predicts, hands the numbers back.
// usage: node run.mjs native_f32.wasm < job.json   (arrays as base64; scripts/wasm.py makes the module, tests/test_wasm.py the job)
import { readFileSync } from "node:fs";

// ---- what C takes from libc. Memory is never given back: it lives as long as the page, and is zero where nobody wrote.

let C, top;
const bytes = () => new Uint8Array(C.memory.buffer);
function room(length) {
  const start = (top + 63) & ~63;
  top = start + length;
  const missing = top - C.memory.buffer.byteLength;
  if (missing > 0) C.memory.grow(Math.ceil(missing / 65536));
  return start;
}
function compare(a, b, length) {
  const memory = bytes();
  for (let i = 0; i < length; i++) if (memory[a + i] !== memory[b + i]) return memory[a + i] - memory[b + i];
  return 0;
}
const strlen = (text) => bytes().indexOf(0, text) - text;
const libc = {
  malloc: room,
  calloc: (count, size) => room(count * size),
  free() {},
  strlen,
  memcmp: compare,
  strcmp: (a, b) => compare(a, b, strlen(a) + 1),
  qsort(base, count, size, order) {
    const copy = room(count * size);
    bytes().copyWithin(copy, base, base + count * size);
    const places = Array.from({ length: count }, (_, i) => copy + i * size).sort(C.__indirect_function_table.get(order));
    places.forEach((place, i) => bytes().copyWithin(base + i * size, place, place + size));
  },
  clock_gettime(_, time) {
    const now = performance.now();
    new Int32Array(C.memory.buffer, time, 2).set([now / 1e3, (now % 1e3) * 1e6]);
    return 0;
  },
  pthread_mutex_init: () => 0, // one thread: no other can be made, so nobody waits
  pthread_mutex_lock: () => 0,
  pthread_mutex_unlock: () => 0,
  pthread_create: () => 1,
  pthread_join: () => 0,
  sched_yield: () => 0,
};

// ---- the structs of engine.h: i = int32_t, l = int64_t, p = a pointer

const REQUEST = "program:p program_bytes:l wanted:p rows:i threads:i keep:i rule:p groups:p group_count:i slots:i hypers:i constants:p constant_count:i outside:p";
const RUN =
  "theta:p slot0:p slot1:p slot2:p slot3:p data:p order:p numbers:p c:p starts:p batches:l hyper:p constants:p hyper_step:l losses:p grad:p out:p " +
  "t:l step:l seed:l steps:l milliseconds:i careful:i finite:i outside:p caller:p failed:i";

// A struct in memory with these values, 0 where there is none; gives its address and where each field lies.
function struct(fields, values) {
  const at = {};
  let end = 0;
  for (const field of fields.split(" ")) {
    const [name, type] = field.split(":");
    const size = type === "l" ? 8 : 4;
    at[name] = [(end = Math.ceil(end / size) * size), type];
    end += size;
  }
  const start = room(end);
  const view = new DataView(C.memory.buffer, start, end);
  for (const [name, value] of Object.entries(values)) {
    const [offset, type] = at[name]; // a name that the struct lacks ends here
    if (type === "l") view.setBigInt64(offset, BigInt(value ?? 0), true);
    else view.setInt32(offset, value ?? 0, true);
  }
  return { start, place: (name) => start + at[name][0] };
}

function put(base64) {
  if (base64 === null || base64 === undefined) return 0;
  const data = Buffer.from(base64, "base64");
  const start = room(data.length);
  bytes().set(data, start);
  return start;
}
const size = (base64) => (base64 ? Buffer.from(base64, "base64").length : 0);
const get = (start, length) => Buffer.from(C.memory.buffer, start, length).toString("base64");
const int32 = (place) => new Int32Array(C.memory.buffer, place, 1)[0];

// ---- one job

const job = JSON.parse(readFileSync(0, "utf8"));
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { env: libc });
C = instance.exports;
top = C.__heap_base.value;
const real = job.dtype === "f32" ? 4 : 8;
const engine = (name) => C[`cr_${name}_${job.dtype}_wasm`];

const request = struct(REQUEST, {
  program: put(job.program), program_bytes: size(job.program), wanted: put(job.wanted), rows: job.rows, threads: 1,
  rule: job.rule && put(Buffer.from(job.rule + "\0").toString("base64")), groups: put(job.groups),
  group_count: size(job.groups) / 12, slots: job.slots, hypers: job.hypers,
  constants: put(job.constants), constant_count: size(job.constants) / 8,
});
const [error, step] = [room(4), room(4)];
const plan = engine("bind")(request.start, error, step);
if (!plan) throw new Error(`bind: error ${int32(error)}, step ${int32(step)}`);

const data = job.data.map((array) => struct("data:p type:i", { data: put(array) }));
const pointers = room(8 * data.length);
data.forEach((one, k) => bytes().copyWithin(pointers + 8 * k, one.start, one.start + 8));
const about = (what) => Number(engine("about")(plan, what));
const theta = put(job.theta);
const thetaBytes = size(job.theta);
if (about(4) * real !== thetaBytes) throw new Error("theta has another size than the plan's");

if (job.out) {
  const outBytes = job.rows * about(5) * real;
  const out = room(outBytes);
  engine("predict")(plan, struct(RUN, { theta, data: pointers, out }).start, BigInt(job.rows));
  console.log(JSON.stringify({ out: get(out, outBytes) }));
} else {
  const steps = size(job.starts) / 8 - 1;
  const losses = room(8 * steps);
  const grad = job.rule ? 0 : room(thetaBytes);
  const slot = Array.from({ length: job.slots }, (_, k) => [`slot${k}`, room(about(7) * real)]);
  const run = struct(RUN, {
    theta, ...Object.fromEntries(slot), data: pointers, order: put(job.order), numbers: put(job.numbers), c: put(job.c),
    starts: put(job.starts), hyper: put(job.hyper), losses, grad, t: 1, seed: job.seed, steps,
  });
  const done = Number(engine("advance")(plan, run.start));
  const finite = int32(run.place("finite"));
  const answer = { done, finite, losses: get(losses, 8 * steps), theta: get(theta, thetaBytes) };
  console.log(JSON.stringify(grad ? { ...answer, grad: get(grad, thetaBytes) } : answer));
}
