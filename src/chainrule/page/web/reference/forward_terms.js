// The terms of one entry that a step of a Program computes.
//
// An op may say them itself. For others they are found: an op that works entry by entry, a loss that
// is a sum over outputs, a sum over rows, an affine op. Each finding is checked against the number; if
// it does not give it, there is one term, the op's equation.
import { entry, inDouble, indexOf, placeOf, sizeOf, zeros } from "./arrays.js";
import { pretty } from "./notation.js";
import { factsOf, lettersOf, opOf } from "./ops.js";
import {
  alone,
  axesOf,
  blockOf,
  columnOf,
  declared,
  ofRow,
  placesOf,
  repeated,
  written,
} from "./steps.js";
import { agrees, single, TermList, tolerance } from "./term_list.js";
import { entryNumber, factor, indexed, number } from "./words.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {import("./pass.js").Pass} Pass */
/** @typedef {import("../graph/tape.js").Step} Step */
/** @typedef {import("./term_list.js").Block} Block */
/** @typedef {import("./term_list.js").Terms} Terms */

/** @param {string} equation */
const rightOf = (equation) => equation.slice(equation.indexOf("=") + 1).trim();

/**
 * Return the terms of one entry of the output of a step.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {number[]} at
 * @returns {Terms}
 */
export function forwardTerms(pass, step, at) {
  const y = pass.value[step.output];
  const expected = entry(y, at);
  const said = declared(step.op, factsOf(step.op).letter, at, pass.arrays(step), step.attrs);
  if (said) {
    const blocks = said.parts.map((part) => blockOf(pass, step, part, step.kind === "reduction"));
    return finished(pass, step, at, new TermList(blocks), said);
  }
  for (const find of [entrywise, overOutputs, overEntries, overRows, affine]) {
    const blocks = find(pass, step, at);
    if (!blocks) continue;
    const terms = new TermList(blocks);
    if (agrees(terms.values, expected, tolerance(y))) return { terms };
  }
  const names = [...new Set(step.inputs.map((i) => pretty(pass.program.values[i].symbol)))].join(
    ", ",
  );
  return {
    terms: new TermList([
      single(written(pass, step, rightOf(factsOf(step.op).forward)), "", expected),
    ]),
    note: `The op ${step.op} computes it from ${names}; it does not say of which terms.`,
  };
}

/**
 * Return the terms of one entry of numbers inside an op, such as its probabilities.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {{ name: string, symbol: string, numbers: NumberArray, by: string }} inner
 * @param {number[]} at
 * @returns {Terms}
 */
export function innerTerms(pass, step, { name, symbol, numbers, by }, at) {
  const facts = factsOf(by);
  const said = declared(by, facts.letter, at, { ...pass.arrays(step), [name]: numbers }, {}) ?? {
    // it works entry by entry
    parts: [
      {
        form: rightOf(facts.forward),
        at: Object.fromEntries(lettersOf(by).map((letter) => [letter, at])),
        values: entry(numbers, at),
      },
    ],
  };
  const terms = new TermList(said.parts.map((part) => blockOf(pass, step, part)));
  return finished(pass, step, at, terms, said, symbol);
}

/**
 * @param {Pass} pass
 * @param {Step} step
 * @param {number[]} at
 * @param {TermList} terms
 * @param {import("./entries.js").Entry} said
 * @param {string} [symbol]
 * @returns {Terms}
 */
function finished(pass, step, at, terms, said, symbol) {
  const { total, note } = said;
  if (!said.then) return { terms, total, note };
  const then = blockOf(pass, step, said.then);
  const [formula, numbers] = then.words(0);
  const result = then.values[0];
  const name = indexed(symbol ?? pass.program.values[step.output].symbol, at);
  const text = `${name} = ${formula} = ${numbers} = ${number(result, 6)}`;
  return { terms, total, then: text, note, result, size: said.size };
}

/** @param {Pass} pass @param {Step} step @param {number[]} at @returns {Block[] | null} */
function entrywise(pass, step, at) {
  if (!pass.isEntrywise(step)) return null;
  const y = opOf(step.op).forward(alone(pass, step, at), step.attrs);
  const form = rightOf(factsOf(step.op).forward);
  return [blockOf(pass, step, { form, at: placesOf(pass, step, at), values: y.data[0] })];
}

/**
 * Return a term for each output of a row, for a loss that is a sum over outputs.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {number[]} at
 * @returns {Block[] | null}
 */
function overOutputs(pass, step, at) {
  if (!pass.sumsOutputs(step)) return null;
  const inputs = pass.inputs(step);
  const shape = inputs[0].shape.slice(1);
  const many = sizeOf(shape);
  const lines = inputs.map((a) => {
    const line = zeros([many, 1], a);
    line.data.set(a.data.subarray(at[0] * many, (at[0] + 1) * many));
    return line;
  });
  const values = Array.from(opOf(step.op).forward(lines, step.attrs).data);
  const index = [at[0], ...axesOf(shape)];
  const letters = lettersOf(step.op).slice(0, inputs.length);
  const form = rightOf(factsOf(step.op).forward).replace("Σₖ ", "").replace("Σ ", "");
  return [
    blockOf(pass, step, { form, at: Object.fromEntries(letters.map((l) => [l, index])), values }),
  ];
}

/**
 * Return a term for each row and position of a reduction over columns.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {number[]} at
 * @returns {Block[] | null}
 */
function overEntries(pass, step, at) {
  const equation = factsOf(step.op).forward;
  const rows = step.inputs.filter((i) => pass.isRow(i)).map((i) => pass.value[i].shape);
  if (step.kind !== "reduction" || at.length !== 1 || !equation.includes("Σₙ ")) return null;
  if (new Set(rows.map(String)).size !== 1) return null;
  const [[shape], [d]] = [rows, at];
  const many = sizeOf(shape.slice(0, -1));
  const full = [...axesOf(shape.slice(0, -1)), d];
  /** @type {Record<string, import("./entries.js").Place>} */
  const places = {};
  const inputs = step.inputs.map((i, k) => {
    const a = pass.value[i];
    places[lettersOf(step.op)[k]] = pass.isRow(i) ? full : a.shape.length ? at : [];
    if (pass.isRow(i)) return columnOf(a, d);
    return a.shape.length ? repeated(a, d, many) : a;
  });
  // one row with a column for each entry: then Σₙ adds nothing
  const values = opOf(step.op).forward(inputs, step.attrs);
  if (values.shape.length !== 1 || values.shape[0] !== many) return null;
  const form = rightOf(equation).replace("Σₙ ", "");
  return [blockOf(pass, step, { form, at: places, values: Array.from(values.data) }, true)];
}

/**
 * Return a term for each row of a reduction: what it gives for that row alone.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {number[]} at
 * @returns {Block[] | null}
 */
function overRows(pass, step, at) {
  if (step.kind !== "reduction") return null;
  const rows = Array.from({ length: pass.rows }, (_, n) => n);
  const values = rows.map((n) =>
    entry(opOf(step.op).forward(ofRow(pass, step, n), step.attrs), at),
  );
  const name = indexed(pass.program.values[step.output].symbol, at);
  return [{ values, words: (k) => [`${name} of row ${k} alone`, ""], rows }];
}

/**
 * Return the terms ∂y/∂x · x of an op that is affine in x.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {number[]} at
 * @returns {Block[] | null}
 */
function affine(pass, step, at) {
  const op = opOf(step.op);
  const places = op.affine?.[0];
  if (!places || !op.backward) return null;
  const row = step.kind === "row" ? at[0] : 0;
  const inputs = (step.kind === "row" ? ofRow(pass, step, row) : pass.inputs(step)).map(inDouble);
  const y = op.forward(inputs, step.attrs);
  const seed = zeros(y.shape, y);
  seed.data[placeOf(y.shape, step.kind === "row" ? [0, ...at.slice(1)] : at)] = 1;
  const slopes = op.backward(seed, y, inputs, step.attrs);
  const blocks = [];
  for (const k of places) {
    const slope = slopes[k];
    if (!slope) return null;
    blocks.push(slopesOf(pass, step, k, slope, inputs[k], row));
  }
  return blocks.some((b) => b.values.length) ? blocks : [single("0", "", 0)];
}

/**
 * Return the terms slope · x of one input, whose first row is this one.
 *
 * @param {Pass} pass
 * @param {Step} step
 * @param {number} place
 * @param {NumberArray} slope
 * @param {NumberArray} x
 * @param {number} row
 * @returns {Block}
 */
function slopesOf(pass, step, place, slope, x, row) {
  const i = step.inputs[place];
  const { symbol } = pass.program.values[i];
  /** @type {number[]} */
  const used = [];
  for (let k = 0; k < slope.data.length; k++) if (slope.data[k]) used.push(k);
  return {
    values: used.map((k) => slope.data[k] * x.data[k]),
    words: (n) => {
      const k = used[n];
      const at = indexOf(x.shape, k);
      if (pass.isRow(i)) at[0] += row;
      const name = indexed(symbol, at);
      if (slope.data[k] === 1) return [name, number(x.data[k])];
      const by = factor(slope.data[k]);
      return [`${by}·${name}`, `${by}·${entryNumber(x.data[k])}`];
    },
  };
}
