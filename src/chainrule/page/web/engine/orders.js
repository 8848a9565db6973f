// The order of the rows in an epoch, as random.permutation makes it: each row gets a random word by
// its place; the words are sorted, and rows with equal words stay in their order.

const PURPOSE = 1; // ORDER of random.py
const MOST_BINS = 1 << 16;

let room = { words: new Uint32Array(0), sorted: new Uint32Array(0), start: new Int32Array(0) };

/** Arrays for n rows in so many bins. @param {number} n @param {number} bins */
function roomFor(n, bins) {
  if (room.words.length < n + 4 || room.start.length < bins + 1)
    room = {
      words: new Uint32Array(n + 4),
      sorted: new Uint32Array(n + 4), // the words by bin
      start: new Int32Array(bins + 1),
    };
  return room;
}

/**
 * Write `permutation([seed, epoch], out.length)`.
 *
 * @param {number} seed
 * @param {number} epoch
 * @param {Int32Array} out
 */
export function orderOfEpoch(seed, epoch, out) {
  const n = out.length;
  // About one row in a bin of the upper bits; then each finds its place among its neighbors.
  let bits = 1;
  while (1 << bits < n && 1 << bits < MOST_BINS) bits++;
  const shift = 32 - bits;
  const bins = 1 << bits;
  const { words, sorted, start } = roomFor(n, bins);
  draw(words, n, epoch, seed);
  for (let bin = 0; bin <= bins; bin++) start[bin] = 0;
  for (let i = 0; i < n; i++) start[(words[i] >>> shift) + 1]++;
  for (let bin = 0, sum = 0; bin <= bins; bin++) start[bin] = sum += start[bin];
  for (let i = 0; i < n; i++) {
    const word = words[i];
    const at = start[word >>> shift]++;
    sorted[at] = word;
    out[at] = i;
  }
  for (let i = 1; i < n; i++) {
    const word = sorted[i];
    if (sorted[i - 1] <= word) continue;
    const row = out[i];
    let k = i;
    for (; k > 0 && sorted[k - 1] > word; k--) {
      sorted[k] = sorted[k - 1];
      out[k] = out[k - 1];
    }
    sorted[k] = word;
    out[k] = row;
  }
}

/**
 * Philox4x32-10 with the counters (block, 0, epoch, ORDER) and the key (seed, 0): four words a
 * block. The upper half of a product is (a b − lower half) / 2³²: a float64 is exact enough, since
 * that is a whole number.
 *
 * @param {Uint32Array} words
 * @param {number} n
 * @param {number} epoch
 * @param {number} seed
 */
function draw(words, n, epoch, seed) {
  for (let at = 0; at < n; at += 4) {
    let c0 = at >>> 2;
    let c1 = 0;
    let c2 = epoch >>> 0;
    let c3 = PURPOSE;
    let k0 = seed | 0;
    let k1 = 0;
    for (let round = 0; round < 10; round++) {
      const low0 = Math.imul(c0, 0xd2511f53) >>> 0;
      const low1 = Math.imul(c2, 0xcd9e8d57) >>> 0;
      const high0 = ((c0 * 0xd2511f53 - low0) * 2 ** -32 + 0.5) >>> 0;
      const high1 = ((c2 * 0xcd9e8d57 - low1) * 2 ** -32 + 0.5) >>> 0;
      c0 = (high1 ^ c1 ^ k0) >>> 0;
      c1 = low1;
      c2 = (high0 ^ c3 ^ k1) >>> 0;
      c3 = low0;
      k0 = (k0 + 0x9e3779b9) | 0;
      k1 = (k1 + 0xbb67ae85) | 0;
    }
    words[at] = c0;
    words[at + 1] = c1;
    words[at + 2] = c2;
    words[at + 3] = c3;
  }
}
