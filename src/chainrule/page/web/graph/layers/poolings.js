// Poolings: one number for each window and channel. A sequence is an image of width 1.
import { Refusal } from "../../app/refusal.js";
import { whole, wholes } from "../settings.js";
import { shown } from "../shapes.js";

/** @typedef {import("../tape.js").Node} Node */

/** @param {any} value @returns {number[]} */
export const pair = (value) => (Array.isArray(value) ? value : [value, value]);

/** @param {Node} x */
function expectImage(x) {
  x.expect(4, "graph.image");
  x.expectReal();
}

/** Height and width of an image. @param {Node} x */
function positions(x) {
  if (x.shape.length !== 3) {
    expectImage(x);
    return [x.shape[1], x.shape[2]];
  }
  x.expectReal();
  return [x.shape[1], 1];
}

/** @type {import("../settings.js").Rule} */
const optionalSizes = (where, name, value, settings) => {
  if (value !== null) wholes(1)(where, name, value, settings);
};

/** @type {import("../settings.js").Rule} */
const optionalSize = (where, name, value, settings) => {
  if (value !== null) whole(1)(where, name, value, settings);
};

/** @param {string} op @returns {import("./layer.js").Layer} */
const ofImages = (op) => ({
  rules: { size: wholes(1), stride: optionalSizes },
  call(x, s) {
    expectImage(x);
    const size = pair(s.size);
    if (size.some((n, k) => x.shape[k + 1] < n)) {
      throw new Refusal("graph.window_too_large", {
        where: x.tape.where(),
        expected: size.join(" x "),
        got: `${x.shape[1]} x ${x.shape[2]}`,
      });
    }
    return x.tape.record(op, [x], { size, stride: s.stride === null ? size : pair(s.stride) });
  },
});

/** @param {string} op @returns {import("./layer.js").Layer} */
const ofSequences = (op) => ({
  rules: { size: whole(1), stride: optionalSize },
  call(x, { size, stride }) {
    x.expect(3, "graph.sequence");
    x.expectReal();
    const [, steps, channels] = x.shape;
    if (steps < size) {
      const where = x.tape.where();
      throw new Refusal("graph.window_too_long", { where, expected: size, got: steps });
    }
    const { tape } = x;
    const image = tape.record("reshape", [x], { shape: [steps, 1, channels] });
    const h = tape.record(op, [image], { size: [size, 1], stride: [stride ?? size, 1] });
    return tape.record("reshape", [h], { shape: [h.shape[1], channels] });
  },
});

/** @param {string} op @returns {import("./layer.js").Layer} */
const ofAll = (op) => ({
  call(x) {
    const whole = positions(x);
    const { tape } = x;
    const channels = x.shape.slice(-1);
    const image =
      x.shape.length === 4 ? x : tape.record("reshape", [x], { shape: [...whole, ...channels] });
    const h = tape.record(op, [image], { size: whole, stride: whole });
    return tape.record("reshape", [h], { shape: channels });
  },
});

export const MaxPool2D = ofImages("max_pool");
export const AveragePool2D = ofImages("average_pool");
export const MaxPool1D = ofSequences("max_pool");
export const AveragePool1D = ofSequences("average_pool");
export const GlobalMaxPool = ofAll("max_pool");
export const GlobalAveragePool = ofAll("average_pool");

/** @param {any} padding @returns {number[]} top, bottom, left, right */
function sides(padding) {
  const numbers = Array.isArray(padding) ? padding : [padding];
  return numbers.flatMap((n) => Array(4 / numbers.length).fill(n));
}

/** @type {import("./layer.js").Layer} */
export const ZeroPad = {
  rules: {
    padding(where, name, value, settings) {
      const numbers = Array.isArray(value) ? value : [value];
      if (![1, 2, 4].includes(numbers.length)) {
        throw new Refusal("graph.must_be_sides", { where, got: JSON.stringify(value) });
      }
      for (const n of numbers) whole(0)(where, name, n, settings);
    },
  },
  call(x, { padding }) {
    expectImage(x);
    return x.tape.record("pad", [x], { padding: sides(padding) });
  },
};

/** @type {import("./layer.js").Layer} */
export const UpSample = {
  rules: { size: wholes(1) },
  call(x, { size }) {
    expectImage(x);
    return x.tape.record("up_sample", [x], { size: pair(size) });
  },
};

/** @type {import("./layer.js").Layer} */
export const Images = {
  call(x, { channels }) {
    x.expect(4, channels === "first" ? "graph.channels_first" : "graph.image");
    x.expectReal();
    if (channels === "first") return x.tape.record("channels_last", [x]);
    return x.tape.record("reshape", [x], { shape: x.shape.slice(1) });
  },
};

/** @type {import("./layer.js").Layer} */
export const Flatten = { call: (x) => x.tape.record("flatten", [x]) };

/** @type {import("./layer.js").Layer} */
export const Reshape = {
  rules: {
    shape(where, name, value, settings) {
      if (!Array.isArray(value) || !value.length) {
        throw new Refusal("graph.must_be_shape", { where, got: JSON.stringify(value) });
      }
      for (const n of value) whole(1)(where, name, n, settings);
    },
  },
  call(x, { shape }) {
    const size = shape.reduce((/** @type {number} */ p, /** @type {number} */ n) => p * n, 1);
    if (size !== x.shape.slice(1).reduce((p, n) => p * n, 1)) {
      const got = shown(x.shape);
      throw new Refusal("graph.reshape", { where: x.tape.where(), size, got });
    }
    return x.tape.record("reshape", [x], { shape });
  },
};
