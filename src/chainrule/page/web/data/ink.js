// A drawn sign as an 8 x 8 picture: what `chainrule.datasets.read_picture` makes of a photograph
// whose paper is blank. The same steps with the same numbers: the pieces of ink that belong
// together, strokes of the usual width, cropped, the center of mass in the middle, means of areas.
import { Refusal } from "../app/refusal.js";

/** Ink this much darker than its paper is ink at all. */
const FAINTEST = 0.08;
/** Fractions of the strongest ink; what is fainter is noise, or paper. */
const SURE = 0.5;
const UNSURE = 0.25;
/** Pixels of a drawing's longer side while its strokes are measured. */
const SIDE = 160;
/** Width of a stroke by the longer side of its sign, as in the sets with 8 and 28 pixels. */
const STROKES = { 8: 0.1, 28: 0.13 };

/**
 * @typedef {object} Picture
 * @property {number} height
 * @property {number} width
 * @property {Float64Array} values ink from 0 to 1, row by row
 */

/**
 * @typedef {object} Spot one connected piece of ink
 * @property {number} top
 * @property {number} bottom
 * @property {number} left
 * @property {number} right
 * @property {number} ink the sum of its ink
 * @property {number[]} pixels places in the picture's values
 */

/** @param {number} height @param {number} width @returns {Picture} */
export const blank = (height, width) => ({
  height,
  width,
  values: new Float64Array(height * width),
});

/** Round as Python does: a half goes to the even neighbor. @param {number} x */
export function rounded(x) {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 ? down + 1 : down;
}

/**
 * Return the drawn sign as a network sees it, and each stage on the way.
 *
 * @param {Picture} ink
 * @param {number} [side] pixels of the result
 * @param {number} [levels] the value of the darkest ink
 * @returns {{ sign: Picture, thick: Picture, centered: Picture, pixels: Uint8Array }}
 */
export function readSign(ink, side = 8, levels = 16) {
  const sign = oneSign(ink);
  const thick = usualStrokes(sign, side);
  const centered = onPaper(thick, side);
  const small = average(centered, side, side);
  const darkest = small.values.reduce((most, v) => Math.max(most, v), 0);
  const pixels = Uint8Array.from(small.values, (v) => rounded(v * (levels / darkest)));
  return { sign, thick, centered, pixels };
}

/** The ink of the one sign, 0 to 1, cropped; everything else is paper. @param {Picture} ink */
function oneSign(ink) {
  const top = strongest(ink);
  /** @type {Spot[]} */
  let kept = [];
  let beside = 0;
  for (const share of [SURE, UNSURE]) {
    // faint strokes may join what seem to be several signs
    const all = top < FAINTEST ? [] : spots(ink, (v) => v > share * top);
    const found = withoutLines(all, ink);
    if (found.length && !isNoise(found, ink)) [kept, beside] = oneDrawing(found);
    if (!beside) break;
  }
  if (!kept.length) throw new Refusal("digits.draw.empty");
  if (beside) throw new Refusal("digits.draw.several", { n: beside + 1 });
  const upper = Math.min(...kept.map((spot) => spot.top));
  const left = Math.min(...kept.map((spot) => spot.left));
  const height = Math.max(...kept.map((spot) => spot.bottom)) - upper + 1;
  const width = Math.max(...kept.map((spot) => spot.right)) - left + 1;
  const sign = blank(height, width);
  for (const spot of kept)
    for (const at of spot.pixels) {
      const row = Math.floor(at / ink.width) - upper;
      sign.values[row * width + (at % ink.width) - left] = Math.min(ink.values[at] / top, 1);
    }
  return sign;
}

/** The mean of the strongest ink. @param {Picture} ink */
function strongest({ values }) {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  if (!most) return 0;
  let sum = 0;
  let count = 0;
  for (const v of values)
    if (v > 0.6 * most) {
      sum += v;
      count++;
    }
  return sum / count;
}

/**
 * The connected pieces of a mask, along edges and corners, the one with the most ink first.
 *
 * @param {Picture} ink
 * @param {(ink: number) => boolean} sure
 * @returns {Spot[]}
 */
function spots({ height, width, values }, sure) {
  const seen = new Uint8Array(values.length);
  const found = [];
  for (let start = 0; start < values.length; start++) {
    if (seen[start] || !sure(values[start])) continue;
    const pixels = [start];
    seen[start] = 1;
    const spot = { top: height, bottom: 0, left: width, right: 0, ink: 0, pixels };
    for (let k = 0; k < pixels.length; k++) {
      const row = Math.floor(pixels[k] / width);
      const column = pixels[k] % width;
      spot.top = Math.min(spot.top, row);
      spot.bottom = Math.max(spot.bottom, row);
      spot.left = Math.min(spot.left, column);
      spot.right = Math.max(spot.right, column);
      spot.ink += values[pixels[k]];
      for (let i = Math.max(row - 1, 0); i <= Math.min(row + 1, height - 1); i++)
        for (let j = Math.max(column - 1, 0); j <= Math.min(column + 1, width - 1); j++) {
          const at = i * width + j;
          if (!seen[at] && sure(values[at])) {
            seen[at] = 1;
            pixels.push(at);
          }
        }
    }
    found.push(spot);
  }
  return found.sort((a, b) => b.ink - a.ink);
}

const tall = (/** @type {Spot} */ spot) => spot.bottom - spot.top + 1;
const wide = (/** @type {Spot} */ spot) => spot.right - spot.left + 1;
const longer = (/** @type {Spot} */ spot) => Math.max(tall(spot), wide(spot));

/**
 * Without lines of the paper, which run from edge to edge. A single piece that runs from top to
 * bottom stays: a drawing may fill its picture.
 *
 * @param {Spot[]} found
 * @param {Picture} size
 */
function withoutLines(found, { height, width }) {
  const down = (/** @type {Spot} */ spot) => spot.top === 0 && spot.bottom === height - 1;
  const across = (/** @type {Spot} */ spot) => spot.left === 0 && spot.right === width - 1;
  const left = found.filter((spot) => !down(spot) && !across(spot));
  if (!left.length && found.length === 1 && !(down(found[0]) && across(found[0]))) return found;
  return left;
}

/** True if the pieces are grains. @param {Spot[]} found @param {Picture} size */
function isNoise(found, { height, width }) {
  const few = found[0].ink < 0.2 * found.reduce((sum, spot) => sum + spot.ink, 0);
  return few || longer(found[0]) < 0.04 * Math.max(height, width);
}

/**
 * The pieces of the main drawing, and the number of other drawings beside it.
 *
 * @param {Spot[]} found
 * @returns {[Spot[], number]}
 */
function oneDrawing([main, ...others]) {
  const side = longer(main);
  const kept = [main];
  let beside = 0;
  for (const spot of others) {
    const rows = Math.max(main.top, spot.top) - Math.min(main.bottom, spot.bottom) - 1;
    const columns = Math.max(main.left, spot.left) - Math.min(main.right, spot.right) - 1;
    const gap = Math.max(rows, columns);
    const large = longer(spot) >= 0.5 * side && spot.ink >= 0.2 * main.ink;
    if (large && gap > 0.05 * side) beside++;
    else if (gap <= 0.12 * side && longer(spot) >= 0.08 * side) kept.push(spot);
  }
  return [kept, beside];
}

/** Strokes at least as thick as those of a set of digits of this size. @param {Picture} ink @param {number} side */
function usualStrokes(ink, side) {
  const scale = SIDE / Math.max(ink.height, ink.width);
  const [height, width] = [ink.height, ink.width].map((n) => Math.max(1, rounded(n * scale)));
  const wanted = STROKES[side < 16 ? 8 : 28] * SIDE;
  const large = average(ink, height, width);
  const missing = (wanted - strokeWidth(large)) / 2;
  return missing >= 1 ? thickened(large, missing) : ink;
}

/** The mean width of strokes: twice their area by the length of their edge. @param {Picture} ink */
function strokeWidth({ height, width, values }) {
  const inked = (/** @type {number} */ i, /** @type {number} */ j) =>
    i >= 0 && j >= 0 && i < height && j < width && values[i * width + j] > 0.5 ? 1 : 0;
  let area = 0;
  let edge = 0;
  for (let i = 0; i <= height; i++)
    for (let j = 0; j <= width; j++) {
      area += inked(i, j);
      edge += Math.abs(inked(i, j) - inked(i - 1, j)) + Math.abs(inked(i, j) - inked(i, j - 1));
    }
  return (2 * area) / Math.max((edge * Math.PI) / 4, 1); // a slanted edge has more steps
}

/** Ink that reaches `radius` pixels further in all directions. @param {Picture} ink @param {number} radius */
function thickened(ink, radius) {
  const whole = Math.ceil(radius);
  const out = blank(ink.height + 2 * whole, ink.width + 2 * whole);
  for (let i = 0; i < ink.height; i++)
    for (let j = 0; j < ink.width; j++) {
      const v = ink.values[i * ink.width + j];
      if (!v) continue;
      for (let down = -whole; down <= whole; down++)
        for (let right = -whole; right <= whole; right++) {
          if (down * down + right * right > radius * radius) continue;
          const at = (i + whole + down) * out.width + j + whole + right;
          if (out.values[at] < v) out.values[at] = v;
        }
    }
  return out;
}

/** Where the ink balances, in pixels from the first edge. @param {Picture} ink @returns {[number, number]} */
export function centerOfMass({ height, width, values }) {
  const rows = new Float64Array(height);
  const columns = new Float64Array(width);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      rows[i] += values[i * width + j];
      columns[j] += values[i * width + j];
    }
  const total = rows.reduce((a, b) => a + b, 0);
  const down = rows.reduce((sum, v, i) => sum + v * (i + 0.5), 0);
  const right = columns.reduce((sum, v, j) => sum + v * (j + 0.5), 0);
  return [down / total, right / total];
}

/** The ink on paper of the right proportions, its center of mass in the middle. @param {Picture} ink @param {number} side */
function onPaper(ink, side) {
  // the ink takes 7.5 of 8 pixels, or 20 of 28
  const share = 1 - (2 * Math.max(0.25, 0.25 + ((side - 8) * 3) / 16)) / side;
  const scale = Math.max(ink.height / (side * share), ink.width / (side * share));
  const height = Math.max(ink.height, rounded(side * scale));
  const width = Math.max(ink.width, rounded(side * scale));
  const paper = blank(height, width);
  const [down, right] = centerOfMass(ink);
  const top = Math.min(Math.max(rounded(height / 2 - down), 0), height - ink.height);
  const left = Math.min(Math.max(rounded(width / 2 - right), 0), width - ink.width);
  for (let i = 0; i < ink.height; i++)
    paper.values.set(
      ink.values.subarray(i * ink.width, (i + 1) * ink.width),
      (top + i) * width + left,
    );
  return paper;
}

/**
 * An image of another size, in which each pixel is the mean of its area: differences of running
 * sums, first down, then across.
 *
 * @param {Picture} picture
 * @param {number} height
 * @param {number} width
 * @returns {Picture}
 */
export function average(picture, height, width) {
  const down = blank(height, picture.width);
  for (let j = 0; j < picture.width; j++)
    means(picture.values, j, picture.width, picture.height, down.values, j, picture.width, height);
  const out = blank(height, width);
  for (let i = 0; i < height; i++)
    means(down.values, i * picture.width, 1, picture.width, out.values, i * width, 1, width);
  return out;
}

/**
 * The means of k equal parts of n numbers.
 *
 * @param {Float64Array} from
 * @param {number} start
 * @param {number} stride
 * @param {number} n
 * @param {Float64Array} to
 * @param {number} first
 * @param {number} step
 * @param {number} k
 */
function means(from, start, stride, n, to, first, step, k) {
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = sums[i] + from[start + i * stride];
  const at = (/** @type {number} */ part) => {
    const place = part === k ? n : part * (n / k);
    const low = Math.min(Math.max(Math.trunc(place), 0), Math.max(n - 1, 0));
    const share = Math.min(Math.max(place - low, 0), 1);
    return sums[low] * (1 - share) + sums[Math.min(low + 1, n)] * share;
  };
  let before = at(0);
  for (let part = 0; part < k; part++) {
    const after = at(part + 1);
    to[first + part * step] = (after - before) * (k / n);
    before = after;
  }
}
