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
  pthread_mutex_trylock: () => 0,
  pthread_attr_init: () => 1,
  pthread_attr_destroy: () => 0,
  pthread_attr_getstacksize: () => 1,
  pthread_attr_setstacksize: () => 1,
  pthread_create: () => 1,
  pthread_join: () => 0,
  sched_yield: () => 0,
};

// ---- the structs of engine.h: i = int32_t, l = int64_t, p = a pointer, b = a Buffer, a number = bytes

const REQUEST =
  "program:p program_bytes:l wanted:p wanted_count:l rows:i threads:i keep:i rule:p groups:p group_count:i slots:i hypers:i " +
  "constants:p constant_count:i outside:p outside_count:l";
const GIVEN =
  "theta:b slot0:b slot1:b slot2:b slot3:b rows:p in_order:256 row_inputs:i slots:i order:b numbers:b c:b starts:b hyper:b constants:b " +
  "losses:b grad:b out:b predicted:l t:l step:l seed:l milliseconds:i careful:i";
const RUN =
  "theta:p slots:16 order:p numbers:p c:p starts:p batches:l hyper:p constants:p hyper_step:l losses:p grad:p out:p " +
  "t:l step:l seed:l steps:l milliseconds:i careful:i finite:i outside:p caller:p failed:i watch:p threads:i process:i data:2048";
const SIZES = { i: 4, p: 4, l: 8, b: 24 };
const TYPES = { f32: 1, f64: 2, i32: 5, i64: 6 };

// A struct in memory with these values, 0 where there is none; gives its address and where each field lies.
function struct(fields, values) {
  const at = {};
  let end = 0;
  for (const field of fields.split(" ")) {
    const [name, type] = field.split(":");
    const aligned = type === "l" || type === "b" ? 8 : 4;
    at[name] = [(end = Math.ceil(end / aligned) * aligned), type];
    end += SIZES[type] ?? Number(type);
  }
  const start = room(end + 8);
  const view = new DataView(C.memory.buffer, start, end);
  for (const [name, value] of Object.entries(values)) {
    const [offset, type] = at[name]; // a name that the struct lacks ends here
    if (type === "b") write(view, offset, value);
    else if (type === "l") view.setBigInt64(offset, BigInt(value ?? 0), true);
    else view.setInt32(offset, value ?? 0, true);
  }
  return { start, place: (name) => start + at[name][0] };
}

// A Buffer: address, bytes, type.
function write(view, offset, { data, bytes, type }) {
  view.setInt32(offset, data, true);
  view.setBigInt64(offset + 8, BigInt(bytes), true);
  view.setInt32(offset + 16, TYPES[type] ?? 0, true);
}
const nothing = { data: 0, bytes: 0 };
const empty = (bytes, type) => ({ data: room(bytes), bytes, type });
const given = (base64, type) => (base64 ? { data: put(base64), bytes: size(base64), type } : nothing);

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
  program: put(job.program), program_bytes: size(job.program), wanted: put(job.wanted), wanted_count: size(job.wanted),
  rows: job.rows, threads: 1,
  rule: job.rule && put(Buffer.from(job.rule + "\0").toString("base64")), groups: put(job.groups),
  group_count: size(job.groups) / 12, slots: job.slots, hypers: job.hypers,
  constants: put(job.constants), constant_count: size(job.constants) / 8,
});
const trouble = room(16);
const refused = (what) => {
  throw new Error(`${what}: error ${int32(trouble)}, ${int32(trouble + 4)}, ${int32(trouble + 8)}`);
};
const plan = engine("bind")(request.start, trouble);
if (!plan) refused("bind");

const about = (what) => Number(engine("about")(plan, what));
const theta = given(job.theta, job.dtype);
if (about(4) * real !== theta.bytes) throw new Error("theta has another size than the plan's");
const rows = room(24 * job.data.length);
const arrays = job.data.map((array, k) => given(array, job.types[k])); // memory may grow before it is looked at
arrays.forEach((array, k) => write(new DataView(C.memory.buffer), rows + 24 * k, array));
const run = struct(RUN, {});

// The Run that check_run makes of what is given.
function checked(how, values) {
  const all = struct(GIVEN, { theta, rows, row_inputs: job.data.length, ...values });
  if (!engine(how)(plan, all.start, run.start, trouble)) refused(how);
}

if (job.out) {
  const out = empty(job.rows * about(5) * real, job.dtype);
  checked("check_predict", { out, predicted: job.rows });
  engine("predict")(plan, run.start, BigInt(job.rows));
  console.log(JSON.stringify({ out: get(out.data, out.bytes) }));
} else {
  const steps = size(job.starts) / 8 - 1;
  const losses = empty(8 * steps, "f64");
  const grad = job.rule ? nothing : empty(theta.bytes, job.dtype);
  const slot = Array.from({ length: job.slots }, (_, k) => [`slot${k}`, empty(about(7) * real, job.dtype)]);
  checked("check_run", {
    ...Object.fromEntries(slot), slots: job.slots, order: given(job.order, "i32"), numbers: given(job.numbers, "i32"),
    c: given(job.c, job.dtype), starts: given(job.starts, "i64"), hyper: given(job.hyper, "f64"), losses, grad, t: 1, seed: job.seed,
  });
  const done = Number(engine("advance")(plan, run.start));
  const finite = int32(run.place("finite"));
  const answer = { done, finite, losses: get(losses.data, 8 * steps), theta: get(theta.data, theta.bytes) };
  console.log(JSON.stringify(grad.data ? { ...answer, grad: get(grad.data, theta.bytes) } : answer));
}
