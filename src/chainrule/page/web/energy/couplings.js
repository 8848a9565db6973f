// Weights of a network of two-state units: fields and energies.

/**
 * @typedef {object} Couplings
 * @property {Float64Array} weights W, row by row: row i holds what unit i receives
 * @property {number} units N
 * @property {number} scale N if N·W are whole numbers, so that sums of them are exact; else 0
 * @property {ArrayLike<number>} [thresholds] θ, 0 without
 */

/** The numbers that sums use, N·W if they are whole, and what divides such a sum.
 * @param {Couplings} c @returns {{ W: Float64Array, by: number }} */
export function exact({ weights, scale }) {
  return scale
    ? { W: weights.map((w) => Math.round(scale * w)), by: scale }
    : { W: weights, by: 1 };
}

/** θ in the unit of such sums. @param {Couplings} c @param {number} by */
export const cuts = ({ units, thresholds }, by) =>
  Float64Array.from({ length: units }, (_, i) => by * (thresholds?.[i] ?? 0));

/**
 * h_i − θ_i of one unit, h_i = Σ w_ij s_j.
 *
 * @param {Couplings} c @param {ArrayLike<number>} s @param {number} i
 */
export function field(c, s, i) {
  const { units: N, scale, weights } = c;
  const by = scale || 1;
  let h = 0;
  for (let j = 0; j < N; j++) {
    const w = weights[i * N + j];
    h += (scale ? Math.round(scale * w) : w) * s[j];
  }
  return (h - by * (c.thresholds?.[i] ?? 0)) / by;
}

/**
 * h − θ of all units.
 *
 * @param {Couplings} c @param {ArrayLike<number>} s
 */
export function fields(c, s) {
  const { W, by } = exact(c);
  const N = c.units;
  const cut = cuts(c, by);
  const h = new Float64Array(N);
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) h[i] += W[i * N + j] * s[j];
    h[i] = (h[i] - cut[i]) / by;
  }
  return h;
}

/**
 * E = −½ s·W s + θ·s
 *
 * @param {Couplings} c @param {ArrayLike<number>} s
 */
export function energy(c, s) {
  const { W, by } = exact(c);
  const N = c.units;
  let sum = 0;
  for (let i = 0; i < N; i++) {
    let h = 0;
    for (let j = 0; j < N; j++) h += W[i * N + j] * s[j];
    sum += s[i] * h;
  }
  let E = 0 - sum / (2 * by); // never −0
  if (c.thresholds) for (let i = 0; i < N; i++) E += c.thresholds[i] * s[i];
  return E;
}

/** True if W = Wᵀ, up to rounding: without it there is no energy. @param {Couplings} c */
export function symmetric({ weights, units: N }) {
  let gap = 0;
  let largest = 0;
  for (let i = 0; i < N; i++)
    for (let j = 0; j < N; j++) {
      gap = Math.max(gap, Math.abs(weights[i * N + j] - weights[j * N + i]));
      largest = Math.max(largest, Math.abs(weights[i * N + j]));
    }
  return gap <= 1e-12 * Math.max(1, largest);
}

/** True if no unit would move: s_i (h_i − θ_i) ≥ 0 for every i.
 * @param {Couplings} c @param {ArrayLike<number>} s */
export const stable = (c, s) => fields(c, s).every((h, i) => h * s[i] >= 0);

/** m = ξ·s / N with each pattern.
 * @param {ArrayLike<number>[]} patterns @param {ArrayLike<number>} s */
export const overlaps = (patterns, s) =>
  patterns.map((x) => {
    let sum = 0;
    for (let i = 0; i < s.length; i++) sum += x[i] * s[i];
    return sum / s.length;
  });
