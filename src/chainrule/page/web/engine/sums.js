// Sums of float64 with the bits of NumPy: pairwise over numbers that lie next to each other.

/**
 * @param {ArrayLike<number>} a
 * @param {number} [begin]
 * @param {number} [n]
 * @returns {number}
 */
export function pairwiseSum(a, begin = 0, n = a.length) {
  if (n < 8) {
    let sum = n ? a[begin] : 0;
    for (let i = 1; i < n; i++) sum += a[begin + i];
    return sum;
  }
  if (n <= 128) {
    const r = Array.from({ length: 8 }, (_, k) => a[begin + k]);
    let i = 8;
    for (; i < n - (n % 8); i += 8) for (let k = 0; k < 8; k++) r[k] += a[begin + i + k];
    let sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
    for (; i < n; i++) sum += a[begin + i];
    return sum;
  }
  const half = Math.floor(n / 2);
  const first = half - (half % 8);
  return pairwiseSum(a, begin, first) + pairwiseSum(a, begin + first, n - first);
}
