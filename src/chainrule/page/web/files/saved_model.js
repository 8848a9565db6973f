// What a file of chainrule holds: a network, a table's model, a recording, or an energy model.
import { Refusal } from "../app/refusal.js";
import { fromBytes } from "../graph/byte_form.js";
import { addEnd, snapshots } from "./recorded_states.js";
import { asNumbers, read } from "./safetensors.js";
import { columnsOf } from "./table_columns.js";

const FORMAT = 1;
const NUMBERS = /** @type {Record<string, Float32ArrayConstructor | Float64ArrayConstructor>} */ ({
  float32: Float32Array,
  float64: Float64Array,
});
const PROGRAMS = /** @type {const} */ (["predict", "score", "train"]);

/**
 * A tensor of θ: its place, and its shape.
 *
 * @typedef {{ path: string, symbol: string, shape: number[], start: number, size: number,
 *   role: string }} Part
 *
 * @typedef {object} Network
 * @property {"network"} kind
 * @property {any} about the description: layers, loss, inputs, target, seed, dtype, ...
 * @property {Record<"predict" | "score" | "train", Uint8Array>} bytes of each Program
 * @property {Record<"predict" | "score" | "train", any>} programs the Programs
 * @property {Float32Array | Float64Array} theta
 * @property {Part[]} parts
 * @property {import("./table_columns.js").Table | null} table how a row of a table becomes inputs
 *
 * @typedef {object} Machine a Boltzmann machine, or each of a stack
 * @property {"rbm"} kind
 * @property {any} about
 * @property {number} visible
 * @property {number} hidden
 * @property {Record<string, { shape: number[], data: Float64Array }>} weights W (H, D), b, c; with
 *   K classes U (H, K) and d
 *
 * @typedef {{ kind: "stack", about: any, machines: Machine[] }} Stack
 *
 * @typedef {object} Hopfield
 * @property {"hopfield"} kind
 * @property {any} about
 * @property {number} units
 * @property {Float64Array} weights (N, N)
 * @property {Float64Array} thresholds (N)
 * @property {Int8Array[]} patterns of ±1
 *
 * @typedef {object} SavedModel
 * @property {Network | Machine | Stack | Hopfield} model
 * @property {import("./recorded_states.js").Recorded | null} recording
 * @property {boolean} checked the checksum was compared
 * @property {string} version of chainrule that wrote it
 */

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<SavedModel>}
 * @throws {Refusal}
 */
export async function savedModel(bytes) {
  const { about, tensors, checked } = await read(bytes);
  if (about.format !== FORMAT) {
    throw new Refusal("your_file.newer", { format: String(about.format), known: FORMAT });
  }
  let model, recording;
  try {
    model = modelOf(about, tensors);
    recording = about.record ? await snapshots(about, tensors) : null;
    if (recording && model.kind === "network") addEnd(recording, tensors, model.theta);
    if (recording && model.kind === "rbm") addEnd(recording, tensors, thetaOf(model));
  } catch (why) {
    // A description that lacks something ends in a TypeError.
    throw why instanceof Refusal ? why : new Refusal("your_file.broken");
  }
  return { model, recording, checked, version: String(about.chainrule ?? "?") };
}

/**
 * @param {any} about
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 */
function modelOf(about, tensors) {
  if (about.model === undefined) return network(about, tensors);
  if (about.model === "rbm") return machine(about, tensors, "");
  if (about.model === "hopfield") return hopfield(about, tensors);
  if (about.model === "deep belief network" && Array.isArray(about.rbms)) {
    const machines = about.rbms.map((/** @type {any} */ one, /** @type {number} */ k) =>
      machine(one, tensors, `rbm${k + 1}/`),
    );
    if (machines.length) return /** @type {Stack} */ ({ kind: "stack", about, machines });
  }
  throw new Refusal("your_file.unknown_model", { model: String(about.model).slice(0, 40) });
}

/**
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 * @param {string} name
 * @param {number[] | null} shape
 */
function tensorOf(tensors, name, shape) {
  const found = tensors.get(name);
  if (!found) throw new Refusal("your_file.missing", { name });
  if (
    shape &&
    (shape.length !== found.shape.length || shape.some((n, i) => n !== found.shape[i]))
  ) {
    throw new Refusal("your_file.wrong_shape", { name });
  }
  const data = asNumbers(found);
  if (!data.every(Number.isFinite)) throw new Refusal("your_file.not_finite", { name });
  return { shape: found.shape, data };
}

/**
 * @param {any} about
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 * @returns {Network}
 */
function network(about, tensors) {
  if (!Object.hasOwn(NUMBERS, about.dtype)) throw new Refusal("your_file.broken");
  const Numbers = NUMBERS[about.dtype];
  const bytes = /** @type {any} */ ({});
  const programs = /** @type {any} */ ({});
  for (const mode of PROGRAMS) {
    const found = tensors.get(`program/${mode}`);
    if (!found || found.type !== "|u1") throw new Refusal("your_file.missing", { name: mode });
    bytes[mode] = found.data;
    programs[mode] = fromBytes(found.data);
  }
  checkInputs(about.inputs, programs.predict);
  const parts = partsOf(programs.train);
  const size = parts.reduce((largest, part) => Math.max(largest, part.start + part.size), 0);
  const given = parts.reduce((sum, part) => sum + part.size, 0);
  if (given !== size) throw new Refusal("your_file.broken");
  const theta = new Numbers(size);
  for (const part of parts) theta.set(tensorOf(tensors, part.path, part.shape).data, part.start);
  const table = about.table ? columnsOf(about.table, about.inputs) : null;
  return { kind: "network", about, bytes, programs, theta, parts, table };
}

/**
 * Refuse shapes of a row that are none, or are not those of the Program.
 *
 * @param {any} inputs the shape of a row by name
 * @param {any} program
 */
function checkInputs(inputs, { inputs: places, values }) {
  for (const [name, shape] of Object.entries(inputs)) {
    const own = Object.hasOwn(places, name) ? values[places[name]].shape : null;
    if (own && JSON.stringify([0, ...shape]) !== JSON.stringify(own))
      throw new Refusal("your_file.broken");
    if (!shape.every(Number.isSafeInteger)) throw new Refusal("your_file.broken");
  }
}

/** The tensors of θ that a Program names. @param {any} program @returns {Part[]} */
const partsOf = (program) =>
  program.params.map((/** @type {any} */ { path, value, shape, start, end }) => {
    const { symbol, role } = program.values[value];
    return { path, symbol, shape, role, start, size: end - start };
  });

/**
 * @param {any} about
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 * @param {string} prefix
 * @returns {Machine}
 */
function machine(about, tensors, prefix) {
  const { visible, hidden } = about;
  if (!Number.isInteger(visible) || !Number.isInteger(hidden))
    throw new Refusal("your_file.broken");
  /** @type {Machine["weights"]} */
  const weights = {
    W: tensorOf(tensors, `${prefix}W`, [hidden, visible]),
    b: tensorOf(tensors, `${prefix}b`, [visible]),
    c: tensorOf(tensors, `${prefix}c`, [hidden]),
  };
  if (about.classes) {
    weights.U = tensorOf(tensors, `${prefix}U`, [hidden, about.classes]);
    weights.d = tensorOf(tensors, `${prefix}d`, [about.classes]);
  }
  return { kind: "rbm", about, visible, hidden, weights };
}

/** θ = [W | b | c] as a run has it: class units are the last visible ones. @param {Machine} machine */
function thetaOf({ visible, hidden, weights: { W, b, c, U, d } }) {
  const rows = Array.from({ length: hidden }, (_, i) => [
    ...W.data.subarray(i * visible, (i + 1) * visible),
    ...(U ? U.data.subarray(i * U.shape[1], (i + 1) * U.shape[1]) : []),
  ]);
  return Float64Array.from([...rows.flat(), ...b.data, ...(d?.data ?? []), ...c.data]);
}

/**
 * @param {any} about
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 * @returns {Hopfield}
 */
function hopfield(about, tensors) {
  const weights = tensorOf(tensors, "weights", null);
  const units = weights.shape[0];
  if (weights.shape.length !== 2 || weights.shape[1] !== units)
    throw new Refusal("your_file.broken");
  const limits = tensorOf(tensors, "thresholds", null).data;
  if (limits.length !== 1 && limits.length !== units) throw new Refusal("your_file.broken");
  // a network made from its weights has no patterns
  const stored = tensors.has("patterns")
    ? tensorOf(tensors, "patterns", null)
    : { shape: [0, units], data: new Float64Array(0) };
  if (stored.shape.length !== 2 || stored.shape[1] !== units) throw new Refusal("your_file.broken");
  const patterns = Array.from({ length: stored.shape[0] }, (_, k) =>
    Int8Array.from(stored.data.subarray(k * units, (k + 1) * units)),
  );
  const thresholds = limits.length === 1 ? new Float64Array(units).fill(limits[0]) : limits;
  return { kind: "hopfield", about, units, weights: weights.data, thresholds, patterns };
}
