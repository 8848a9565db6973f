// The stages of one update of a network: forward, loss, deltas, gradients.
import { array, entry, zeros } from "./arrays.js";
import { backwardTerms } from "./backward_terms.js";
import { inputsOf, isRow } from "./engine.js";
import { forwardTerms, innerTerms } from "./forward_terms.js";
import { pretty, printedAttributes, write } from "../graph/equations.js";
import { factsOf, lettersOf, opOf } from "./ops.js";
import { isUnder } from "./paths.js";
import { Pass } from "./pass.js";
import { asTermList, TermList } from "./term_list.js";
import { indexed, number } from "./words.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {import("../graph/tape.js").Step} Step */
/** @typedef {import("./term_list.js").Terms} Terms */
/** @typedef {import("./stages.js").Update} Update */
/** @typedef {import("./stages.js").Stage} Stage */
/** @typedef {import("./stages.js").Quantity} Quantity */

const FORWARD = "The batch goes through the network, layer by layer.";
const LOSS = "The outputs are compared with the targets: one number for the whole batch.";
const DELTAS =
  "The chain rule, last step first: d before a name means the slope of L with respect to it.";
const GRADIENTS =
  "The slope of L with respect to each parameter: the sum over the rows of the batch.";
/** @type {Record<string, string>} */
const GIVEN = {
  x: "the inputs of the batch",
  y: "the targets of the batch",
  c: "how much each row counts in L",
  N: "the number of rows in the batch",
  key: "seed and step, the key of the random numbers",
  row: "the numbers of the batch's rows in the data",
  lam: "the strength of the penalty",
};
const DRAWN = "It is drawn: a function of seed, step, layer, row of the data and column.";
// Two engines round each step in their own way: how much further than one sum they may lie apart.
const ENGINES = 10;

/** @param {string} path @returns {string} the path of the layer that made a value */
const scopeOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/**
 * Return the stages "forward", "loss", "deltas" and "gradients". Values and deltas come from the
 * reference; loss and gradients are those of `update.after`, if it is given.
 *
 * @param {Update} update
 * @returns {{ stages: Stage[], pass: Pass }}
 */
export function programStages(update) {
  const made = new Made(update);
  const { steps, values } = update.program;
  const first = steps.findIndex((s) => !scopeOf(values[s.output].path));
  const border = first < 0 ? steps.length : first;
  /** @type {Set<number>} */
  const shown = new Set();
  return {
    pass: made.pass,
    stages: [
      { name: "forward", quantities: made.values(steps.slice(0, border), shown), text: FORWARD },
      { name: "loss", quantities: made.values(steps.slice(border), shown), text: LOSS },
      { name: "deltas", quantities: made.deltas(), text: DELTAS },
      { name: "gradients", quantities: made.gradients(), text: GRADIENTS },
    ],
  };
}

/** The quantities of one update. */
class Made {
  /** @param {Update} update */
  constructor(update) {
    this.update = update;
    this.program = update.program;
    const given = { ...update.batch, key: update.key };
    this.wrt = this.program.params
      .filter(
        (p) => this.program.values[p.value].role === "parameter" && !isUnder(p.path, update.frozen),
      )
      .map((p) => p.value);
    this.pass = new Pass(
      this.program,
      update.theta,
      inputsOf(this.program, given, update.theta),
      this.wrt,
    );
    this.equations = backwardEquations(this.pass);
  }

  // ---- forward

  /**
   * Return what these steps compute, each after what it is given for the first time.
   *
   * @param {Step[]} steps
   * @param {Set<number>} shown
   */
  values(steps, shown) {
    /** @type {Quantity[]} */
    const found = [];
    const { rows } = this;
    if (!shown.size && rows) {
      const data = Int32Array.from(rows);
      found.push({
        symbol: "row",
        equation: GIVEN.row,
        array: array(data, [data.length]),
        path: "",
        given: true,
      });
      if ("row" in this.program.inputs) shown.add(this.program.inputs.row);
    }
    for (const step of steps) {
      for (const i of step.inputs) {
        if (shown.has(i) || this.program.values[i].role === "computed") continue;
        shown.add(i);
        found.push(this.given(i));
      }
      found.push(...this.inner(step), this.computed(step));
    }
    return found;
  }

  /** The numbers of the batch's rows in the user's data. */
  get rows() {
    const { row } = this.update.batch;
    if (row === undefined || typeof row === "number") return null;
    const { numbers } = this.update;
    return numbers ? Array.from(row, (n) => numbers[n]) : row;
  }

  /** @param {Step} step @returns {Quantity[]} the numbers inside an op that it shows, such as its mask */
  inner(step) {
    const value = this.program.values[step.output];
    const taken = new Set(this.program.values.map((v) => v.symbol));
    const scope = scopeOf(value.path);
    /** @type {Quantity[]} */
    const found = [];
    for (const [name, { equation, numbers, by }] of Object.entries(opOf(step.op).inner ?? {})) {
      const symbol = name + value.symbol.slice(value.letter.length);
      if (taken.has(symbol)) continue;
      const right = write(equation, symbolsOf(this.pass, step));
      const inside = numbers(this.pass.arrays(step), step.attrs);
      const note = right.includes("key") ? DRAWN : `${pretty(value.symbol)} is made of it.`;
      found.push({
        symbol,
        equation: `${symbol} = ${right}`,
        array: inside,
        path: scope ? `${scope}/${name}` : name,
        terms: (at) =>
          by
            ? innerTerms(this.pass, step, { name, symbol, numbers: inside, by }, at)
            : { terms: [], note },
      });
    }
    return found;
  }

  /** @param {number} i @returns {Quantity} */
  given(i) {
    const v = this.program.values[i];
    let text = GIVEN[v.symbol.replace(/(?<=^[cy])_.*|\d+$/, "")] ?? "an input of the network";
    if (v.role !== "input")
      text = `${v.role === "parameter" ? "a parameter" : "a running statistic"}, before the update`;
    return {
      symbol: v.symbol,
      equation: text,
      array: this.pass.value[i],
      path: v.path,
      given: true,
    };
  }

  /** @param {Step} step @returns {Quantity} */
  computed(step) {
    const v = this.program.values[step.output];
    let numbers = this.pass.value[step.output];
    const { after } = this.update;
    const ofRun = step.output === this.program.output && after !== undefined;
    if (ofRun) numbers = array(Float64Array.of(after.loss), []);
    const equation = write(factsOf(step.op).forward, symbolsOf(this.pass, step));
    return {
      symbol: v.symbol,
      equation,
      array: numbers,
      path: v.path,
      ofRun,
      terms: (at) => {
        const found = forwardTerms(this.pass, step, at);
        return this.asInRun(
          found,
          step.output,
          at,
          numbers,
          v.symbol,
          this.pass.value[step.output],
        );
      },
    };
  }

  /**
   * Add that the run's engine rounds in another way, if it got other bits.
   *
   * @param {Terms} found
   * @param {number} i
   * @param {number[]} at
   * @param {NumberArray} numbers of the run
   * @param {string} symbol
   * @param {NumberArray} own of the reference
   * @returns {Terms}
   */
  asInRun(found, i, at, numbers, symbol, own) {
    found = this.withRow(found, i, at);
    const [here, there] = [entry(own, at), entry(numbers, at)];
    if (
      found.total !== undefined ||
      here === there ||
      !Number.isFinite(here) ||
      !Number.isFinite(there)
    )
      return found;
    const differs = number(here, 6) !== number(there, 6);
    const then = `${indexed(symbol, at)} = ${number(there, 9)} in the run, whose engine adds in another order.`;
    const list = found.terms instanceof TermList ? found.terms : asTermList(found.terms);
    const sizes = list.values.reduce((sum, x) => sum + Math.abs(x), 0);
    const size =
      ENGINES *
      (sizes +
        /** @type {Float64Array} */ (own.data).reduce((most, x) => Math.max(most, Math.abs(x)), 0));
    const rest = this.rounding; // of the numbers that cancel out before this one
    return { ...found, total: here, then: differs ? then : "", result: here, size: size + rest };
  }

  /** The size whose share `tolerance` is the rounding of the largest slope. */
  get rounding() {
    let most = 0;
    for (const { data } of this.pass.gradient.values())
      for (const x of data) if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
    return most * (this.update.theta instanceof Float32Array ? 1e-2 : 1e-9);
  }

  /**
   * Add which row of the data the entry of a row value belongs to.
   *
   * @param {Terms} found
   * @param {number} i
   * @param {number[]} at
   * @returns {Terms}
   */
  withRow(found, i, at) {
    const { rows } = this;
    if (!rows || !isRow(this.program.values[i]) || rows[at[0]] === at[0]) return found;
    const said = `Row ${at[0]} of the batch is row ${rows[at[0]]} of the data.`;
    return { ...found, note: found.note ? `${found.note}\n${said}` : said };
  }

  // ---- backward

  deltas() {
    const found = [];
    for (const { output: i } of [...this.program.steps].reverse()) {
      const gradient = this.pass.gradient.get(i);
      if (gradient && (this.equations.has(i) || i === this.program.output))
        found.push(this.slope(i, gradient, false));
    }
    return found;
  }

  gradients() {
    const { after } = this.update;
    return this.program.params
      .filter((p) => this.wrt.includes(p.value) && this.equations.has(p.value))
      .map((p) => {
        const own = this.pass.gradient.get(p.value) ?? zeros(p.shape, this.pass.value[p.value]);
        const numbers = after
          ? array(after.g.subarray(p.start, p.start + own.data.length), p.shape)
          : own;
        return this.slope(p.value, numbers, after !== undefined);
      });
  }

  /** @param {number} i @param {NumberArray} numbers @param {boolean} ofRun @returns {Quantity} */
  slope(i, numbers, ofRun) {
    const v = this.program.values[i];
    const symbol = `d${v.symbol}`;
    const cut = v.path.lastIndexOf("/") + 1;
    const path = v.role === "parameter" ? `${v.path.slice(0, cut)}d${v.path.slice(cut)}` : "";
    return {
      symbol,
      equation: this.equations.get(i) ?? `d${v.symbol} = 1`,
      array: numbers,
      path,
      ofRun,
      terms: (at) => {
        if (i === this.program.output)
          return {
            terms: [{ formula: "1", numbers: "1", value: 1 }],
            note: "The chain rule begins with dL/dL = 1.",
          };
        const own = /** @type {NumberArray} */ (this.pass.gradient.get(i));
        return this.asInRun(backwardTerms(this.pass, i, at), i, at, numbers, symbol, own);
      },
    };
  }
}

/**
 * Return what each word of an op's equations is in one network: a symbol or a number.
 *
 * @param {Pass} pass
 * @param {Step} step
 */
function symbolsOf(pass, step) {
  const facts = factsOf(step.op);
  const symbols = new Map([[facts.letter, pass.program.values[step.output].symbol]]);
  lettersOf(step.op).forEach((letter, k) => {
    if (k < step.inputs.length) symbols.set(letter, pass.program.values[step.inputs[k]].symbol);
  });
  for (const [name, value] of Object.entries(facts.defaults ?? {}))
    symbols.set(name, String(value));
  for (const [name, text] of printedAttributes(step.json)) symbols.set(name, text);
  return symbols;
}

/**
 * Return the equation of the gradient of each value; several uses are one sum.
 *
 * @param {Pass} pass
 * @returns {Map<number, string>}
 */
function backwardEquations(pass) {
  const found = new Map();
  for (const [i, uses] of pass.uses) {
    let right = "";
    for (const { step, letter } of uses) {
      const form = factsOf(step.op).backward?.[`d${letter}`];
      const part = form ? write(form, symbolsOf(pass, step)) : "?";
      if (!right) right = part;
      else right += part.startsWith("−") ? ` − ${part.slice(1)}` : ` + ${part}`;
    }
    found.set(i, `${pretty(`d${pass.program.values[i].symbol}`)} = ${right}`);
  }
  return found;
}
