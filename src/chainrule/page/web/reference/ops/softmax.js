// The softmax and its logarithm over the last axis.
import { entry, zeros } from "../arrays.js";
import { product, upTo } from "../entries.js";
import { eachLine } from "./common.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */

export const NOTE = "max is the largest z of the row. It is subtracted so that no exp overflows.";

/** @param {NumberArray} z @returns {NumberArray} pₖ = exp zₖ / Σⱼ exp zⱼ */
export function softmaxOf(z) {
  const p = zeros(z.shape, z);
  eachLine(z, (begin, length) => {
    const line = z.data.subarray(begin, begin + length);
    const most = maximum(line);
    let sum = 0;
    for (let k = 0; k < length; k++) sum += Math.exp(line[k] - most);
    for (let k = 0; k < length; k++) p.data[begin + k] = Math.exp(line[k] - most) / sum;
  });
  return p;
}

/** @param {NumberArray} z @returns {NumberArray} zₖ − log Σⱼ exp zⱼ */
export function logSoftmaxOf(z) {
  const a = zeros(z.shape, z);
  eachLine(z, (begin, length) => {
    const line = z.data.subarray(begin, begin + length);
    const most = maximum(line);
    let sum = 0;
    for (let k = 0; k < length; k++) sum += Math.exp(line[k] - most);
    for (let k = 0; k < length; k++) a.data[begin + k] = line[k] - most - Math.log(sum);
  });
  return a;
}

/** @param {ArrayLike<number>} line */
function maximum(line) {
  let most = -Infinity;
  for (let k = 0; k < line.length; k++)
    most = line[k] > most || Number.isNaN(line[k]) ? line[k] : most;
  return most;
}

/** @param {NumberArray} z @param {number[]} at @returns {number[]} the line of the last axis */
function lineOf(z, at) {
  const many = z.shape[z.shape.length - 1];
  return upTo(many).map((k) => entry(z, [...at.slice(0, -1), k]));
}

/**
 * Return the terms exp(z − max) of the sum over the last axis, their numbers, and the max.
 *
 * @param {number[]} at
 * @param {NumberArray} z
 */
export function exponentials(at, z) {
  const line = lineOf(z, at);
  const most = maximum(line);
  const e = line.map((x) => Math.exp(x - most));
  const part = {
    form: "exp(z − max)",
    at: { z: [...at.slice(0, -1), upTo(line.length)] },
    values: e,
    numbers: "exp(z − m)",
    inner: { m: most },
  };
  return { part, e, most, total: e.reduce((sum, x) => sum + x, 0) };
}

/** @type {Record<string, Op>} */
export const softmaxes = {
  softmax: {
    forward: ([z]) => softmaxOf(z),
    backward: (dp, p) => {
      const dz = zeros(p.shape, p);
      eachLine(p, (begin, length) => {
        let sum = 0;
        for (let k = begin; k < begin + length; k++) sum += p.data[k] * dp.data[k];
        for (let k = begin; k < begin + length; k++) dz.data[k] = p.data[k] * (dp.data[k] - sum);
      });
      return [dz];
    },
    terms: {
      p: (at, { z }) => {
        const { part, e, most, total } = exponentials(at, z);
        const then = {
          form: "exp(z − max) / sum",
          at: { z: at },
          values: e[at[at.length - 1]] / total,
          numbers: "exp(z − m) / t",
          inner: { m: most, t: total },
        };
        return { parts: [part], total, then, note: NOTE };
      },
      dz: (at, arrays) => {
        const { p, dp } = arrays;
        const all = [...at.slice(0, -1), upTo(p.shape[p.shape.length - 1])];
        const own = product(arrays, { p: at, dp: at });
        const ps = lineOf(p, at);
        const values = lineOf(dp, at).map((d, k) => -entry(p, at) * ps[k] * d);
        const others = {
          form: "−p·q·dp",
          at: { p: at, q: all, dp: all },
          values,
          labels: { q: "p" },
        };
        return { parts: [own, others] };
      },
    },
  },
  log_softmax: {
    forward: ([z]) => logSoftmaxOf(z),
    backward: (da, a) => {
      const dz = zeros(a.shape, a);
      eachLine(a, (begin, length) => {
        let sum = 0;
        for (let k = begin; k < begin + length; k++) sum += da.data[k];
        for (let k = begin; k < begin + length; k++)
          dz.data[k] = da.data[k] - Math.exp(a.data[k]) * sum;
      });
      return [dz];
    },
    terms: {
      a: (at, { z }) => {
        const { part, most, total } = exponentials(at, z);
        const result = entry(z, at) - most - Math.log(total);
        const then = {
          form: "z − max − log sum",
          at: { z: at },
          values: result,
          numbers: "z − m − log t",
          inner: { m: most, t: total },
        };
        const size = Math.abs(entry(z, at) - most) + Math.abs(Math.log(total));
        return { parts: [part], total, then, size, note: NOTE };
      },
      dz: (at, arrays) => {
        const { a, da } = arrays;
        const all = [...at.slice(0, -1), upTo(a.shape[a.shape.length - 1])];
        const values = lineOf(da, at).map((d) => -Math.exp(entry(a, at)) * d);
        return {
          parts: [
            product(arrays, { da: at }),
            { form: "−exp(a)·da", at: { a: at, da: all }, values },
          ],
        };
      },
    },
  },
};
