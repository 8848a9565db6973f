// Convolutions: one kernel W at every position of an image.
//
// Along each axis pixel = position · stride − zeros before + dilation · cell. A convolution reads
// pixels and writes positions; a transposed one reads positions and writes pixels.
import { placeOf, zeros } from "../arrays.js";
import { everywhere, product, upTo } from "../entries.js";

/** @typedef {import("../arrays.js").NumberArray} NumberArray */
/** @typedef {import("./common.js").Op} Op */
/** @typedef {import("./common.js").Attributes} Attributes */
/** @typedef {import("../entries.js").Arrays} Arrays */
/** @typedef {{ pixel: number[], place: number[], cell: number[] }} Meeting numbers along one axis */
/** @typedef {"pixel" | "place"} Role */

/**
 * Return along each axis all pixels, places and cells that meet.
 *
 * @param {number[]} pixels
 * @param {number[]} places
 * @param {number[]} kernel
 * @param {Attributes} attrs
 * @returns {Meeting[]}
 */
function meetings(pixels, places, kernel, { stride, padding, dilation }) {
  return kernel.map((cells, k) => {
    /** @type {Meeting} */
    const found = { pixel: [], place: [], cell: [] };
    for (let p = 0; p < places[k]; p++)
      for (let a = 0; a < cells; a++) {
        const pixel = p * stride[k] - padding[2 * k] + dilation[k] * a;
        if (pixel < 0 || pixel >= pixels[k]) continue;
        found.pixel.push(pixel);
        found.place.push(p);
        found.cell.push(a);
      }
    return found;
  });
}

/**
 * Return each combination of meetings along the axes, of those in which some numbers are known.
 *
 * @param {Meeting[]} axes
 * @param {Partial<Record<"pixel" | "place" | "cell", number[]>>} [known]
 * @returns {{ pixel: number[][], place: number[][], cell: number[][] }}
 */
function mesh(axes, known = {}) {
  const kept = axes.map((axis, k) =>
    upTo(axis.pixel.length).filter((i) =>
      Object.entries(known).every(([name, at]) => axis[/** @type {"pixel"} */ (name)][i] === at[k]),
    ),
  );
  const index = everywhere(kept.map((list) => list.length));
  /** @param {"pixel" | "place" | "cell"} name */
  const numbers = (name) => axes.map((axis, k) => index[k].map((i) => axis[name][kept[k][i]]));
  return { pixel: numbers("pixel"), place: numbers("place"), cell: numbers("cell") };
}

/** The sizes of one convolution. */
class Convolution {
  /**
   * @param {NumberArray} x
   * @param {NumberArray} W
   * @param {Role} reads what x holds
   * @param {Attributes} attrs
   */
  constructor(x, W, reads, attrs) {
    this.x = x;
    this.W = W;
    this.reads = reads;
    this.writes = /** @type {Role} */ (reads === "pixel" ? "place" : "pixel");
    const kernel = W.shape.slice(0, -2);
    const size = x.shape.slice(1, -1);
    const { stride, padding, dilation } = attrs;
    this.outer =
      reads === "place"
        ? attrs.size
        : size.map((n, k) => {
            const span = dilation[k] * (kernel[k] - 1) + 1;
            return Math.floor((n + padding[2 * k] + padding[2 * k + 1] - span) / stride[k]) + 1;
          });
    const [pixels, places] = reads === "pixel" ? [size, this.outer] : [this.outer, size];
    this.axes = meetings(pixels, places, kernel, attrs);
    this.each = W.shape[W.shape.length - 2];
    this.units = W.shape[W.shape.length - 1];
    this.channels = x.shape[x.shape.length - 1];
    this.filters = this.units / (this.channels / this.each); // of one group
    this.size = size;
    this.kernel = kernel;
  }

  /**
   * Call a function with the places in the flat arrays of each row of x, line of W and row of z.
   *
   * @param {(x: number, W: number, z: number) => void} f
   */
  eachMeeting(f) {
    const all = mesh(this.axes);
    const many = all.pixel[0].length;
    const [from, to, cells] = [all[this.reads], all[this.writes], all.cell];
    /** @param {number[]} shape @param {number[][]} axes @param {number} k */
    const flat = (shape, axes, k) =>
      placeOf(
        shape,
        axes.map((axis) => axis[k]),
      );
    const inside = upTo(many).map((k) => [
      flat(this.size, from, k) * this.channels,
      flat(this.kernel, cells, k) * this.each * this.units,
      flat(this.outer, to, k) * this.units,
    ]);
    const rows = this.x.shape[0];
    const inRow = this.size.reduce((a, b) => a * b, 1) * this.channels;
    const outRow =
      this.outer.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1) *
      this.units;
    for (let n = 0; n < rows; n++)
      for (const [x, W, z] of inside) f(n * inRow + x, W, n * outRow + z);
  }

  /** @param {NumberArray} [b] @returns {NumberArray} */
  forward(b) {
    const z = zeros([this.x.shape[0], ...this.outer, this.units], this.x);
    const sum = new Float64Array(z.data.length);
    if (b) for (let k = 0; k < sum.length; k++) sum[k] = b.data[k % this.units];
    const [x, W] = [this.x.data, this.W.data];
    this.eachMeeting((xAt, WAt, zAt) => {
      for (let f = 0; f < this.units; f++) {
        const first = Math.floor(f / this.filters) * this.each;
        let total = 0;
        for (let c = 0; c < this.each; c++)
          total += x[xAt + first + c] * W[WAt + c * this.units + f];
        sum[zAt + f] += total;
      }
    });
    z.data.set(sum);
    return z;
  }

  /** @param {NumberArray} dz @returns {NumberArray[]} dx, dW */
  backward(dz) {
    const [x, W] = [this.x.data, this.W.data];
    const [dx, dW] = [new Float64Array(x.length), new Float64Array(W.length)];
    this.eachMeeting((xAt, WAt, zAt) => {
      for (let f = 0; f < this.units; f++) {
        const d = dz.data[zAt + f];
        const first = xAt + Math.floor(f / this.filters) * this.each;
        for (let c = 0; c < this.each; c++) {
          dx[first + c] += d * W[WAt + c * this.units + f];
          dW[WAt + c * this.units + f] += d * x[first + c];
        }
      }
    });
    const found = [zeros(this.x.shape, this.x), zeros(this.W.shape, this.W)];
    found[0].data.set(dx);
    found[1].data.set(dW);
    return found;
  }
}

/** @param {number[][]} axes @param {number[]} others @returns {{ axes: number[][], other: number[] }} */
function withEach(axes, others) {
  const many = axes[0].length;
  return {
    axes: axes.map((axis) => axis.flatMap((n) => others.map(() => n))),
    other: upTo(many).flatMap(() => others),
  };
}

/** @param {Role} reads @returns {Record<string, import("../entries.js").EntryOf>} */
const termsOf = (reads) => ({
  z: (at, arrays, attrs) => {
    const one = new Convolution(arrays.x, arrays.W, reads, attrs);
    const [n, where, f] = [at[0], at.slice(1, -1), at[at.length - 1]];
    const found = mesh(one.axes, { [one.writes]: where });
    const seen = withEach(found[one.reads], upTo(one.each));
    const cells = withEach(found.cell, upTo(one.each)).axes;
    const first = Math.floor(f / one.filters) * one.each;
    const channel = seen.other.map((c) => first + c);
    const parts = [
      product(arrays, { x: [n, ...seen.axes, channel], W: [...cells, seen.other, f] }),
    ];
    if (arrays.b) parts.push(product(arrays, { b: [f] }));
    return { parts };
  },
  dx: (at, arrays, attrs) => {
    const one = new Convolution(arrays.x, arrays.W, reads, attrs);
    const [n, where, channel] = [at[0], at.slice(1, -1), at[at.length - 1]];
    const found = mesh(one.axes, { [one.reads]: where });
    const group = Math.floor(channel / one.each);
    const made = withEach(found[one.writes], upTo(one.filters));
    const cells = withEach(found.cell, upTo(one.filters)).axes;
    const f = made.other.map((k) => group * one.filters + k);
    return {
      parts: [product(arrays, { dz: [n, ...made.axes, f], W: [...cells, channel % one.each, f] })],
    };
  },
  dW: (at, arrays, attrs) => {
    const one = new Convolution(arrays.x, arrays.W, reads, attrs);
    const [cell, [c, f]] = [at.slice(0, -2), at.slice(-2)];
    const found = mesh(one.axes, { cell });
    const rows = upTo(arrays.x.shape[0]);
    const seen = withEach(found[one.reads], rows);
    const made = withEach(found[one.writes], rows);
    const channel = Math.floor(f / one.filters) * one.each + c;
    return {
      parts: [
        product(arrays, {
          x: [seen.other, ...seen.axes, channel],
          dz: [made.other, ...made.axes, f],
        }),
      ],
    };
  },
  db: (at, arrays) => ({
    parts: [product(arrays, { dz: [...everywhere(arrays.dz.shape.slice(0, -1)), at[0]] })],
  }),
});

/** @param {NumberArray} dz @param {NumberArray} b */
function overPositions(dz, b) {
  const sum = new Float64Array(b.data.length);
  for (let k = 0; k < dz.data.length; k++) sum[k % sum.length] += dz.data[k];
  const db = zeros(b.shape, b);
  db.data.set(sum);
  return db;
}

/** @param {Role} reads @param {boolean} bias @returns {Op} */
const convolution = (reads, bias) => ({
  forward: ([x, W, b], attrs) => new Convolution(x, W, reads, attrs).forward(bias ? b : undefined),
  backward: (dz, _z, [x, W, b], attrs) => {
    const both = new Convolution(x, W, reads, attrs).backward(dz);
    return bias ? [...both, overPositions(dz, b)] : both;
  },
  terms: termsOf(reads),
});

/** @type {Record<string, Op>} */
export const convolutions = {
  convolve: convolution("pixel", false),
  convolve_affine: convolution("pixel", true),
  transpose_convolve: convolution("place", false),
  transpose_convolve_affine: convolution("place", true),
};
