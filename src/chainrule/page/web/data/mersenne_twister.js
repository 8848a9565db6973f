// MT19937, the random numbers of NumPy's old RandomState, with which the articles begin.
//
// M. Matsumoto and T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform
// pseudo-random number generator", ACM Transactions on Modeling and Computer Simulation 8 (1998).

const N = 624;
const M = 397;

/**
 * Return the stream of `numpy.random.RandomState(seed)`.
 *
 * @param {number} seed a whole number from 0 to 2^32 - 1
 */
export function randomState(seed) {
  const state = new Uint32Array(N);
  state[0] = seed;
  for (let i = 1; i < N; i++) {
    const before = state[i - 1] ^ (state[i - 1] >>> 30);
    state[i] = Math.imul(before, 1812433253) + i;
  }
  let next = N;

  /** The next 32 bits. */
  function word() {
    if (next === N) {
      for (let i = 0; i < N; i++) {
        const y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
        state[i] = state[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      next = 0;
    }
    let y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** A number in [0, 1) with 53 bits: `random_sample()`. */
  function random() {
    const a = word() >>> 5;
    const b = word() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  /**
   * A whole number from 0 to n - 1: `randint(n)`. Bits that are too large are drawn again.
   *
   * @param {number} n from 1 to 2^31
   */
  function below(n) {
    if (n === 1) return 0;
    const mask = 2 ** Math.ceil(Math.log2(n)) - 1;
    let value = word() & mask;
    while (value >= n) value = word() & mask;
    return value;
  }

  return { word, random, below };
}
