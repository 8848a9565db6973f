// Numbers so large or small that training suffers: the rules of Python's fit (model/scale.py).
import { short } from "../../components/numbers.js";

const LARGE = 100;
const SMALL = 1e-3;
const FEW = 20; // one row in so many: what is rarer harms little

/** @typedef {{ key: string, values: Record<string, string | number> }} Note */

/**
 * What is to be said of the scales of inputs and numbers to predict.
 *
 * @param {{ inputs: { names: string[] }, train: { x: ArrayLike<number>, n: number },
 *   trainY: Float64Array, rows: { classes: number, names: string[], symbols: string[] } }} plan
 * @returns {Note[]}
 */
export function scaleNotes({ inputs: { names }, train: { x, n }, trainY, rows }) {
  const found = names
    .map((name, k) => {
      const column = Float64Array.from({ length: n }, (_, i) => x[i * names.length + k]);
      return { name, size: badSize(column) };
    })
    .filter(({ size }) => size)
    .sort((a, b) => Math.abs(Math.log(b.size)) - Math.abs(Math.log(a.size)));
  /** @type {Note[]} */
  const notes = [];
  if (found.length) {
    const { name: symbol, size } = found[0];
    const name = rows.names[rows.symbols.indexOf(symbol)] ?? symbol;
    notes.push({ key: "playground.scale_input", values: { name, size: short(size, 2) } });
  }
  const size = rows.classes ? 0 : badSize(trainY);
  if (size) {
    const mean = trainY.reduce((sum, v) => sum + v / n, 0);
    const spread = Math.sqrt(trainY.reduce((sum, v) => sum + (v - mean) ** 2 / n, 0));
    const values = { size: short(size, 2), spread: short(spread, 2) };
    notes.push({ key: "playground.scale_target", values });
  }
  return notes;
}

/** The median size of numbers far from unit scale, or 0. @param {Float64Array} column */
function badSize(column) {
  const sizes = column.map(Math.abs).sort();
  const used = sizes.filter((v) => v > 0);
  const beyond = sizes.filter((v) => v > LARGE).length;
  if (!used.length || column.every((v) => v === column[0])) return 0;
  const large = FEW * beyond > column.length && 2 * beyond > used.length;
  return large || used[used.length - 1] < SMALL ? used[used.length >> 1] : 0;
}
