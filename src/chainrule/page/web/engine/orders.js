// The order of the rows in an epoch, as engines/orders.h makes it: each row gets a random word by
// its place; the words are sorted, rows move with their words.

const PURPOSE = 1; // ORDER of random.py
const BITS = 8;
const BINS = 1 << BITS;

let words = new Uint32Array(0);
let rows = new Int32Array(0);
let others = new Int32Array(0);
const start = new Int32Array(BINS);

/**
 * Write `permutation([seed, epoch], out.length)`.
 *
 * @param {number} seed
 * @param {number} epoch
 * @param {Int32Array} out
 */
export function orderOfEpoch(seed, epoch, out) {
  const n = out.length;
  if (words.length < n + 4) {
    words = new Uint32Array(n + 4);
    rows = new Int32Array(n);
    others = new Int32Array(n);
  }
  for (let block = 0; 4 * block < n; block++) draw(block, epoch, seed);
  let [from, to] = [rows, others];
  for (let i = 0; i < n; i++) from[i] = i;
  for (let shift = 0; shift < 32; shift += BITS) {
    start.fill(0);
    for (let i = 0; i < n; i++) start[(words[i] >>> shift) & (BINS - 1)]++;
    for (let bin = 0, sum = 0; bin < BINS; bin++) {
      const here = start[bin];
      start[bin] = sum;
      sum += here;
    }
    for (let i = 0; i < n; i++) to[start[(words[from[i]] >>> shift) & (BINS - 1)]++] = from[i];
    [from, to] = [to, from];
  }
  for (let i = 0; i < n; i++) out[i] = from[i];
}

/** Philox4x32-10 with the counter (block, 0, epoch, ORDER) and the key (seed, 0). @param {number} block @param {number} epoch @param {number} seed */
function draw(block, epoch, seed) {
  let c0 = block;
  let c1 = 0;
  let c2 = epoch;
  let c3 = PURPOSE;
  let k0 = seed | 0;
  let k1 = 0;
  for (let round = 0; round < 10; round++) {
    const high0 = high(c0, 0xd251, 0x1f53);
    const high1 = high(c2, 0xcd9e, 0x8d57);
    const low0 = Math.imul(c0, 0xd2511f53);
    const low1 = Math.imul(c2, 0xcd9e8d57);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  const at = 4 * block;
  words[at] = c0;
  words[at + 1] = c1;
  words[at + 2] = c2;
  words[at + 3] = c3;
}

/** The upper 32 bits of a · (b1 2¹⁶ + b0). @param {number} a @param {number} b1 @param {number} b0 */
function high(a, b1, b0) {
  const a1 = a >>> 16;
  const a0 = a & 0xffff;
  const low = Math.imul(a0, b0) >>> 16;
  const middle = (Math.imul(a1, b0) >>> 0) + low;
  const other = (Math.imul(a0, b1) >>> 0) + (middle & 0xffff);
  return (Math.imul(a1, b1) + Math.floor(middle / 65536) + (other >>> 16)) | 0;
}
