// A drawing as strokes of a round pen, and the ink that they leave on a square sheet.
import { Refusal } from "../app/refusal.js";

/** Pixels of the sheet's side; the points of strokes are whole pixels of it. */
export const SHEET = 160;
/** The widths of the pen in pixels of the sheet. */
export const PENS = { thin: 6, medium: 13, thick: 20 };
/** More points than a drawing of a digit needs by far; a link has room for them. */
const MOST = 1000;

/** @typedef {[number, number][]} Stroke points (x, y) */

/**
 * Add the ink of one straight piece; ink is 0 to 1 in steps of 1/255, as a picture file holds it.
 *
 * @param {Float64Array} ink SHEET x SHEET
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} pen its width
 */
export function addLine(ink, [x0, y0], [x1, y1], pen) {
  const radius = pen / 2;
  const reach = Math.ceil(radius + 1);
  const top = Math.max(0, Math.floor(Math.min(y0, y1)) - reach);
  const bottom = Math.min(SHEET - 1, Math.ceil(Math.max(y0, y1)) + reach);
  const left = Math.max(0, Math.floor(Math.min(x0, x1)) - reach);
  const right = Math.min(SHEET - 1, Math.ceil(Math.max(x0, x1)) + reach);
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  for (let i = top; i <= bottom; i++)
    for (let j = left; j <= right; j++) {
      const [px, py] = [j + 0.5 - x0, i + 0.5 - y0];
      const along = length ? Math.min(1, Math.max(0, (px * dx + py * dy) / length)) : 0;
      const away = Math.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2);
      const value = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - away))) / 255;
      const at = i * SHEET + j;
      if (ink[at] < value) ink[at] = value;
    }
}

/**
 * @param {Stroke[]} strokes
 * @param {number} pen
 * @returns {import("./ink.js").Picture}
 */
export function drawn(strokes, pen) {
  const values = new Float64Array(SHEET * SHEET);
  for (const stroke of strokes)
    stroke.forEach((point, k) => addLine(values, stroke[Math.max(0, k - 1)], point, pen));
  return { height: SHEET, width: SHEET, values };
}

/**
 * Leave out points that the line without them passes within 0.8 pixels (Ramer, Douglas and
 * Peucker), and round the others.
 *
 * @param {Stroke} stroke
 * @returns {Stroke}
 */
export function simplified(stroke) {
  if (stroke.length < 3) return stroke.map(whole);
  const [first, last] = [stroke[0], stroke[stroke.length - 1]];
  let worst = 0;
  let at = 0;
  for (let k = 1; k < stroke.length - 1; k++) {
    const away = distance(stroke[k], first, last);
    if (away > worst) [worst, at] = [away, k];
  }
  if (worst <= 0.8) return [whole(first), whole(last)];
  return [...simplified(stroke.slice(0, at + 1)).slice(0, -1), ...simplified(stroke.slice(at))];
}

/** @param {[number, number]} point @returns {[number, number]} */
const whole = ([x, y]) => [clamp(x), clamp(y)];
const clamp = (/** @type {number} */ v) => Math.min(SHEET - 1, Math.max(0, Math.round(v)));

/** @param {[number, number]} p @param {[number, number]} a @param {[number, number]} b */
function distance(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const along = length
    ? Math.min(1, Math.max(0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length))
    : 0;
  return Math.hypot(p[0] - a[0] - along * dx, p[1] - a[1] - along * dy);
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Strokes as a short text: two digits to the base 36 for each number. @param {Stroke[]} strokes */
export const writeStrokes = (strokes) =>
  strokes
    .map((stroke) =>
      stroke.map((p) => p.map((v) => v.toString(36).padStart(2, "0")).join("")).join(""),
    )
    .join("-");

/** @param {unknown} text @returns {Stroke[]} */
export function readStrokes(text) {
  if (typeof text !== "string" || text.length > 5 * MOST) throw new Refusal("digits.link.drawing");
  if (text === "") return [];
  return text.split("-").map((part) => {
    if (!part || part.length % 4 || [...part].some((c) => !DIGITS.includes(c)))
      throw new Refusal("digits.link.drawing");
    /** @type {Stroke} */
    const stroke = [];
    for (let k = 0; k < part.length; k += 4) {
      const x = parseInt(part.slice(k, k + 2), 36);
      const y = parseInt(part.slice(k + 2, k + 4), 36);
      if (x >= SHEET || y >= SHEET) throw new Refusal("digits.link.drawing");
      stroke.push([x, y]);
    }
    return stroke;
  });
}

/** Whether these are strokes that the sheet can hold. @param {unknown} value */
export const areStrokes = (value) =>
  Array.isArray(value) &&
  value.reduce((sum, stroke) => sum + (Array.isArray(stroke) ? stroke.length : MOST), 0) <= MOST &&
  value.every(
    (stroke) =>
      Array.isArray(stroke) &&
      stroke.length > 0 &&
      stroke.every(
        (/** @type {unknown} */ p) =>
          Array.isArray(p) &&
          p.length === 2 &&
          p.every((v) => Number.isInteger(v) && v >= 0 && v < SHEET),
      ),
  );
