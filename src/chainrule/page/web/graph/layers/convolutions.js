// Convolutions of images and of sequences.
import { Refusal } from "../../app/refusal.js";
import { isWhole, seen, whole } from "../settings.js";
import { shown, span } from "../shapes.js";
import { zeros } from "./layer.js";

/** One number for each axis. @param {any} value @param {number} axes @returns {number[]} */
const each = (value, axes) => (Array.isArray(value) ? value : Array(axes).fill(value));

/** @param {number} axes @param {number} least @param {string[]} [words] @returns {import("../settings.js").Rule} */
const perAxis =
  (axes, least, words = []) =>
  (where, name, value) => {
    if (words.includes(value)) return;
    const numbers = each(value, axes);
    if (numbers.length !== axes || !numbers.every((n) => isWhole(n) && n >= least)) {
      const key = words.length ? "graph.must_be_padding" : "graph.must_be_wholes";
      throw new Refusal(key, { where, setting: name, got: seen(value), low: least });
    }
  };

/**
 * Zeros before and after each axis. "same" gives as many as `places` positions of the kernel need,
 * an odd one at the end.
 *
 * @param {any} s
 * @param {number[]} size
 * @param {number[]} places
 * @param {{ kernel: number[], stride: number[], dilation: number[] }} geometry
 */
function paddingOf(s, size, places, { kernel, stride, dilation }) {
  return size.flatMap((n, k) => {
    if (s.padding === "valid") return [0, 0];
    if (s.padding !== "same") return Array(2).fill(each(s.padding, size.length)[k]);
    const needed = (places[k] - 1) * stride[k] + span(kernel[k], dilation[k]) - n;
    const before = Math.floor(Math.max(0, needed) / 2);
    return [before, Math.max(0, needed) - before];
  });
}

/** @param {import("../tape.js").Node} x @param {number} axes @param {number} groups */
function lookAt(x, axes, groups) {
  x.expect(axes + 2, axes === 2 ? "graph.image" : "graph.sequence");
  x.expectReal();
  const channels = x.shape[x.shape.length - 1];
  if (channels % groups) {
    const got = shown(x.shape);
    throw new Refusal("graph.groups", { where: x.tape.where(), groups, channels, got });
  }
}

/** @param {number} axes @returns {Record<string, import("../settings.js").Rule>} */
const rulesOf = (axes) => ({
  filters: whole(1),
  kernel: perAxis(axes, 1),
  stride: perAxis(axes, 1),
  dilation: perAxis(axes, 1),
  padding: perAxis(axes, 0, ["valid", "same"]),
  groups(where, name, value, settings) {
    whole(1)(where, name, value, settings);
    if (settings.filters % value) {
      const { filters } = settings;
      throw new Refusal("graph.groups_filters", { where, groups: value, filters });
    }
  },
});

/**
 * W and, if there is a bias, b.
 *
 * @param {import("../tape.js").Node} x
 * @param {any} s
 * @param {number[]} kernel
 */
function parameters(x, s, kernel) {
  const shape = [...kernel, x.shape[x.shape.length - 1] / s.groups, s.filters];
  const W = x.tape.param("W", shape, s.init, { trainable: s.trainable, penalty: s.penalty });
  if (!s.bias) return [W];
  return [W, x.tape.param("b", [s.filters], zeros, { trainable: s.trainable })];
}

/** @param {number} axes @returns {import("./layer.js").Layer} */
function convolution(axes) {
  return {
    rules: rulesOf(axes),
    call(x, s) {
      lookAt(x, axes, s.groups);
      const { tape } = x;
      const [kernel, stride, dilation] = [s.kernel, s.stride, s.dilation].map((v) => each(v, axes));
      const size = x.shape.slice(1, -1);
      const places = size.map((n, k) => Math.ceil(n / stride[k]));
      const padding = paddingOf(s, size, places, { kernel, stride, dilation });
      const room = size.map((n, k) => n + padding[2 * k] + padding[2 * k + 1]);
      const spans = kernel.map((n, k) => span(n, dilation[k]));
      if (room.some((n, k) => n < spans[k])) {
        const [expected, got] = [spans.join(" x "), room.join(" x ")];
        throw new Refusal("graph.kernel_too_large", { where: tape.where(), expected, got });
      }
      const weights = parameters(x, s, kernel);
      const op = s.bias ? "convolve_affine" : "convolve";
      return tape.record(op, [x, ...weights], { stride, padding, dilation });
    },
  };
}

export const Conv1D = convolution(1);
export const Conv2D = convolution(2);

/** A larger image: each pixel adds its multiple of the kernel. @type {import("./layer.js").Layer} */
export const TransposedConv2D = {
  rules: rulesOf(2),
  call(x, s) {
    lookAt(x, 2, s.groups);
    const { tape } = x;
    const [kernel, stride, dilation] = [s.kernel, s.stride, s.dilation].map((v) => each(v, 2));
    const places = x.shape.slice(1, -1);
    let size = places.map((n, k) => n * stride[k]);
    const padding = paddingOf(s, size, places, { kernel, stride, dilation });
    if (s.padding !== "same") {
      size = places.map(
        (n, k) => (n - 1) * stride[k] + span(kernel[k], dilation[k]) - 2 * padding[2 * k],
      );
    }
    if (Math.min(...size) < 1) {
      throw new Refusal("graph.nothing_left", { where: tape.where(), got: size.join(" x ") });
    }
    const weights = parameters(x, s, kernel);
    const op = s.bias ? "transpose_convolve_affine" : "transpose_convolve";
    return tape.record(op, [x, ...weights], { stride, padding, dilation, size });
  },
};
