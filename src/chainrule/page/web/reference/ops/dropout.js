// Ops with random numbers. They keep nothing: the backward draws the same numbers again.
import { entry, zeros } from "../arrays.js";
import { product } from "../entries.js";
import { DROPOUT, normal, SAMPLE, uniform } from "../../graph/random.js";
import { perRow } from "./common.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */
/** @typedef {import("./common.js").Attributes} Attributes */
/** @typedef {import("../entries.js").Arrays} Arrays */

/**
 * Return 1 where a value stays, else 0: one random number for each (seed, step, path, row, column).
 *
 * @param {NumberArray} x
 * @param {NumberArray} key
 * @param {NumberArray} row
 * @param {Attributes} attrs
 * @returns {NumberArray}
 */
function mask(x, key, row, { rate, path }) {
  const u = uniform([key.data[0], key.data[1]], DROPOUT, path, row.data, perRow(x));
  return { data: Int32Array.from(u, (v) => Number(v >= rate)), shape: x.shape };
}

/**
 * Return the same with one number for each channel.
 *
 * @param {NumberArray} x
 * @param {NumberArray} key
 * @param {NumberArray} row
 * @param {Attributes} attrs
 * @returns {NumberArray}
 */
function channelMask(x, key, row, { rate, path }) {
  const channels = x.shape[x.shape.length - 1];
  const u = uniform([key.data[0], key.data[1]], DROPOUT, path, row.data, channels);
  const each = perRow(x);
  const data = new Int32Array(x.data.length);
  for (let k = 0; k < data.length; k++)
    data[k] = Number(u[Math.floor(k / each) * channels + (k % channels)] >= rate);
  return { data, shape: x.shape };
}

/** @typedef {typeof mask} Mask */

/** @param {NumberArray} x @param {NumberArray} m @param {number} rate */
function masked(x, m, rate) {
  const h = zeros(x.shape, x);
  for (let k = 0; k < h.data.length; k++) h.data[k] = (x.data[k] * m.data[k]) / (1 - rate);
  return h;
}

/**
 * Return the term x m / (1 − rate), for m = 1 or 0.
 *
 * @param {Mask} of
 * @param {string} letter
 * @returns {import("../entries.js").EntryOf}
 */
const term = (of, letter) => (at, arrays, attrs) => {
  const m = entry(of(arrays.x, arrays.key, arrays.row, attrs), at);
  return {
    parts: [
      {
        form: `${letter}·m / (1 − rate)`,
        at: { [letter]: at, m: at },
        values: (entry(arrays[letter], at) * m) / (1 - attrs.rate),
        inner: { m },
        labels: { m: "mask(key, row)" },
      },
    ],
  };
};

/** @param {Mask} of @returns {Op} */
const dropping = (of) => ({
  forward: ([x, key, row], attrs) => masked(x, of(x, key, row, attrs), attrs.rate),
  backward: (dh, _h, [x, key, row], attrs) => [
    masked(dh, of(x, key, row, attrs), attrs.rate),
    null,
    null,
  ],
  inner: {
    mask: {
      equation: "mask(key, row)",
      numbers: ({ x, key, row }, attrs) => of(x, key, row, attrs),
    },
  },
  terms: { h: term(of, "x"), dx: term(of, "dh") },
});

/** @param {NumberArray} x @param {NumberArray} key @param {NumberArray} row @param {Attributes} attrs */
function noise(x, key, row, { path }) {
  const data = normal([key.data[0], key.data[1]], SAMPLE, path, row.data, perRow(x));
  return { data: Float64Array.from(data), shape: x.shape };
}

/** @type {Record<string, Op>} */
export const random = {
  dropout: dropping(mask),
  spatial_dropout: dropping(channelMask),
  alpha_dropout: {
    forward: ([x, key, row], attrs) => {
      const [m, d] = [mask(x, key, row, attrs), zeros(x.shape, x)];
      for (let k = 0; k < d.data.length; k++) d.data[k] = m.data[k] ? x.data[k] : attrs.lowest;
      return d;
    },
    backward: (dd, _d, [x, key, row], attrs) => [
      masked(dd, mask(x, key, row, attrs), 0),
      null,
      null,
    ],
    inner: {
      mask: {
        equation: "mask(key, row)",
        numbers: ({ x, key, row }, attrs) => mask(x, key, row, attrs),
      },
    },
    terms: {
      d: (at, { x, key, row }, attrs) => {
        const m = entry(mask(x, key, row, attrs), at);
        return {
          parts: [
            {
              form: "x·m + lowest·(1 − m)",
              at: { x: at, m: at },
              values: m ? entry(x, at) : attrs.lowest,
              inner: { m },
              labels: { m: "mask(key, row)" },
            },
          ],
        };
      },
      dx: (at, { x, key, row, dd }, attrs) => {
        const m = entry(mask(x, key, row, attrs), at);
        return {
          parts: [
            {
              form: "dd·m",
              at: { dd: at, m: at },
              values: entry(dd, at) * m,
              inner: { m },
              labels: { m: "mask(key, row)" },
            },
          ],
        };
      },
    },
  },
  gaussian_noise: {
    forward: ([x, key, row], attrs) => {
      const [z, h] = [noise(x, key, row, attrs), zeros(x.shape, x)];
      for (let k = 0; k < h.data.length; k++) h.data[k] = x.data[k] + attrs.std * z.data[k];
      return h;
    },
    backward: (dh) => [dh, null, null],
    inner: {
      noise: {
        equation: "noise(key, row)",
        numbers: ({ x, key, row }, attrs) => noise(x, key, row, attrs),
      },
    },
    terms: {
      h: (at, arrays, attrs) => {
        const e = entry(noise(arrays.x, arrays.key, arrays.row, attrs), at);
        const drawn = {
          form: "std·e",
          at: { e: at },
          values: attrs.std * e,
          inner: { e },
          labels: { e: "noise(key, row)" },
        };
        return { parts: [product(arrays, { x: at }), drawn] };
      },
    },
  },
};
