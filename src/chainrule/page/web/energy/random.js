// The keyed random numbers of energy models, as `random.py` draws them.
const INIT = 0;
const ORDER = 1;
const SAMPLE = 3;
export { INIT, ORDER, SAMPLE };

/** @typedef {[number, number]} Key (seed, step or epoch) */

/** The four words of the last `philox`. */
const out = new Uint32Array(4);

/**
 * The upper and lower 32 bits of a product of two 32-bit words, in `HIGH` and as the value.
 *
 * @param {number} a
 * @param {number} b
 */
function high(a, b) {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const other = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0;
}

/**
 * Four random words for four counter words and two key words: Philox4x32-10, in `out`.
 *
 * @param {number} c0 @param {number} c1 @param {number} c2 @param {number} c3
 * @param {number} k0 @param {number} k1
 */
function philox(c0, c1, c2, c3, k0, k1) {
  for (let round = 0; round < 10; round++) {
    const h0 = high(c0, 0xd2511f53);
    const l0 = Math.imul(c0, 0xd2511f53) >>> 0;
    const h1 = high(c2, 0xcd9e8d57);
    const l1 = Math.imul(c2, 0xcd9e8d57) >>> 0;
    c0 = (h1 ^ c1 ^ k0) >>> 0;
    c1 = l1;
    c2 = (h0 ^ c3 ^ k1) >>> 0;
    c3 = l0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** 32 bits for a path: its CRC-32. @param {string} path */
export function pathHash(path) {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(path)) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * One 32-bit word for each (row, column), row by row.
 *
 * @param {Key} key @param {number} purpose @param {number} path
 * @param {number} first the first row @param {number} rows @param {number} columns
 */
export function words([seed, step], purpose, path, first, rows, columns) {
  const all = new Uint32Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      if (c % 4 === 0) philox(c / 4, first + r, step, purpose, seed, path);
      all[r * columns + c] = out[c % 4];
    }
  return all;
}

/** Numbers uniform on [0, 1) with 24 bits.
 * @param {Key} key @param {number} purpose @param {number} path
 * @param {number} first @param {number} rows @param {number} columns */
export const uniform = (key, purpose, path, first, rows, columns) =>
  Float64Array.from(words(key, purpose, path, first, rows, columns), (w) => (w >>> 8) * 2 ** -24);

/** Standard normal numbers.
 * @param {Key} key @param {number} purpose @param {number} path
 * @param {number} first @param {number} rows @param {number} columns */
export const normal = (key, purpose, path, first, rows, columns) =>
  Float64Array.from(words(key, purpose, path, first, rows, columns), (w) =>
    inverseNormal((w + 0.5) * 2 ** -32),
  );

/** The order of n rows of a key. @param {Key} key @param {number} n */
export function permutation(key, n) {
  const keys = words(key, ORDER, 0, 0, 1, n);
  return Int32Array.from(Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b] || a - b));
}

const CENTER = [
  [
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
    4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
    1.3314166789178437745e2, 3.387132872796366608,
  ],
  [
    5.226495278852854561e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
    2.1213794301586595867e4, 5.3941960214247511077e3, 6.871870074920579083e2,
    4.2313330701600911252e1, 1,
  ],
];
const TAIL = [
  [
    7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1,
    1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959,
    1.42343711074968357734,
  ],
  [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2,
    1.4810397642748007459e-1, 6.8976733498510000455e-1, 1.6763848301838038494,
    2.05319162663775882187, 1,
  ],
];

/** @param {number[][]} coefficients @param {number} r */
const ratio = ([above, below], r) =>
  above.reduce((sum, a) => sum * r + a, 0) / below.reduce((sum, b) => sum * r + b, 0);

/** Φ⁻¹(u): Wichura's algorithm AS 241. @param {number} u */
export function inverseNormal(u) {
  const q = u - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTER, 0.180625 - q * q);
  return Math.sign(q) * ratio(TAIL, Math.sqrt(-Math.log(Math.min(u, 1 - u))) - 1.6);
}
