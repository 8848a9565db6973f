// The terms of one entry of a gradient: what comes back through each use of its value.
//
// An op may say them itself. For others the chain rule gives them, entry by entry or row by row. Each
// finding is checked against the number; if it does not give it, there is one term, the op's equation.
import { entry, indexOf, placeOf, rowsOf, sizeOf, zeros } from "./arrays.js";
import { factsOf, lettersOf, opOf } from "./ops.js";
import {
  alone,
  axesOf,
  blockOf,
  columnOf,
  declared,
  filled,
  ofRow,
  placesOf,
  repeated,
  written,
} from "./steps.js";
import { agrees, single, TermList, tolerance } from "./term_list.js";
import { entryNumber, indexed, number } from "./words.js";

/** @typedef {import("./arrays.js").NumberArray} NumberArray */
/** @typedef {import("./pass.js").Pass} Pass */
/** @typedef {import("./pass.js").Use} Use */
/** @typedef {import("./term_list.js").Block} Block */
/** @typedef {import("./term_list.js").Terms} Terms */

const MOST = 2048; // entries of an output whose derivatives are computed one by one
const NUMBERS = 1 << 25; // numbers that are computed for this

/**
 * Return the terms of one entry of the gradient of value i, those of each use.
 *
 * @param {Pass} pass
 * @param {number} i
 * @param {number[]} at
 * @returns {Terms}
 */
export function backwardTerms(pass, i, at) {
  const blocks = [];
  const notes = new Set();
  for (const use of pass.uses.get(i) ?? []) {
    const { found, note } = back(pass, use, at);
    blocks.push(...found);
    if (note) notes.add(note);
  }
  return { terms: new TermList(blocks), note: [...notes].join(" ") };
}

/**
 * Return the terms that come back through one step.
 *
 * @param {Pass} pass
 * @param {Use} use
 * @param {number[]} at
 * @returns {{ found: Block[], note?: string }}
 */
function back(pass, use, at) {
  const { step } = use;
  const share = pass.share(step)[use.place];
  if (!share) return { found: [] };
  const expected = entry(share, at);
  const name = `d${use.letter}`;
  const ofRows = !pass.isRow(step.inputs[use.place]) && step.kind !== "shared";
  const said = declared(step.op, name, at, pass.arrays(step), step.attrs);
  if (said)
    return { found: said.parts.map((part) => blockOf(pass, step, part, ofRows)), note: said.note };
  const ways = [];
  if (pass.isEntrywise(step)) ways.push(entrywise);
  if (pass.sumsOutputs(step)) ways.push(fromRowLoss);
  ways.push(ofRows ? byRow : byEntry);
  for (const find of ways) {
    const found = find(pass, use, at);
    if (found && agrees(new TermList(found).values, expected, tolerance(share))) return { found };
  }
  const right = factsOf(step.op).backward?.[name] ?? "";
  return {
    found: [single(written(pass, step, right), "", expected)],
    note: `The op ${step.op} does not say of which terms.`,
  };
}

/** @param {Use} use @returns {string} the right side of the gradient of one entry: without Σₙ */
const formOf = ({ step, letter }) =>
  (factsOf(step.op).backward?.[`d${letter}`] ?? "").replace("Σₙ ", "");

/** @param {Pass} pass @param {Use} use @returns {NumberArray} */
const dyOf = (pass, { step }) => /** @type {NumberArray} */ (pass.gradient.get(step.output));

/** @param {Pass} pass @param {Use} use @param {number[]} at @returns {Block[] | null} */
function entrywise(pass, use, at) {
  const { step } = use;
  const [y, target] = [pass.value[step.output], pass.value[step.inputs[use.place]]];
  const [dy, backward] = [dyOf(pass, use), pass.backOf(step)];
  const { letter } = factsOf(step.op);
  const same =
    target.shape.length === y.shape.length && target.shape.every((n, k) => n === y.shape[k]);
  if (same) {
    const one = y.shape.map(() => 1);
    const inputs = alone(pass, step, at);
    const found = backward(
      filled(one, dy, entry(dy, at)),
      filled(one, y, entry(y, at)),
      inputs,
      step.attrs,
    );
    const value = found[use.place]?.data[0] ?? NaN;
    const places = { ...placesOf(pass, step, at), [letter]: at, [`d${letter}`]: at };
    return [blockOf(pass, step, { form: formOf(use), at: places, values: value })];
  }
  if (target.shape.length !== 1) return null;
  // one row with a column for each entry that this number meets: then Σₙ adds nothing
  const [d, shape] = [at[0], y.shape.slice(0, -1)];
  const many = sizeOf(shape);
  const inputs = step.inputs.map((i) => {
    const a = pass.value[i];
    if (a.shape.length === y.shape.length) return columnOf(a, d);
    return a.shape.length ? repeated(a, d, many) : a;
  });
  const values = backward(columnOf(dy, d), columnOf(y, d), inputs, step.attrs)[use.place];
  if (!values || values.shape.length !== 1 || values.shape[0] !== many) return null;
  const full = [...axesOf(shape), d];
  const places = { ...placesOf(pass, step, full), [letter]: full, [`d${letter}`]: full };
  const part = { form: formOf(use), at: places, values: Array.from(values.data) };
  return [blockOf(pass, step, part, step.kind === "row")];
}

/** @param {Pass} pass @param {Use} use @param {number[]} at @returns {Block[] | null} */
function fromRowLoss(pass, use, at) {
  const { step } = use;
  const form = formOf(use);
  if (form.includes("Σ")) return null;
  const one = step.inputs.map((i) => filled([1, 1], pass.value[i], entry(pass.value[i], at)));
  const y = opOf(step.op).forward(one, step.attrs);
  const found = pass.backOf(step)(rowsOf(dyOf(pass, use), at[0], at[0] + 1), y, one, step.attrs);
  const letters = lettersOf(step.op).slice(0, one.length);
  const { letter } = factsOf(step.op);
  const places = Object.fromEntries(letters.map((name) => [name, at]));
  const index = { ...places, [letter]: [at[0]], [`d${letter}`]: [at[0]] };
  return [blockOf(pass, step, { form, at: index, values: found[use.place]?.data[0] ?? NaN })];
}

/**
 * Return a term for each row: what it adds to the gradient of a shared value.
 *
 * @param {Pass} pass
 * @param {Use} use
 * @param {number[]} at
 * @returns {Block[] | null}
 */
function byRow(pass, use, at) {
  const { step } = use;
  const [y, dy, backward] = [pass.value[step.output], dyOf(pass, use), pass.backOf(step)];
  const isRow = step.kind === "row";
  const rows = Array.from({ length: pass.rows }, (_, n) => n);
  const values = rows.map((n) => {
    const [d, out] = isRow ? [rowsOf(dy, n, n + 1), rowsOf(y, n, n + 1)] : [dy, y];
    const found = backward(d, out, ofRow(pass, step, n), step.attrs)[use.place];
    return found ? entry(found, at) : NaN;
  });
  const out = pass.program.values[step.output].symbol;
  const name = indexed(pass.program.values[step.inputs[use.place]].symbol, at);
  /** @param {number} k @returns {[string, string]} */
  const words = (k) => {
    if (!isRow) return [`d${indexed(out, [])}·∂${indexed(out, [])}/∂${name} of row ${k}`, ""];
    const made = indexed(out, [k]);
    if (y.shape.length > 1) return [`Σ d${made}·∂${made}/∂${name}`, ""];
    const slope = dy.data[k] ? values[k] / dy.data[k] : 0;
    return [`d${made}·∂${made}/∂${name}`, `${number(dy.data[k])}·${entryNumber(slope)}`];
  };
  return [{ values, words, rows }];
}

/**
 * Return dy[j]·∂y[j]/∂x[i] for each entry j of the output: the chain rule itself.
 *
 * @param {Pass} pass
 * @param {Use} use
 * @param {number[]} at
 * @returns {Block[] | null}
 */
function byEntry(pass, use, at) {
  const { step } = use;
  const [y, dy, backward] = [pass.value[step.output], dyOf(pass, use), pass.backOf(step)];
  const target = step.inputs[use.place];
  const row = pass.isRow(target) ? at[0] : -1;
  const ofOneRow = step.kind === "row" && row >= 0;
  const inputs = row < 0 ? pass.inputs(step) : ofRow(pass, step, row);
  const here = row < 0 ? at : [0, ...at.slice(1)];
  const out = ofOneRow ? rowsOf(y, row, row + 1) : y;
  const shape = ofOneRow ? y.shape.slice(1) : y.shape;
  const many = sizeOf(shape);
  const cost = many * Math.max(many, ...inputs.map((a) => a.data.length));
  if (many > MOST || cost > NUMBERS) return null;
  const seed = zeros(out.shape, out);
  /** @type {number[]} */
  const slopes = [];
  for (let j = 0; j < many; j++) {
    seed.data.fill(0);
    seed.data[j] = 1;
    const found = backward(seed, out, inputs, step.attrs)[use.place];
    slopes.push(found ? found.data[placeOf(found.shape, here)] : NaN);
  }
  let flat = slopes.flatMap((slope, j) => (slope ? [j] : []));
  if (!flat.length) flat = [0];
  const d = ofOneRow ? rowsOf(dy, row, row + 1) : dy;
  const symbol = pass.program.values[step.output].symbol;
  const name = indexed(pass.program.values[target].symbol, at);
  return [
    {
      values: flat.map((j) => slopes[j] * d.data[j]),
      words: (k) => {
        const index = indexOf(shape, flat[k]);
        const made = indexed(symbol, step.kind === "row" ? [row, ...index] : index);
        const numbers = `${entryNumber(d.data[flat[k]])}·${entryNumber(slopes[flat[k]])}`;
        return [`d${made}·∂${made}/∂${name}`, numbers];
      },
    },
  ];
}
