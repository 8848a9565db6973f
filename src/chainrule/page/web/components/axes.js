// Axes of charts: which numbers they show, and where.
import d3 from "../vendor/d3.js";
import { short } from "./numbers.js";

/**
 * @typedef {object} Axis
 * @property {(value: number) => number} at the pixel of a number
 * @property {(pixel: number) => number} from the number of a pixel
 * @property {{ value: number, text: string }[]} ticks
 */

/**
 * Return an axis from numbers to pixels.
 *
 * @param {[number, number]} domain
 * @param {[number, number]} pixels
 * @param {{ log?: boolean, count?: number, nice?: boolean, whole?: boolean }} [options]
 * @returns {Axis}
 */
export function axis(domain, pixels, { log = false, count = 5, nice = false, whole = false } = {}) {
  let [low, high] = domain;
  if (!(low < high)) {
    const size = Math.abs(low) || 1;
    [low, high] = log ? [low / 2 || 0.5, low * 2 || 2] : [low - size / 2, low + size / 2];
  }
  const scale = (log ? d3.scaleLog() : d3.scaleLinear()).domain([low, high]).range(pixels);
  if (nice) scale.nice(count);
  let values = /** @type {number[]} */ (scale.ticks(count));
  if (log) {
    const powers = values.filter((value) => Math.abs(Math.log10(value) % 1) < 1e-9);
    if (powers.length >= 2) {
      const every = Math.ceil(powers.length / count);
      values = powers.filter((_, k) => k % every === 0);
    } else if (values.length > count) {
      const every = Math.ceil(values.length / count);
      values = values.filter((_, k) => k % every === 0);
    }
  }
  if (whole) values = values.filter(Number.isInteger);
  return {
    at: (value) => scale(value),
    from: (pixel) => scale.invert(pixel),
    ticks: values.map((value) => ({ value, text: short(value, 3) })),
  };
}

/**
 * Return where the middle of a text stands, so that it is not cut off at the right edge.
 *
 * @param {{ measureText(text: string): { width: number } }} context
 * @param {string} text
 * @param {number} at where its middle should be
 * @param {number} edge
 */
export const inside = (context, text, at, edge) =>
  Math.min(at, edge - context.measureText(text).width / 2);
