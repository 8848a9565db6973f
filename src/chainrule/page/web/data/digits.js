// The digits that the package brings along: 1,797 pictures of 8 x 8, and the split of the lesson.
import { HELD_OUT, PACKED, ROWS } from "./digits_packed.js";

export { FAR } from "./digits_packed.js";
export const SIDE = 8;
export const PIXELS = SIDE * SIDE;
/** Ink of a pixel: 0 is paper, this is the darkest. */
export const LEVELS = 16;

/**
 * @typedef {object} Part
 * @property {number} n how many rows
 * @property {Uint8Array} pictures n x 64 values from 0 to 16
 * @property {Float32Array} x the pictures divided by 16, as networks see them
 * @property {Float32Array} y the labels, 0 to 9
 * @property {Uint16Array} rows the number of each row in the whole set
 */

/** @type {Promise<{ train: Part, test: Part }> | null} */
let loading = null;

/**
 * Return both parts of `split(X / 16, y, seed=0)`, unpacked once.
 *
 * @returns {Promise<{ train: Part, test: Part }>}
 */
export function digits() {
  loading ??= unpack();
  return loading;
}

async function unpack() {
  const bytes = await inflate(Uint8Array.from(atob(PACKED), (letter) => letter.charCodeAt(0)));
  const labels = bytes.subarray(ROWS * PIXELS, ROWS * (PIXELS + 1));
  const order = Uint16Array.from({ length: ROWS }, (_, k) => {
    const at = ROWS * (PIXELS + 1) + 2 * k;
    return bytes[at] + 256 * bytes[at + 1];
  });
  /** @param {Uint16Array} rows @returns {Part} */
  const part = (rows) => {
    const pictures = new Uint8Array(rows.length * PIXELS);
    rows.forEach((row, k) =>
      pictures.set(bytes.subarray(row * PIXELS, (row + 1) * PIXELS), k * PIXELS),
    );
    return {
      n: rows.length,
      rows,
      pictures,
      x: Float32Array.from(pictures, (ink) => ink / LEVELS),
      y: Float32Array.from(rows, (row) => labels[row]),
    };
  };
  return { train: part(order.slice(0, ROWS - HELD_OUT)), test: part(order.slice(ROWS - HELD_OUT)) };
}

/** @param {Uint8Array} packed @returns {Promise<Uint8Array>} */
async function inflate(packed) {
  const stream = new Blob([/** @type {any} */ (packed)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
