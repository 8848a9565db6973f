// Standardization within a row: over its last axis, or over groups of channels.
import { entry, sizeOf, zeros } from "../arrays.js";
import { indexAt, indexOfAll } from "./groups.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */
/** @typedef {import("../entries.js").Place} Place */

/**
 * Return the places of the flat array group after group.
 *
 * @param {NumberArray} x
 * @param {number} groups 0: each line of the last axis is a group
 * @returns {number[][]}
 */
function groupsOf(x, groups) {
  const channels = x.shape[x.shape.length - 1];
  const found = [];
  if (!groups) {
    for (let begin = 0; begin < x.data.length; begin += channels)
      found.push(Array.from({ length: channels }, (_, k) => begin + k));
    return found;
  }
  const each = channels / groups;
  const positions = sizeOf(x.shape.slice(1, -1));
  for (let n = 0; n < x.shape[0]; n++)
    for (let g = 0; g < groups; g++) {
      const places = [];
      for (let p = 0; p < positions; p++)
        for (let c = 0; c < each; c++) places.push((n * positions + p) * channels + g * each + c);
      found.push(places);
    }
  return found;
}

/**
 * Return mean and deviation of some numbers; in float32 the mean is rounded, as x − mean needs it.
 *
 * @param {import("../arrays.js").Numbers} data
 * @param {number[]} places
 * @param {number} eps
 */
function momentsOf(data, places, eps) {
  /** @type {(x: number) => number} */
  const rounded = data instanceof Float32Array ? Math.fround : (x) => x;
  let sum = 0;
  for (const k of places) sum = rounded(sum + data[k]);
  const mean = rounded(sum / places.length);
  let variance = 0;
  for (const k of places) variance += rounded(data[k] - mean) ** 2;
  return { mean, deviation: Math.sqrt(variance / places.length + eps) };
}

/** @param {NumberArray} x @param {number} groups @param {number} eps */
function forward(x, groups, eps) {
  const h = zeros(x.shape, x);
  for (const places of groupsOf(x, groups)) {
    const { mean, deviation } = momentsOf(x.data, places, eps);
    for (const k of places) h.data[k] = (x.data[k] - mean) / deviation;
  }
  return h;
}

/** @param {NumberArray} dh @param {NumberArray} h @param {NumberArray} x @param {number} groups @param {number} eps */
function backward(dh, h, x, groups, eps) {
  const dx = zeros(x.shape, x);
  for (const places of groupsOf(x, groups)) {
    const { deviation } = momentsOf(x.data, places, eps);
    let [one, two] = [0, 0];
    for (const k of places) {
      one += dh.data[k];
      two += dh.data[k] * h.data[k];
    }
    one /= places.length;
    two /= places.length;
    for (const k of places) dx.data[k] = (dh.data[k] - one - h.data[k] * two) / deviation;
  }
  return dx;
}

/**
 * Return the terms x / m of the mean of a group of m entries, and what follows from it.
 *
 * @param {number[]} at
 * @param {NumberArray} x
 * @param {Place} group
 * @param {number} eps
 * @returns {import("../entries.js").Entry}
 */
function standardized(at, x, group, eps) {
  const values = indexAt(x, group);
  const m = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / m;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / m + eps);
  const own = entry(x, at);
  return {
    parts: [{ form: `x / ${m}`, at: { x: group }, values: values.map((v) => v / m) }],
    total: mean,
    then: {
      form: "(x − mean) / sqrt(variance + eps)",
      at: { x: at },
      values: (own - mean) / deviation,
      numbers: "(x − mu) / d",
      inner: { mu: mean, d: deviation },
    },
    size: (Math.abs(own) + Math.abs(mean)) / deviation,
  };
}

/**
 * Return the terms of (dh − mean(dh) − h mean(dh h)) / deviation.
 *
 * @param {number[]} at
 * @param {import("../entries.js").Arrays} arrays
 * @param {Place} group
 * @param {number} eps
 * @returns {import("../entries.js").Entry}
 */
function slope(at, { x, h, dh }, group, eps) {
  const values = indexAt(x, group);
  const m = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / m;
  const d = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / m + eps);
  const [slopes, hs] = [indexAt(dh, group), indexAt(h, group)];
  const labels = { q: "h", s: "√(variance + eps)" };
  const inner = { s: d };
  const own = entry(h, at);
  return {
    parts: [
      { form: "dh / s", at: { dh: at, s: [] }, values: entry(dh, at) / d, inner, labels },
      {
        form: `−dh / (${m}·s)`,
        at: { dh: group, s: [] },
        values: slopes.map((v) => -v / (m * d)),
        inner,
        labels,
      },
      {
        form: `−h·q·dh / (${m}·s)`,
        at: { h: at, q: group, dh: group, s: [] },
        values: slopes.map((v, k) => (-own * hs[k] * v) / (m * d)),
        inner,
        labels,
      },
    ],
  };
}

/** @type {Record<string, Op>} */
export const standardizations = {
  standardise: {
    forward: ([x], { eps }) => forward(x, 0, eps),
    backward: (dh, h, [x], { eps }) => [backward(dh, h, x, 0, eps)],
    terms: {
      h: (at, { x }, { eps }) => standardized(at, x, indexOfAll(at, x, 0), eps),
      dx: (at, arrays, { eps }) => slope(at, arrays, indexOfAll(at, arrays.x, 0), eps),
    },
  },
  standardise_groups: {
    forward: ([x], { groups, eps }) => forward(x, groups, eps),
    backward: (dh, h, [x], { groups, eps }) => [backward(dh, h, x, groups, eps)],
    terms: {
      h: (at, { x }, { groups, eps }) => standardized(at, x, indexOfAll(at, x, groups), eps),
      dx: (at, arrays, { groups, eps }) => slope(at, arrays, indexOfAll(at, arrays.x, groups), eps),
    },
  },
};
