// Pooling of images, and ops that move numbers of a row to other places.
import { entry, indexOf, placeOf, reshaped, sizeOf, zeros } from "../arrays.js";
import { product } from "../entries.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */
/** @typedef {import("./common.js").Attributes} Attributes */

/**
 * Call a function with each window of each channel: its place in the output and its pixels.
 *
 * @param {NumberArray} x (N, H, W, C)
 * @param {Attributes} attrs
 * @param {(output: number, pixels: number[]) => void} f
 * @returns {number[]} the shape of the output
 */
function eachWindow({ shape }, { size, stride }, f) {
  const [N, H, W, C] = shape;
  const down = Math.floor((H - size[0]) / stride[0]) + 1;
  const across = Math.floor((W - size[1]) / stride[1]) + 1;
  for (let n = 0; n < N; n++)
    for (let i = 0; i < down; i++)
      for (let j = 0; j < across; j++)
        for (let c = 0; c < C; c++) {
          const pixels = [];
          for (let a = 0; a < size[0]; a++)
            for (let b = 0; b < size[1]; b++)
              pixels.push(((n * H + i * stride[0] + a) * W + j * stride[1] + b) * C + c);
          f(((n * down + i) * across + j) * C + c, pixels);
        }
  return [N, down, across, C];
}

/** @param {NumberArray} x @param {Attributes} attrs @returns {number[]} the output's shape */
const windows = (x, attrs) =>
  eachWindow({ data: x.data, shape: [0, ...x.shape.slice(1)] }, attrs, () => {});

/** @param {ArrayLike<number>} data @param {number[]} pixels @returns {number} the first of the largest */
function firstLargest(data, pixels) {
  let best = pixels[0];
  for (const k of pixels) {
    if (Number.isNaN(data[best])) return best;
    if (data[k] > data[best] || Number.isNaN(data[k])) best = k;
  }
  return best;
}

/** @param {Attributes} attrs */
const cellsOf = ({ size }) => size[0] * size[1];

/**
 * Return an op that moves numbers: entry k of its output is a number of its input, or 0.
 *
 * @param {(x: readonly number[], attrs: Attributes) => number[]} shapeOf with the rows
 * @param {(at: number[], shape: readonly number[], attrs: Attributes) => number[] | null} from
 * @returns {Op}
 */
function moving(shapeOf, from) {
  return {
    affine: [[0]],
    forward: ([x], attrs) => {
      const y = zeros(shapeOf(x.shape, attrs), x);
      for (let k = 0; k < y.data.length; k++) {
        const at = from(indexOf(y.shape, k), x.shape, attrs);
        if (at) y.data[k] = x.data[placeOf(x.shape, at)];
      }
      return y;
    },
    backward: (dy, _y, [x], attrs) => {
      const dx = zeros(x.shape, x);
      for (let k = 0; k < dy.data.length; k++) {
        const at = from(indexOf(dy.shape, k), x.shape, attrs);
        if (at) dx.data[placeOf(x.shape, at)] += dy.data[k];
      }
      return [dx];
    },
  };
}

/** @type {Record<string, Op>} */
export const images = {
  max_pool: {
    forward: ([x], attrs) => {
      const h = zeros([x.shape[0], ...windows(x, attrs).slice(1)], x);
      eachWindow(x, attrs, (k, pixels) => (h.data[k] = x.data[firstLargest(x.data, pixels)]));
      return h;
    },
    backward: (dh, _h, [x], attrs) => {
      const dx = zeros(x.shape, x);
      eachWindow(x, attrs, (k, pixels) => (dx.data[firstLargest(x.data, pixels)] += dh.data[k]));
      return [dx];
    },
    terms: {
      h: (at, arrays, attrs) => {
        const { x } = arrays;
        const { size, stride } = attrs;
        const pixels = [];
        for (let a = 0; a < size[0]; a++)
          for (let b = 0; b < size[1]; b++)
            pixels.push(
              placeOf(x.shape, [at[0], at[1] * stride[0] + a, at[2] * stride[1] + b, at[3]]),
            );
        const place = indexOf(x.shape, firstLargest(x.data, pixels));
        const note = `It is the largest of the ${cellsOf(attrs)} numbers of its window.`;
        return { parts: [product(arrays, { x: place })], note };
      },
      dx: (at, arrays, attrs) => {
        const { x } = arrays;
        const here = placeOf(x.shape, at);
        const shape = [x.shape[0], ...windows(x, attrs).slice(1)];
        /** @type {[number[], number[]]} */
        const found = [[], []];
        eachWindow(x, attrs, (k, pixels) => {
          if (!pixels.includes(here) || firstLargest(x.data, pixels) !== here) return;
          const [, i, j] = indexOf(shape, k);
          found[0].push(i);
          found[1].push(j);
        });
        if (found[0].length) return { parts: [product(arrays, { dh: [at[0], ...found, at[3]] })] };
        return {
          parts: [{ form: "0", at: {}, values: 0 }],
          note: "It is not the largest of any window.",
        };
      },
    },
  },
  average_pool: {
    affine: [[0]],
    forward: ([x], attrs) => {
      const h = zeros([x.shape[0], ...windows(x, attrs).slice(1)], x);
      eachWindow(x, attrs, (k, pixels) => {
        let sum = 0;
        for (const p of pixels) sum += x.data[p];
        h.data[k] = sum / pixels.length;
      });
      return h;
    },
    backward: (dh, _h, [x], attrs) => {
      const dx = zeros(x.shape, x);
      eachWindow(x, attrs, (k, pixels) => {
        for (const p of pixels) dx.data[p] += dh.data[k] / pixels.length;
      });
      return [dx];
    },
  },
  flatten: {
    affine: [[0]],
    forward: ([x]) => reshaped(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
    backward: (df, _f, [x]) => [reshaped(df, x.shape)],
  },
  reshape: {
    affine: [[0]],
    forward: ([x], { shape }) => reshaped(x, [x.shape[0], ...shape]),
    backward: (dr, _r, [x]) => [reshaped(dr, x.shape)],
  },
  channels_last: moving(
    ([N, C, H, W]) => [N, H, W, C],
    ([n, h, w, c]) => [n, c, h, w],
  ),
  pad: moving(
    ([N, H, W, C], { padding: [top, bottom, left, right] }) => [
      N,
      H + top + bottom,
      W + left + right,
      C,
    ],
    ([n, h, w, c], [, H, W], { padding: [top, , left] }) =>
      h < top || h >= top + H || w < left || w >= left + W ? null : [n, h - top, w - left, c],
  ),
  up_sample: moving(
    ([N, H, W, C], { size }) => [N, H * size[0], W * size[1], C],
    ([n, h, w, c], _shape, { size }) => [n, Math.floor(h / size[0]), Math.floor(w / size[1]), c],
  ),
  take_columns: {
    // all columns: then it works entry by entry
    entrywise: true,
    ...moving(
      ([N, , ...rest], { start, stop }) => [N, stop - start, ...rest],
      ([n, k, ...rest], _shape, { start }) => [n, k + start, ...rest],
    ),
  },
  take_step: moving(
    ([N, , ...rest]) => [N, ...rest],
    ([n, ...rest], [, T], { t }) => [n, t < 0 ? T + t : t, ...rest],
  ),
  concatenate: {
    affine: [[0, 1]],
    forward: ([a, b], { axis }) => {
      const along = axis < 0 ? a.shape.length + axis : axis;
      const h = zeros(
        a.shape.map((n, k) => (k === along ? n + b.shape[k] : n)),
        a,
      );
      for (let k = 0; k < h.data.length; k++) {
        const at = indexOf(h.shape, k);
        const inside = at[along] < a.shape[along];
        if (!inside) at[along] -= a.shape[along];
        h.data[k] = entry(inside ? a : b, at);
      }
      return h;
    },
    backward: (dh, _h, [a, b], { axis }) => {
      const along = axis < 0 ? a.shape.length + axis : axis;
      return [a, b].map((part, which) => {
        const d = zeros(part.shape, part);
        for (let k = 0; k < d.data.length; k++) {
          const at = indexOf(d.shape, k);
          if (which) at[along] += a.shape[along];
          d.data[k] = entry(dh, at);
        }
        return d;
      });
    },
  },
};
