// C as it is called from JavaScript: an engine is one instance with its own memory, a plan is one
// Program that C has planned in it. When an engine is dropped, its memory goes with it.
import { Refusal } from "../app/refusal.js";
import { Memory } from "./memory.js";
import { loadModule, moduleFor } from "./modules.js";
import {
  ABOUT,
  BUFFER,
  ENGINE,
  GIVEN,
  read,
  REQUEST,
  RUN,
  TROUBLE,
  write,
  writeBuffer,
} from "./structs.js";
import { refusalOf } from "./trouble.js";

/** @typedef {"f32" | "f64" | "i32" | "i64" | "u8" | "i16"} NumberType */
/** @typedef {Float32Array | Float64Array} Reals */
/** @typedef {Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int16Array} Numbers */

const KINDS = {
  f32: Float32Array,
  f64: Float64Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  i16: Int16Array,
};
const MOST_SLOTS = 4;
const MOST_INPUTS = 256;

/** Numbers in the memory of an engine. */
export class Place {
  /**
   * @param {Memory} memory
   * @param {NumberType} type
   * @param {number} length
   */
  constructor(memory, type, length) {
    this.memory = memory;
    this.type = type;
    this.length = length;
    this.bytes = length * KINDS[type].BYTES_PER_ELEMENT;
    this.start = memory.room(Math.max(this.bytes, 8));
  }

  /**
   * The numbers as they are now. The array goes out of date when memory grows: take it each time.
   *
   * @returns {any}
   */
  get view() {
    return new KINDS[this.type](this.memory.buffer, this.start, this.length);
  }

  /** The first of these numbers as a place of their own, without new memory. @param {number} n */
  first(n) {
    return { start: this.start, bytes: n * KINDS[this.type].BYTES_PER_ELEMENT, type: this.type };
  }

  release() {
    this.memory.release(this.start);
    this.start = 0;
  }
}

export class Engine {
  /**
   * @param {WebAssembly.Module} module
   * @param {"float32" | "float64"} dtype
   */
  constructor(module, dtype) {
    this.dtype = dtype;
    /** @type {"f32" | "f64"} */
    this.real = dtype === "float64" ? "f64" : "f32";
    this.memory = new Memory();
    let instance;
    try {
      instance = new WebAssembly.Instance(module, { env: this.memory.libc() });
    } catch (error) {
      if (error instanceof RangeError) throw new Refusal("engine.no_memory");
      throw error;
    }
    this.memory.attach(instance.exports);
    const table = /** @type {WebAssembly.Global} */ (
      instance.exports[`chainrule_engine_${this.real}_wasm`]
    ).value;
    /** @type {Record<string, (...values: any[]) => any>} */
    this.c = {};
    for (const [name, { type }] of Object.entries(ENGINE.field))
      if (type === "p" && name !== "name")
        this.c[name] = this.at(read(this.memory.buffer, table, ENGINE, name));
    this.trouble = this.memory.room(TROUBLE.size);
  }

  /**
   * Return a new engine for this type of numbers.
   *
   * @param {"float32" | "float64"} dtype
   */
  static async open(dtype) {
    return new Engine(await loadModule(moduleFor(dtype)), dtype);
  }

  /**
   * @param {number} pointer to a function
   * @returns {(...values: any[]) => any}
   */
  at(pointer) {
    return this.memory.table.get(pointer);
  }

  /**
   * Return room for numbers, all 0.
   *
   * @param {NumberType} type
   * @param {number} length
   */
  room(type, length) {
    return new Place(this.memory, type, length);
  }

  /**
   * Return a copy of these numbers in the engine's memory.
   *
   * @param {NumberType} type
   * @param {ArrayLike<number> | ArrayLike<bigint>} numbers converted to the type
   */
  put(type, numbers) {
    const place = this.room(type, numbers.length);
    place.view.set(numbers);
    return place;
  }

  /** @param {string} text */
  text(text) {
    return this.put("u8", new TextEncoder().encode(`${text}\0`));
  }

  /** The trouble of the last refusal. */
  said() {
    const { buffer } = this.memory;
    return {
      code: read(buffer, this.trouble, TROUBLE, "code"),
      what: read(buffer, this.trouble, TROUBLE, "what"),
      at: read(buffer, this.trouble, TROUBLE, "at"),
    };
  }

  /**
   * Return how many slots and numbers a rule takes; null if C has no such rule.
   *
   * @param {string} name
   */
  ruleTakes(name) {
    const text = this.text(name);
    const numbers = this.room("i32", 2);
    const known = this.c.rule_takes(text.start, numbers.start, numbers.start + 4);
    const [slots, hypers] = numbers.view;
    text.release();
    numbers.release();
    return known ? { slots, hypers } : null;
  }

  /** @param {string} name of a clip @returns {boolean} */
  hasClip(name) {
    const text = this.text(name);
    const found = this.c.clip(text.start) !== 0;
    text.release();
    return found;
  }

  /**
   * Return a kernel that is not part of a plan (hopfield, rbm): it takes the address of its struct.
   *
   * @param {string} name
   * @returns {(run: number) => number}
   */
  entry(name) {
    const text = this.text(name);
    const pointer = this.c.entry(text.start);
    text.release();
    return this.at(pointer);
  }

  /**
   * @typedef {object} Ask
   * @property {Uint8Array} program its bytes
   * @property {number} rows the most of one step
   * @property {Uint8Array} [wanted] for each value: 1 if its gradient is needed
   * @property {boolean} [keep]
   * @property {string} [rule]
   * @property {Int32Array} [groups] (start, length, born) of each group
   * @property {number} [slots]
   * @property {number} [hypers]
   * @property {ArrayLike<number>} [constants] the λ of penalties
   */

  /**
   * Return a plan, or refuse with words.
   *
   * @param {Ask} ask
   */
  bind(ask) {
    const constants = ask.constants ?? [];
    const held = [
      this.put("u8", ask.program),
      ask.wanted && this.put("u8", ask.wanted),
      ask.rule === undefined ? undefined : this.text(ask.rule),
      ask.groups && this.put("i32", ask.groups),
      this.put("f64", constants),
    ];
    const [program, wanted, rule, groups, lambdas] = held;
    const request = this.memory.room(REQUEST.size);
    write(this.memory.buffer, request, REQUEST, {
      program: program?.start,
      program_bytes: ask.program.length,
      wanted: wanted?.start,
      wanted_count: ask.wanted?.length ?? 0,
      rows: ask.rows,
      threads: 1,
      keep: Number(ask.keep ?? false),
      rule: rule?.start,
      groups: groups?.start,
      group_count: (ask.groups?.length ?? 0) / 3,
      slots: ask.slots ?? 0,
      hypers: ask.hypers ?? 0,
      constants: lambdas?.start,
      constant_count: constants.length,
    });
    const plan = this.c.bind(request, this.trouble);
    for (const place of held) place?.release();
    this.memory.release(request);
    if (!plan) throw refusalOf(this.said());
    return new Plan(this, plan);
  }
}

export class Plan {
  /**
   * @param {Engine} engine
   * @param {number} start its address
   */
  constructor(engine, start) {
    this.engine = engine;
    this.start = start;
    this.given = engine.memory.room(GIVEN.size);
    this.run = engine.memory.room(RUN.size);
    this.inputs = engine.memory.room(BUFFER.size * MOST_INPUTS);
    this.thetaSize = this.about("thetaSize");
    this.outputSize = this.about("outputSize");
  }

  /** @param {keyof typeof ABOUT} what */
  about(what) {
    return Number(this.engine.c.about(this.start, ABOUT[what]));
  }

  /**
   * @param {{ name: string, limit: number }[]} clips
   * @param {Int32Array} tensors (start, length) of each tensor
   */
  setClips(clips, tensors) {
    const { engine } = this;
    const names = clips.map(({ name }) => engine.text(name));
    const places = [
      engine.put(
        "i32",
        names.map(({ start }) => start),
      ),
      engine.put(
        "f64",
        clips.map(({ limit }) => limit),
      ),
      engine.put("i32", tensors),
    ];
    const [list, limits, where] = places;
    const code = engine.c.set_clips(
      this.start,
      clips.length,
      list.start,
      limits.start,
      where.start,
      tensors.length / 2,
    );
    for (const place of [...names, ...places]) place.release();
    if (code) throw refusalOf({ code, what: 0, at: 0 });
  }

  /** @param {Int32Array} rows of each group's matrix; 0: a vector */
  setMatrices(rows) {
    const place = this.engine.put("i32", rows);
    const code = this.engine.c.set_matrices(this.start, place.start, rows.length);
    place.release();
    if (code) throw refusalOf({ code, what: 0, at: 0 });
  }

  /**
   * Give C the arrays of a call; it checks them. A refusal changes nothing.
   *
   * @param {"check_run" | "check_predict"} how
   * @param {Record<string, any>} values fields of Given
   * @param {{ start: number, bytes: number, type: string }[]} rows the row inputs
   * @param {{ start: number, bytes: number, type: string }[]} slots
   */
  check(how, values, rows, slots = []) {
    const { memory, c, trouble } = this.engine;
    memory.bytes.fill(0, this.given, this.given + GIVEN.size);
    memory.bytes.fill(0, this.run, this.run + RUN.size);
    /** @type {Record<string, any>} */
    const all = { rows: this.inputs, row_inputs: rows.length, slots: slots.length, ...values };
    if (rows.length > MOST_INPUTS || slots.length > MOST_SLOTS)
      throw new Refusal("engine.too_large");
    slots.forEach((slot, k) => (all[`slot${k}`] = slot));
    write(memory.buffer, this.given, GIVEN, all);
    const view = new DataView(memory.buffer, this.inputs, BUFFER.size * MOST_INPUTS);
    rows.forEach((array, k) => writeBuffer(view, BUFFER.size * k, array));
    if (!c[how](this.start, this.given, this.run, trouble)) throw refusalOf(this.engine.said());
  }

  /**
   * Make the steps of the last `check_run`.
   *
   * @returns {{ done: number, finite: boolean }}
   */
  advance() {
    const done = Number(this.engine.c.advance(this.start, this.run));
    return { done, finite: read(this.engine.memory.buffer, this.run, RUN, "finite") !== 0 };
  }

  /** Compute the rows of the last `check_predict`. @param {number} rows */
  predict(rows) {
    this.engine.c.predict(this.start, this.run, BigInt(rows));
  }

  release() {
    if (!this.start) return;
    this.engine.c.release(this.start);
    for (const place of [this.given, this.run, this.inputs]) this.engine.memory.release(place);
    this.start = 0;
  }
}
