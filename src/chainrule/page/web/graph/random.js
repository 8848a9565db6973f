// Keyed random numbers, with the bits of random.py: a pure function of (seed, purpose, step or
// epoch, path, row, column). Whole numbers are 32-bit; everything else is + − × ÷ √ in float64.

export const INIT = 0;
export const ORDER = 1;
export const DROPOUT = 2;
export const SAMPLE = 3;
export const SPLIT = 4;
export const DATA = 5;
export const AUGMENT = 6;

/** @typedef {[number, number]} Key seed, and step or epoch */

/** Return the upper 32 bits of a · b. @param {number} a @param {number} b */
function high(a, b) {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const other = a0 * b1 + (middle % 0x10000);
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000)) >>> 0;
}

/**
 * Write four random words for four counter words and two key words: Philox4x32-10.
 *
 * Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * @param {ArrayLike<number>} counter
 * @param {ArrayLike<number>} key
 * @param {Uint32Array} [out]
 */
export function philox(counter, key, out = new Uint32Array(4)) {
  let c0 = counter[0] >>> 0;
  let c1 = counter[1] >>> 0;
  let c2 = counter[2] >>> 0;
  let c3 = counter[3] >>> 0;
  let k0 = key[0] >>> 0;
  let k1 = key[1] >>> 0;
  for (let round = 0; round < 10; round++) {
    const high0 = high(c0, 0xd2511f53);
    const low0 = Math.imul(c0, 0xd2511f53) >>> 0;
    const high1 = high(c2, 0xcd9e8d57);
    const low1 = Math.imul(c2, 0xcd9e8d57) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
  return out;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** Return the CRC-32 of a path in UTF-8. @param {string} path */
export function pathHash(path) {
  let c = 0xffffffff;
  for (const byte of new TextEncoder().encode(path)) c = CRC[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/**
 * Return one 32-bit word for every (row, column), row after row.
 *
 * @param {Key} key
 * @param {number} purpose
 * @param {number} path a hash
 * @param {ArrayLike<number>} rows
 * @param {number} columns
 */
export function words(key, purpose, path, rows, columns) {
  const [seed, step] = key;
  const out = new Uint32Array(rows.length * columns);
  const four = new Uint32Array(4);
  for (let r = 0; r < rows.length; r++) {
    for (let column = 0; column < columns; column += 4) {
      philox([column / 4, rows[r], step, purpose], [seed, path], four);
      out.set(four.subarray(0, Math.min(4, columns - column)), r * columns + column);
    }
  }
  return out;
}

/**
 * Return numbers uniform on [0, 1) with 24 bits.
 *
 * @param {Key} key
 * @param {number} purpose
 * @param {number} path
 * @param {ArrayLike<number>} rows
 * @param {number} columns
 */
export const uniform = (key, purpose, path, rows, columns) =>
  Float64Array.from(words(key, purpose, path, rows, columns), (w) => (w >>> 8) * 2 ** -24);

/**
 * Return standard normal numbers, |z| < 6.4, each from one word.
 *
 * @param {Key} key
 * @param {number} purpose
 * @param {number} path
 * @param {ArrayLike<number>} rows
 * @param {number} columns
 */
export const normal = (key, purpose, path, rows, columns) =>
  Float64Array.from(words(key, purpose, path, rows, columns), (w) =>
    inverseNormal((w + 0.5) * 2 ** -32),
  );

/**
 * Return the order of n rows in one epoch.
 *
 * @param {Key} key seed and epoch
 * @param {number} n
 */
export function permutation(key, n) {
  const drawn = words(key, ORDER, 0, [0], n);
  return Int32Array.from({ length: n }, (_, i) => i).sort((i, j) => drawn[i] - drawn[j] || i - j);
}

const CENTER = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
    1971.5909503065513, 133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
    687.1870074920579, 42.31333070160091, 1.0,
  ],
];
const TAIL = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
    3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
    0.6897673349851, 1.6763848301838038, 2.053191626637759, 1.0,
  ],
];

/** Return one polynomial over another, by Horner's rule. @param {number[][]} parts @param {number} r */
function ratio([above, below], r) {
  let a = 0;
  let b = 0;
  for (let k = 0; k < above.length; k++) {
    a = a * r + above[k];
    b = b * r + below[k];
  }
  return a / b;
}

/**
 * Return Φ⁻¹(u) for 1e-10 ≤ u ≤ 1 − 1e-10.
 *
 * Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
 * Statistics 37 (1988).
 *
 * @param {number} u
 */
function inverseNormal(u) {
  const q = u - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(CENTER, 0.180625 - q * q);
  return Math.sign(q) * ratio(TAIL, Math.sqrt(-log(Math.min(u, 1 - u))) - 1.6);
}

/** Return log x = e log 2 + 2 artanh((m − 1) / (m + 1)) for x = m 2ᵉ. @param {number} x */
function log(x) {
  let [m, e] = frexp(x);
  if (m < Math.SQRT1_2) [m, e] = [2 * m, e - 1];
  const s = (m - 1) / (m + 1);
  let total = 0;
  for (let k = 23; k > 0; k -= 2) total = total * (s * s) + 2 / k;
  return e * 0.6931471805599453 + s * total;
}

const view = new DataView(new ArrayBuffer(8));

/** Return m and e of x = m 2ᵉ, ½ ≤ |m| < 1. @param {number} x @returns {[number, number]} */
export function frexp(x) {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  view.setFloat64(0, x);
  let e = (view.getUint16(0) >>> 4) & 0x7ff;
  if (e === 0) {
    const [m, larger] = frexp(x * 2 ** 64);
    return [m, larger - 64];
  }
  e -= 1022;
  view.setUint16(0, (view.getUint16(0) & 0x800f) | (1022 << 4));
  return [view.getFloat64(0), e];
}
