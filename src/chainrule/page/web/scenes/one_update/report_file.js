// The file inside a report: text as JSON, and arrays by name, in the form of safetensors.
import { Refusal } from "../../app/refusal.js";
import { fromBytes } from "../../graph/index.js";
import { isKnown } from "../../reference/ops.js";
import { afterGradient, stages } from "../../reference/stages.js";
import { isLong } from "./moment.js";

/** @typedef {Float32Array | Float64Array | Int32Array | Uint8Array} Numbers */
/** @typedef {import("./moment.js").Moment} Moment */
/** @typedef {import("../../graph/trace.js").Program} Program */
/**
 * @typedef {object} ReportStep
 * @property {number} step
 * @property {number} epoch
 * @property {boolean} update false: only the weights are known
 * @property {number} [t]
 * @property {[number, number]} [key]
 * @property {number | null} [loss]
 * @property {any} [list]
 * @property {string[]} [frozen]
 * @property {number} [N]
 */

/** @type {Record<string, [new (b: ArrayBuffer) => Numbers, number]>} */
const KINDS = {
  F32: [Float32Array, 4],
  F64: [Float64Array, 8],
  I32: [Int32Array, 4],
  U8: [Uint8Array, 1],
};

/** A report as the page reads it. */
export class Report {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    const { about, arrays } = readFile(bytes);
    if (about?.report !== 1) throw new Refusal("one_update.report.broken");
    this.about = about;
    this.arrays = arrays;
    /** @type {ReportStep[]} */
    this.steps = about.steps;
    /** @type {Program | null} */
    this.train = arrays["program/train"] ? this.program("train") : null;
  }

  /** @param {string} name @returns {Program} */
  program(name) {
    const bytes = /** @type {Uint8Array} */ (this.arrays[`program/${name}`]);
    return { ...fromBytes(bytes), defaults: name === "predict" ? {} : this.about.defaults };
  }

  /** @param {number} step @returns {Float32Array | Float64Array} */
  theta(step) {
    return this.reals(`step/${step}/theta`);
  }

  /** @param {string} name @returns {Float32Array | Float64Array} */
  reals(name) {
    const found = this.arrays[name];
    if (!(found instanceof Float32Array || found instanceof Float64Array))
      throw new Refusal("one_update.report.broken");
    return found;
  }

  /** @param {number} step @returns {Moment | null} the moment with its stages, if the report has it */
  moment(step) {
    const one = this.steps.find((s) => s.step === step && s.update);
    if (!one || !this.train) return null;
    const begin = `step/${step}/`;
    /** @type {Record<string, any>} */
    const batch = {};
    /** @type {Record<string, any>} */
    const slots = {};
    /** @type {Record<string, any>} */
    const newSlots = {};
    for (const [name, numbers] of Object.entries(this.arrays)) {
      if (!name.startsWith(begin)) continue;
      const rest = name.slice(begin.length);
      if (rest.startsWith("batch/")) batch[rest.slice(6)] = numbers;
      if (rest.startsWith("slot/")) slots[rest.slice(5)] = numbers;
      if (rest.startsWith("after/slot/")) newSlots[rest.slice(11)] = numbers;
    }
    if (batch.N) batch.N = batch.N[0];
    const rows = /** @type {Int32Array} */ (
      this.arrays[`${begin}row`] ?? Int32Array.from({ length: one.N ?? 0 }, (_, k) => k)
    );
    const after = {
      loss: one.loss ?? NaN,
      g: this.reals(`${begin}after/g`),
      theta: this.reals(`${begin}after/theta`),
      slots: newSlots,
    };
    /** @type {import("../../reference/stages.js").Update} */
    const update = {
      program: this.train,
      theta: this.theta(step),
      slots,
      batch,
      key: one.key ?? [0, step],
      t: one.t ?? 1,
      list: one.list,
      frozen: one.frozen ?? [],
      numbers: numbersOf(batch.row, rows),
      after,
    };
    const large = isLong(this.train, rows.length);
    const own = this.train.steps.every((s) => s.ours && isKnown(s.op)); // no op of a user's
    const made = batch.x && own && !large ? stages(update) : afterGradient({ ...update, after });
    return {
      step,
      epoch: one.epoch,
      loss: after.loss,
      update,
      stages: made,
      rows,
      failed: one.loss === null,
      source: "run",
      large: large && own,
      foreign: !own,
    };
  }
}

/**
 * Return the numbers of the rows in the user's data, by their places in the source of the run.
 *
 * @param {ArrayLike<number> | undefined} places
 * @param {ArrayLike<number>} rows
 */
function numbersOf(places, rows) {
  if (!places) return undefined;
  /** @type {number[]} */
  const numbers = [];
  for (let k = 0; k < places.length; k++) numbers[places[k]] = rows[k];
  return numbers;
}

/**
 * @param {Uint8Array} bytes
 * @returns {{ about: any, arrays: Record<string, Numbers> }}
 */
function readFile(bytes) {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const about = JSON.parse(header.__metadata__.chainrule);
    /** @type {Record<string, Numbers>} */
    const arrays = {};
    for (const [name, { dtype, data_offsets: at }] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      const [Kind] = KINDS[dtype];
      const own = bytes.slice(8 + length + at[0], 8 + length + at[1]);
      arrays[name] = new Kind(/** @type {ArrayBuffer} */ (own.buffer));
    }
    return { about, arrays };
  } catch {
    throw new Refusal("one_update.report.broken");
  }
}
