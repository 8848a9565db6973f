// A network is called once with Nodes. The Tape records this call, and a Program keeps it.
import { Refusal } from "../app/refusal.js";
import { same } from "./descriptions.js";
import { opFacts } from "./facts.js";
import { pythonFloat, pythonJsonText } from "./python_numbers.js";
import { Misfit, SHAPES, product, sameShape, shown } from "./shapes.js";

const MOST = 2 ** 31 - 1; // numbers of one tensor
const MOST_STEPS = 20_000; // a page should not hang on a long sequence

/** @typedef {import("./shapes.js").Shape} Shape */
/** @typedef {import("./facts.js").Description} Description */
/** @typedef {"train" | "predict" | "score" | "sample"} Mode */
/** @typedef {"input" | "parameter" | "state" | "computed"} Role */

/**
 * @typedef {object} Value
 * @property {string} path dense2/W: in files and in random keys
 * @property {string} symbol W2: in equations
 * @property {string} letter
 * @property {Shape} shape its first size is 0 if each row has its own
 * @property {Role} role
 * @property {"real" | "index"} number
 */

/**
 * @typedef {object} Step
 * @property {string} op
 * @property {boolean} ours false for an op that a user of Python has written
 * @property {number[]} inputs
 * @property {number} output
 * @property {Record<string, any>} attrs
 * @property {string} json the attributes as the byte form has them
 * @property {"row" | "reduction" | "shared"} kind
 */

/**
 * @typedef {object} Param
 * @property {string} path
 * @property {number} value
 * @property {Shape} shape
 * @property {Description} [init] its starting values; a Program from bytes has none
 * @property {boolean} trainable
 * @property {number} start its first place in θ
 * @property {number} end
 */

/** @typedef {{ state: string, value: number, rate: number }} Move */

/** @param {Value} value */
export const kindOf = (value) => (value.shape[0] === 0 ? "row" : "shared");

/**
 * Return a value of an attribute as Python's JSON has it.
 *
 * @param {any} value
 * @param {string} kind
 * @returns {string}
 */
function json(value, kind) {
  if (Array.isArray(value)) return `[${value.map((v) => json(v, kind)).join(", ")}]`;
  if (typeof value === "number") return kind === "number" ? pythonFloat(value) : String(value);
  return typeof value === "string" ? pythonJsonText(value) : JSON.stringify(value);
}

/** A value without numbers. */
export class Node {
  /** @param {Tape} tape @param {number} index */
  constructor(tape, index) {
    this.tape = tape;
    this.index = index;
  }

  get value() {
    return this.tape.values[this.index];
  }

  get shape() {
    return this.value.shape;
  }

  /**
   * Refuse an input that has not `axes` axes; `key` names the sentence with the rule and the remedy.
   *
   * @param {number} axes
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  expect(axes, key, values = {}) {
    if (this.shape.length !== axes) {
      throw new Refusal(key, { where: this.tape.where(), got: shown(this.shape), ...values });
    }
  }

  /** Refuse whole numbers. */
  expectReal() {
    if (this.value.number === "index") {
      throw new Refusal("graph.not_real", { where: this.tape.where(), value: this.value.path });
    }
  }

  /** Mark an input as whole numbers: the layer that reads an input decides what it holds. */
  expectIndex() {
    const { tape, value, index } = this;
    if (value.role === "input" && !tape.steps.some((step) => step.inputs.includes(index))) {
      value.number = "index";
    }
    if (value.number !== "index") throw new Refusal("graph.not_index", { where: tape.where() });
  }

  /** self + other, of rows. @param {Node} other */
  plus(other) {
    this.expectReal();
    other.expectReal();
    return this.tape.record("add", [this, other]);
  }

  /** @param {number} factor */
  times(factor) {
    this.expectReal();
    return this.tape.record("scale", [this], { factor });
  }

  /** @param {number} by */
  shifted(by) {
    this.expectReal();
    return this.tape.record("shift", [this], { by });
  }
}

/** The record of what a network does with its Nodes. */
export class Tape {
  /** @param {Mode} mode */
  constructor(mode) {
    this.mode = mode;
    /** @type {Value[]} */
    this.values = [];
    /** @type {Step[]} */
    this.steps = [];
    /** @type {Map<string, Param>} by path */
    this.params = new Map();
    /** @type {Map<string, Move>} by the path of the state */
    this.moves = new Map();
    /** @type {Record<string, number>} */
    this.inputs = {};
    /** @type {{ node: Node, penalty: Description }[]} */
    this.penalties = [];
    /** @type {{ path: string, node: Node, penalty: Description }[]} */
    this.rowPenalties = [];
    /** @type {{ path: string, name: string }[]} path and class, outermost first */
    this.layers = [];
    /** @type {Set<string>} paths of layers */
    this.names = new Set();
    /** @type {Map<string, number>} counts layers among their siblings */
    this.ordinals = new Map();
    /** @type {Map<string, number>} counts values with the same path */
    this.again = new Map();
    /** @type {Map<string, Description>} the layers of Shared, by name */
    this.shared = new Map();
  }

  /** True if dropout and noise are recorded. */
  get draws() {
    return this.mode === "train" || this.mode === "sample";
  }

  /** The path of the layer that is being recorded. */
  get scope() {
    return this.layers.length ? this.layers[this.layers.length - 1].path : "";
  }

  /** The place for a sentence: "dense2, Dense". */
  where() {
    const layer = this.layers[this.layers.length - 1];
    return layer ? `${layer.path}, ${layer.name}` : "the loss";
  }

  /** @param {string} name */
  join(name) {
    return this.scope ? `${this.scope}/${name}` : name;
  }

  /**
   * Record for a layer. Its path is its name, or its class and ordinal among siblings.
   *
   * @template T
   * @param {string} cls
   * @param {string} name
   * @param {() => T} call
   */
  inside(cls, name, call) {
    let path;
    if (name) path = this.join(name);
    else {
      const kind = this.join(snakeCase(cls));
      const ordinal = (this.ordinals.get(kind) ?? 0) + 1;
      this.ordinals.set(kind, ordinal);
      path = `${kind}${ordinal}`;
    }
    if (this.names.has(path)) throw new Refusal("graph.name_twice", { path });
    this.names.add(path);
    const towers = [...this.shared.keys()];
    if (this.shared.has(path) && !towers.some((tower) => path.startsWith(`${tower}/`))) {
      throw new Refusal("graph.name_twice", { path });
    }
    return this.at(path, cls, call);
  }

  /**
   * Record for the layer of this path.
   *
   * @template T
   * @param {string} path
   * @param {string} name its class
   * @param {() => T} call
   */
  at(path, name, call) {
    this.layers.push({ path, name });
    try {
      return call();
    } finally {
      this.layers.pop();
    }
  }

  /**
   * Record a shared layer: parameters with the same shared name are made only once.
   *
   * @template T
   * @param {string} tower
   * @param {Description} layer
   * @param {() => T} call
   */
  sharing(tower, layer, call) {
    const inside = (/** @type {string} */ path) => path.startsWith(`${tower}/`);
    if (!this.shared.has(tower) && [...this.params.keys()].some(inside)) {
      throw new Refusal("graph.name_twice", { path: tower });
    }
    const first = this.shared.get(tower) ?? layer;
    this.shared.set(tower, first);
    if (!same(first, layer)) {
      throw new Refusal("graph.shared_layer", { where: this.where(), tower });
    }
    // the layers inside get the same paths as in the first call
    for (const made of [this.ordinals, this.names]) {
      for (const path of [...made.keys()].filter(inside)) made.delete(path);
    }
    return this.at(tower, this.layers[this.layers.length - 1].name, call);
  }

  /**
   * Add a value; a second one with the same path gets a number.
   *
   * @param {string} path
   * @param {string} letter
   * @param {Shape} shape
   * @param {Role} role
   * @param {"real" | "index"} [number]
   */
  node(path, letter, shape, role, number = "real") {
    const again = (this.again.get(path) ?? 0) + 1;
    this.again.set(path, again);
    if (again > 1) path = `${path}_${again}`;
    if (shape.some((size) => size > MOST)) {
      throw new Refusal("graph.too_large", { where: this.where(), numbers: product(shape) });
    }
    this.values.push({ path, symbol: "", letter, shape, role, number });
    return new Node(this, this.values.length - 1);
  }

  /**
   * Return the input of this name; make it if it does not exist yet.
   *
   * @param {string} name
   * @param {Shape} shape
   * @param {"real" | "index"} [number]
   */
  input(name, shape, number = "real") {
    if (!Object.hasOwn(this.inputs, name)) {
      this.inputs[name] = this.node(name, name, shape, "input", number).index;
    }
    return new Node(this, this.inputs[name]);
  }

  /**
   * Return a named tensor of θ. It belongs to the layer that asks for it.
   *
   * @param {string} name
   * @param {Shape} shape
   * @param {Description} init
   * @param {{ trainable?: boolean, penalty?: Description | null, role?: Role }} [options]
   */
  param(name, shape, init, { trainable = true, penalty = null, role = "parameter" } = {}) {
    const path = this.join(name);
    if (product(shape) > MOST) {
      throw new Refusal("graph.too_large", { where: this.where(), numbers: product(shape) });
    }
    const made = this.params.get(path);
    if (made && [...this.shared.keys()].some((tower) => path.startsWith(`${tower}/`))) {
      if (!sameShape(made.shape, shape)) {
        throw new Refusal("graph.shared_shape", {
          where: this.where(),
          expected: shown(made.shape),
          got: shown(shape),
        });
      }
      return new Node(this, made.value);
    }
    const node = this.node(path, name, shape, role);
    const own = node.value.path;
    this.params.set(own, {
      path: own,
      value: node.index,
      shape,
      init,
      trainable,
      start: 0,
      end: 0,
    });
    if (penalty) this.penalties.push({ node, penalty });
    return node;
  }

  /**
   * Return a tensor of θ that no optimizer changes.
   *
   * @param {string} name
   * @param {Shape} shape
   * @param {Description} init
   */
  state(name, shape, init) {
    return this.param(name, shape, init, { role: "state" });
  }

  /** Record: state += rate (to − state). @param {Node} state @param {Node} to @param {number} rate */
  move(state, to, rate) {
    const { path } = state.value;
    if (this.moves.has(path)) throw new Refusal("graph.moved_twice", { where: this.where() });
    this.moves.set(path, { state: path, value: to.index, rate });
  }

  /**
   * Append one step and return its result.
   *
   * @param {string} name of the op
   * @param {Node[]} inputs
   * @param {Record<string, any>} [attrs]
   */
  record(name, inputs, attrs = {}) {
    const facts = opFacts(name);
    if (!facts) throw new Error(`no op ${name}`);
    if (this.steps.length >= MOST_STEPS) {
      throw new Refusal("graph.many_steps", { where: this.where(), most: MOST_STEPS });
    }
    const values = inputs.map((node) => node.value);
    const shape = this.shapeOf(name, values, attrs);
    const real = values.some((v) => v.number === "real");
    const node = this.node(
      this.join(facts.letter),
      facts.letter,
      shape,
      "computed",
      real ? "real" : "index",
    );
    const ofRows = values.some((v) => kindOf(v) === "row");
    const kind = kindOf(node.value) === "row" ? "row" : ofRows ? "reduction" : "shared";
    const names = Object.keys(attrs).sort();
    const text = names.map((n) => `${pythonJsonText(n)}: ${json(attrs[n], facts.takes[n])}`);
    this.steps.push({
      op: name,
      ours: true,
      inputs: inputs.map((i) => i.index),
      output: node.index,
      attrs,
      json: `{${text.join(", ")}}`,
      kind,
    });
    return node;
  }

  /** @param {string} name @param {Value[]} values @param {Record<string, any>} attrs */
  shapeOf(name, values, attrs) {
    const shapes = values.map((v) => v.shape);
    try {
      return SHAPES[name] ? SHAPES[name](shapes, attrs) : shapes[0];
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const facts = /** @type {import("./facts.js").OpFacts} */ (opFacts(name));
      const letters = Object.keys(facts.takes);
      throw new Refusal("graph.shapes_do_not_fit", {
        where: this.where(),
        equation: facts.forward,
        shapes: values.map((v, k) => `${letters[k]} ${shown(v.shape)}`).join(", "),
      });
    }
  }
}

/** Return the class name in snake case: Conv2D -> conv2d, LeakyReLU -> leaky_relu. @param {string} name */
const snakeCase = (name) => name.replace(/(?<=[a-z0-9])(?=[A-Z][a-z])/g, "_").toLowerCase();
