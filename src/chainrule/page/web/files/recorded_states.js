// The states that a recording keeps, and the curves of its run.
import { Refusal } from "../app/refusal.js";
import { asNumbers, read } from "./safetensors.js";

const COUNTERS = ["seed", "t", "step", "epoch", "position", "started"];

/**
 * A state after `step` updates.
 *
 * @typedef {object} State
 * @property {number} t
 * @property {number} step
 * @property {number} epoch
 * @property {number} position rows of the epoch that are done
 * @property {number} seed
 * @property {any} theta typed array
 * @property {Record<string, any>} slots typed arrays by name
 *
 * @typedef {object} Recorded
 * @property {State[]} states in the order of their steps
 * @property {number} own the place of the file's own weights in them; after early stopping not the last
 * @property {number} epochs that ended
 * @property {Record<string, Float64Array>} columns loss, val_loss, ... of each epoch
 * @property {number} last the number of updates
 * @property {string} stopped why the run ended
 * @property {number | null} bestEpoch counted from 1
 * @property {string | null} error
 * @property {any} options of the fit, as JSON
 * @property {string[]} missing options that a file cannot hold
 * @property {Record<string, any> | null} data X and y, if the file keeps them
 */

/**
 * @param {any} about
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 * @returns {Promise<Recorded>}
 */
export async function snapshots(about, tensors) {
  const record = about.record;
  const blocks = tensors.get("record:states")?.data;
  if (!(blocks instanceof Uint8Array)) throw new Refusal("your_file.missing", { name: "states" });
  const states = [];
  for (let at = 0; at + 16 <= blocks.length;) {
    const length = new DataView(blocks.buffer, blocks.byteOffset + at).getUint32(0, true);
    const begin = at + 16;
    at = begin + length;
    if (at > blocks.length) throw new Refusal("your_file.broken");
    const block = await read(/** @type {any} */ (blocks.slice(begin, at)), { sealed: false });
    states.push(stateOf(block.tensors));
  }
  if (!states.length) throw new Refusal("your_file.missing", { name: "states" });
  states.sort((a, b) => a.step - b.step);
  const curves = columns(tensors);
  return {
    states,
    own: states.length - 1,
    columns: curves,
    epochs: Math.max(
      states[states.length - 1].epoch,
      ...Object.values(curves).map((c) => c.length),
    ),
    last: Number(record.last ?? 0),
    stopped: String(record.stopped ?? ""),
    bestEpoch: Number.isInteger(record.best_epoch) ? record.best_epoch + 1 : null,
    error: typeof record.error === "string" ? record.error : null,
    options: record.options ?? {},
    missing: Array.isArray(record.missing) ? record.missing.map(String) : [],
    data: dataOf(record.data, tensors),
  };
}

/** @param {Map<string, import("./safetensors.js").Tensor>} tensors @returns {State} */
function stateOf(tensors) {
  const theta = tensors.get("theta");
  if (!theta) throw new Refusal("your_file.broken");
  return counted(tensors, "", theta.data);
}

/**
 * A state with these weights; its counters and slots have names that begin with `prefix`.
 *
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 * @param {string} prefix
 * @param {any} theta
 * @returns {State}
 */
function counted(tensors, prefix, theta) {
  const counters = tensors.get(`${prefix}run/counters`);
  if (!counters) throw new Refusal("your_file.broken");
  const numbers = asNumbers(counters);
  const at = Object.fromEntries(COUNTERS.map((name, i) => [name, numbers[i] ?? 0]));
  const slot = `${prefix}slot/`;
  const slots = Object.fromEntries(
    [...tensors]
      .filter(([name]) => name.startsWith(slot))
      .map(([name, { data }]) => [name.slice(slot.length), data]),
  );
  const { t, step, epoch, position, seed } = at;
  return { t, step, epoch, position, seed, theta, slots };
}

/**
 * Put the weights of the file among the kept states. States are kept at intervals of time, so a
 * short run has only its first; its network would answer as if it had learned nothing.
 *
 * @param {Recorded} recording
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 * @param {any} theta the weights of the file
 */
export function addEnd(recording, tensors, theta) {
  if (!tensors.has("run:run/counters")) return;
  const end = counted(tensors, "run:", theta);
  const { states } = recording;
  if (!states.some(({ step }) => step === end.step)) {
    states.push(end);
    states.sort((a, b) => a.step - b.step);
  }
  recording.own = states.findIndex(({ step }) => step === end.step);
}

/** Losses and metrics by epoch; after early stopping those of all epochs, not only of the best. */
function columns(/** @type {Map<string, import("./safetensors.js").Tensor>} */ tensors) {
  /** @type {Record<string, Float64Array>} */
  const found = {};
  for (const prefix of ["run:history/", "record:history/"]) {
    for (const [name, tensor] of tensors) {
      if (name.startsWith(prefix)) found[name.slice(prefix.length)] = asNumbers(tensor);
    }
  }
  return found;
}

/**
 * @param {any} text
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors
 * @returns {any}
 */
function dataOf(text, tensors) {
  if (text === null || typeof text !== "object") return null;
  /** @param {any} part @returns {any} */
  const put = (part) => {
    if (part === null || typeof part !== "object") return null;
    if (Number.isInteger(part.array)) return tensors.get(`data:${part.array}`) ?? null;
    if (Array.isArray(part.tuple)) return part.tuple.map(put);
    if (part.dict)
      return Object.fromEntries(Object.entries(part.dict).map(([k, v]) => [k, put(v)]));
    return null;
  };
  return Object.fromEntries(Object.entries(text).map(([name, part]) => [name, put(part)]));
}
