// Numbers as people type and read them. No browser is needed here.
import { Refusal } from "../app/refusal.js";

const FORM = /^[+\-−]?(\d+\.?\d*|\.\d+)(e[+\-−]?\d+)?$/i;

/**
 * Return the number of a text such as `1e-3`, `0,5`, `−2` or `1/3`.
 *
 * A comma between digits is a decimal comma, except where it can only be a mark of thousands and
 * both readings differ: that is refused, because guessing may be wrong by a factor of 1000.
 *
 * @param {string} text
 * @param {{ min?: number, max?: number, integer?: boolean, above?: number, below?: number }} [rule]
 * @returns {number}
 */
export function readNumber(text, rule = {}) {
  const typed = text
    .trim()
    .normalize("NFKC")
    .replace(/[\s_']/g, "")
    .replace(/−/g, "-");
  if (typed === "") throw new Refusal("shell.number.empty");
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(typed)) {
    throw new Refusal("shell.number.comma", {
      text: clip(text),
      dot: typed.replace(",", "."),
      none: typed.replace(",", ""),
    });
  }
  if (/,.*[,.]|\..*,/.test(typed)) throw new Refusal("shell.number.marks", { text: clip(text) });
  const plain = typed.replace(",", ".");
  const parts = plain.split("/");
  if (parts.length > 2 || !parts.every((part) => FORM.test(part))) {
    throw new Refusal("shell.number.not", { text: clip(text) });
  }
  const value = parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(plain);
  if (!Number.isFinite(value)) throw new Refusal("shell.number.infinite", { text: clip(text) });
  return check(value, rule);
}

/**
 * Return a number if it obeys the rule; else throw a Refusal.
 *
 * @param {number} value
 * @param {{ min?: number, max?: number, integer?: boolean, above?: number, below?: number }} rule
 */
export function check(value, { min, max, integer, above, below }) {
  if (integer && !Number.isInteger(value)) throw new Refusal("shell.number.whole", { value });
  if (min !== undefined && value < min) throw new Refusal("shell.number.least", { value, min });
  if (max !== undefined && value > max) throw new Refusal("shell.number.most", { value, max });
  if (above !== undefined && value <= above)
    throw new Refusal("shell.number.above", { value, above });
  if (below !== undefined && value >= below)
    throw new Refusal("shell.number.below", { value, below });
  return value;
}

/** @param {string} text */
const clip = (text) => (text.length > 30 ? `${text.slice(0, 30)}…` : text);

/**
 * Return a number for reading, with some significant digits: `0.1235`, `1.2e-5`, `−3`.
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function short(value, digits = 4) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return Object.is(value, -0) ? "−0" : "0";
  const size = Math.abs(value);
  const plain = size >= 1e-3 && size < 10 ** Math.max(digits + 1, 5);
  const text = plain
    ? String(Number(value.toPrecision(digits)))
    : value
        .toExponential(digits - 1)
        .replace(/\.?0+e/, "e")
        .replace("e+", "e");
  return text.replace("-", "−").replace("e-", "e−");
}

/**
 * Return all digits of a number, so that reading it gives the same bits.
 *
 * @param {number} value
 * @param {"float32" | "float64"} [dtype]
 */
export function exact(value, dtype = "float64") {
  if (!Number.isFinite(value) || Number.isInteger(value)) return short(value, 17);
  if (dtype === "float32") {
    for (let digits = 6; digits <= 9; digits += 1) {
      const text = value.toPrecision(digits);
      if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
    }
  }
  return String(value);
}

/** Return the text for a field in which a number is typed. @param {number} value */
export const typed = (value) => String(value).replace("e+", "e");

/** Return a share such as 0.983 as "98.3 %". @param {number} share @param {number} [digits] */
export const percent = (share, digits = 1) =>
  Number.isFinite(share) ? `${(100 * share).toFixed(digits)} %` : "–";

/** Return a count with thin spaces between thousands. @param {number} count */
export const grouped = (count) => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
