// Losses of class scores, and of a mean with a variance.
import { entry, zeros } from "../arrays.js";
import { upTo } from "../entries.js";
import { perRow, sumOf } from "./common.js";
import { exponentials, logSoftmaxOf, NOTE, softmaxOf } from "./softmax.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */
/** @typedef {import("../entries.js").Arrays} Arrays */
/** @typedef {import("../entries.js").Entry} Entry */

/** @type {Record<string, import("./common.js").Inner>} */
const probabilities = {
  p: { equation: "softmax(z)", numbers: ({ z }) => softmaxOf(z), by: "softmax" },
};

/**
 * Return the targets of each class of row n for class numbers.
 *
 * @param {NumberArray} y
 * @param {number} n
 * @param {number} K
 * @param {number} [rate] the share that is spread over all classes
 */
function targetsOf(y, n, K, rate = 0) {
  const t = new Array(K).fill(rate / K);
  t[y.data[n]] += 1 - rate;
  return t;
}

/** @param {NumberArray} y @param {number} n @returns {number[]} row n of an array of rows */
const rowOf = (y, n) => Array.from(y.data.subarray(n * perRow(y), (n + 1) * perRow(y)));

/** @param {number[]} t */
const sum = (t) => t.reduce((total, x) => total + x, 0);

/**
 * Return dl (softmax(z) Σ t − t) for the targets t of each row.
 *
 * @param {NumberArray} dl
 * @param {NumberArray} z
 * @param {(n: number) => number[]} targets
 */
function slopes(dl, z, targets) {
  const [p, dz] = [softmaxOf({ ...z, data: Float64Array.from(z.data) }), zeros(z.shape, z)];
  const K = z.shape[1];
  for (let n = 0; n < z.shape[0]; n++) {
    const t = targets(n);
    const total = sum(t);
    for (let k = 0; k < K; k++)
      dz.data[n * K + k] = dl.data[n] * (p.data[n * K + k] * total - t[k]);
  }
  return dz;
}

/**
 * Return the term dl (softmax(z) Σ t − t) of dz[n, k], for targets t of one row.
 *
 * @param {number[]} at
 * @param {Arrays} arrays
 * @param {number[]} target
 * @returns {Entry}
 */
function slopeOf(at, { z, dl }, target) {
  const [n, k] = at;
  const s = entry(softmaxOf(z), at);
  const total =
    z.data instanceof Float32Array
      ? target.reduce((all, x) => Math.fround(all + x), 0)
      : sum(target);
  const whole = Math.abs(total - 1) < 1e-12;
  return {
    parts: [
      {
        form: whole ? "dl·(s − t)" : "dl·(s·u − t)",
        at: { dl: [n], s: at, t: at, ...(whole ? {} : { u: [n] }) },
        values: dl.data[n] * (s * total - target[k]),
        inner: { s, t: target[k], u: total },
        labels: { s: "softmax(z)", t: "target", u: "Σₖ y" },
      },
    ],
  };
}

/**
 * Return the terms −t log softmax(z) of the loss of a row.
 *
 * @param {number[]} at
 * @param {Arrays} arrays
 * @param {number[]} target
 * @returns {Entry}
 */
function crossTerms([n], { z }, target) {
  const q = rowOf(logSoftmaxOf(z), n);
  const index = [n, upTo(q.length)];
  return {
    parts: [
      {
        form: "−t·q",
        at: { t: index, q: index },
        values: target.map((t, k) => -t * q[k]),
        inner: { t: target, q },
        labels: { t: "target", q: "log softmax(z)" },
      },
    ],
  };
}

/** @param {NumberArray} z @param {(n: number, logs: number[]) => number} f @returns {NumberArray} */
function eachRow(z, f) {
  const [l, logs] = [
    zeros([z.shape[0]], z),
    logSoftmaxOf({ ...z, data: Float64Array.from(z.data) }),
  ];
  for (let n = 0; n < l.data.length; n++) l.data[n] = f(n, rowOf(logs, n));
  return l;
}

/** @param {NumberArray} z @param {number} n @returns {{ means: number[], logs: number[] }} */
function halves(z, n) {
  const row = rowOf(z, n);
  return { means: row.slice(0, row.length / 2), logs: row.slice(row.length / 2) };
}

/** @type {Record<string, Op>} */
export const crossEntropies = {
  softmax_cross_entropy: {
    forward: ([z, y]) => eachRow(z, (n, logs) => -logs[y.data[n]]),
    backward: (dl, _l, [z, y]) => [slopes(dl, z, (n) => targetsOf(y, n, z.shape[1])), null],
    inner: probabilities,
    terms: {
      l: ([n], { z, y }) => {
        const label = [n, y.data[n]];
        const { part, most, total } = exponentials(label, z);
        const here = entry(z, label);
        const then = {
          form: "max + log sum − z",
          at: { z: label },
          values: most + Math.log(total) - here,
          numbers: "m + log t − z",
          inner: { m: most, t: total },
        };
        const size = Math.abs(most) + Math.abs(Math.log(total)) + Math.abs(here);
        return { parts: [part], total, then, size, note: NOTE };
      },
      dz: (at, arrays) => slopeOf(at, arrays, targetsOf(arrays.y, at[0], arrays.z.shape[1])),
    },
  },
  smoothed_cross_entropy: {
    forward: ([z, y], { rate }) =>
      eachRow(z, (n, logs) => -(1 - rate) * logs[y.data[n]] - rate * (sum(logs) / logs.length)),
    backward: (dl, _l, [z, y], { rate }) => [
      slopes(dl, z, (n) => targetsOf(y, n, z.shape[1], rate)),
      null,
    ],
    inner: probabilities,
    terms: {
      l: (at, arrays, { rate }) =>
        crossTerms(at, arrays, targetsOf(arrays.y, at[0], arrays.z.shape[1], rate)),
      dz: (at, arrays, { rate }) =>
        slopeOf(at, arrays, targetsOf(arrays.y, at[0], arrays.z.shape[1], rate)),
    },
  },
  distribution_cross_entropy: {
    forward: ([z, y]) => eachRow(z, (n, logs) => -sum(rowOf(y, n).map((t, k) => t * logs[k]))),
    backward: (dl, _l, [z, y]) => [slopes(dl, z, (n) => rowOf(y, n)), null],
    inner: probabilities,
    terms: {
      l: (at, arrays) => crossTerms(at, arrays, rowOf(arrays.y, at[0])),
      dz: (at, arrays) => slopeOf(at, arrays, rowOf(arrays.y, at[0])),
    },
  },
  kl_divergence: {
    forward: ([z, y]) =>
      eachRow(z, (n, logs) =>
        sum(rowOf(y, n).map((t, k) => t * ((t > 0 ? Math.log(t) : 0) - logs[k]))),
      ),
    backward: (dl, _l, [z, y]) => [slopes(dl, z, (n) => rowOf(y, n)), null],
    inner: probabilities,
    terms: {
      l: ([n], { z, y }) => {
        const t = rowOf(y, n);
        const k = upTo(t.length).filter((i) => t[i] > 0);
        const logs = rowOf(logSoftmaxOf(z), n);
        const [here, q] = [[n, k], k.map((i) => logs[i])];
        return sumOf(
          { form: "y·log(y)", at: { y: here }, values: k.map((i) => t[i] * Math.log(t[i])) },
          {
            form: "−y·q",
            at: { y: here, q: here },
            values: k.map((i) => -t[i] * logs[i]),
            inner: { q },
            labels: { q: "log softmax(z)" },
          },
        );
      },
    },
  },
  smooth: {
    forward: ([y], { rate }) => {
      const t = zeros(y.shape, y);
      for (let k = 0; k < t.data.length; k++)
        t.data[k] = (1 - rate) * y.data[k] + rate / y.shape[1];
      return t;
    },
    backward: (dt, _t, [y], { rate }) => {
      const dy = zeros(y.shape, y);
      for (let k = 0; k < dy.data.length; k++) dy.data[k] = dt.data[k] * (1 - rate);
      return [dy];
    },
    terms: {
      t: (at, { y }, { rate }) => {
        const K = y.shape[1];
        return sumOf(
          { form: "(1 − rate)·y", at: { y: at }, values: (1 - rate) * entry(y, at) },
          { form: "rate / K", at: {}, values: rate / K, numbers: `rate / ${K}` },
        );
      },
    },
  },
  means_and_deviations: {
    forward: ([z]) => {
      const p = zeros(z.shape, z);
      const K = z.shape[1];
      for (let k = 0; k < p.data.length; k++)
        p.data[k] = k % K < K / 2 ? z.data[k] : Math.exp(z.data[k] / 2);
      return p;
    },
    backward: (dp, p) => {
      const dz = zeros(p.shape, p);
      const K = p.shape[1];
      for (let k = 0; k < dz.data.length; k++)
        dz.data[k] = k % K < K / 2 ? dp.data[k] : (dp.data[k] * p.data[k]) / 2;
      return [dz];
    },
  },
  gaussian_nll: {
    forward: ([z, y]) => {
      const l = zeros([z.shape[0]], z);
      for (let n = 0; n < l.data.length; n++) {
        const { means, logs } = halves(z, n);
        const each = rowOf(y, n).map((t, k) => logs[k] + (t - means[k]) ** 2 * Math.exp(-logs[k]));
        l.data[n] = sum(each) / 2;
      }
      return l;
    },
    backward: (dl, _l, [z, y]) => {
      const dz = zeros(z.shape, z);
      const K = z.shape[1] / 2;
      for (let n = 0; n < z.shape[0]; n++) {
        const { means, logs } = halves(z, n);
        rowOf(y, n).forEach((t, k) => {
          const precision = Math.exp(-logs[k]);
          dz.data[n * 2 * K + k] = dl.data[n] * (means[k] - t) * precision;
          dz.data[n * 2 * K + K + k] = (dl.data[n] * (1 - (t - means[k]) ** 2 * precision)) / 2;
        });
      }
      return [dz, null];
    },
    terms: {
      l: ([n], { z, y }) => {
        const { means, logs } = halves(z, n);
        const [K, k] = [logs.length, upTo(logs.length)];
        const high = k.map((i) => K + i);
        const t = rowOf(y, n);
        const values = k.map((i) => ((t[i] - means[i]) ** 2 * Math.exp(-logs[i])) / 2);
        return sumOf(
          { form: "½·z", at: { z: [n, high] }, values: logs.map((v) => v / 2) },
          {
            form: "½·(y − z)²·exp(−v)",
            at: { y: [n, k], z: [n, k], v: [n, high] },
            values,
            labels: { v: "z" },
          },
        );
      },
    },
  },
};
