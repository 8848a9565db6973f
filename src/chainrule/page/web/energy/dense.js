// The dense associative memory: a steeper function of the overlaps stores far more patterns.
import { orderOf } from "./recall.js";

/** E = −Σ F(ξ·s) with F(x) = xⁿ
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} s @param {number} n */
export const denseEnergy = (patterns, s, n) =>
  -patterns.reduce((sum, x) => {
    let overlap = 0;
    for (let i = 0; i < s.length; i++) overlap += x[i] * s[i];
    return sum + whole(overlap, n);
  }, 0);

/** xⁿ by multiplying. @param {number} x @param {number} n */
function whole(x, n) {
  let value = 1;
  for (let k = 0; k < n; k++) value *= x;
  return value;
}

/**
 * s_i = sign(Σ F(r + ξ_i) − F(r − ξ_i)), unit by unit until a sweep changes nothing; r is the overlap
 * without unit i.
 *
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} start
 * @param {{ n: number, seed?: number, sweeps?: number }} options
 */
export function denseRecall(patterns, start, { n, seed = 0, sweeps = 100 }) {
  const N = start.length;
  const s = Int8Array.from(start);
  const x = patterns.map((xi) => Array.from(xi).reduce((sum, v, i) => sum + v * s[i], 0));
  /** @type {number[]} */
  const flips = [];
  for (let k = 0; k < sweeps; k++) {
    let moved = false;
    for (const i of orderOf("random", seed, k, N)) {
      let pull = 0;
      patterns.forEach((xi, m) => {
        const r = x[m] - s[i] * xi[i];
        pull += (whole(r + 1, n) - whole(r - 1, n)) * xi[i];
      });
      if (pull * s[i] >= 0) continue;
      patterns.forEach((xi, m) => (x[m] -= 2 * s[i] * xi[i]));
      s[i] = -s[i];
      flips.push(i);
      moved = true;
    }
    if (!moved) return { state: s, flips, ended: "fixed point", sweeps: k + 1 };
  }
  return { state: s, flips, ended: "limit", sweeps };
}
