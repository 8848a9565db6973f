// Optimizers that choose the points at which they need f: each step searches along a line.
import { strongWolfe } from "./line_search.js";

/** @typedef {(theta: Float64Array) => { loss: number, g: Float64Array }} Objective */
/** One iteration, in place on theta; true: converged.
 * @typedef {(f: Objective, theta: Float64Array) => boolean} Iterate */
/** @typedef {import("./line_search.js").Point} Point */

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** @param {Float64Array} g @param {number} tolerance */
const flat = (g, tolerance) => g.every((v) => Math.abs(v) <= tolerance);

/** φ along d from theta. @param {Objective} f @param {Float64Array} theta @param {Float64Array} d
 * @returns {(alpha: number) => Point} */
const along = (f, theta, d) => (alpha) => {
  const { loss, g } = f(theta.map((v, i) => v + alpha * d[i]));
  return { alpha, loss, slope: dot(g, d), g };
};

/** The first guess where the length of d = −g is arbitrary. @param {Float64Array} g */
const firstGuess = (g) => Math.min(1, 1 / Math.sqrt(dot(g, g)));

/**
 * θ ← θ − α H g: H from the last pairs s = Δθ, y = Δg (algorithm 7.4).
 *
 * @param {any} s settings
 * @returns {Iterate}
 */
function LBFGS({ history, tolerance }) {
  /** @type {{ s: Float64Array, y: Float64Array }[]} */
  let pairs = [];
  /** @type {{ loss: number, g: Float64Array } | null} */
  let here = null;
  return (f, theta) => {
    here ??= f(theta);
    const { loss, g } = here;
    if (flat(g, tolerance)) return true;
    const d = inverseTimes(g, pairs).map((v) => -v);
    const origin = { alpha: 0, loss, slope: dot(g, d), g };
    const next = strongWolfe(along(f, theta, d), origin, pairs.length ? 1 : firstGuess(g));
    if (!next) {
      const stuck = !pairs.length; // steepest descent did not find a lower point either
      pairs = [];
      return stuck;
    }
    const s = d.map((v) => next.alpha * v);
    const y = next.g.map((v, i) => v - g[i]);
    // a pair replaces the oldest one, unless the loss curves downward between the points
    if (dot(s, y) > 0) pairs = [...pairs, { s, y }].slice(-history);
    theta.forEach((_, i) => (theta[i] += s[i]));
    here = { loss: next.loss, g: next.g };
    return flat(next.g, tolerance);
  };
}

/** H g by the two-loop recursion. @param {Float64Array} g @param {{ s: Float64Array, y: Float64Array }[]} pairs */
function inverseTimes(g, pairs) {
  const q = g.slice();
  const alphas = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y } = pairs[k];
    alphas[k] = dot(s, q) / dot(s, y);
    q.forEach((_, i) => (q[i] -= alphas[k] * y[i])); // q ← q − α_i y_i
  }
  const last = pairs[pairs.length - 1];
  const scale = last ? dot(last.s, last.y) / dot(last.y, last.y) : 1;
  q.forEach((_, i) => (q[i] *= scale)); // r = γ q, equation (7.20)
  pairs.forEach(({ s, y }, k) => {
    const more = alphas[k] - dot(y, q) / dot(s, y);
    q.forEach((_, i) => (q[i] += s[i] * more)); // r ← r + s_i (α_i − β)
  });
  return q;
}

/**
 * θ ← θ + α d,  d ← −g + β d
 *
 * @param {(next: Float64Array, old: Float64Array) => number} betaOf
 * @returns {(s: any) => Iterate}
 */
const conjugate =
  (betaOf) =>
  ({ curvature, tolerance }) => {
    /** @type {{ loss: number, g: Float64Array } | null} */
    let here = null;
    /** @type {Float64Array | null} the next direction */
    let d = null;
    let taken = 0; // directions since the last steepest descent
    let slope = 0; // α gᵀd of the last step
    return (f, theta) => {
      here ??= f(theta);
      const { loss, g } = here;
      if (flat(g, tolerance)) return true;
      if (!d || !(dot(g, d) < 0)) {
        d = g.map((v) => -v);
        taken = 0;
      }
      const now = d;
      const origin = { alpha: 0, loss, slope: dot(g, now), g };
      const guess = taken && slope < 0 ? slope / origin.slope : firstGuess(g);
      const next = strongWolfe(along(f, theta, now), origin, guess, curvature);
      if (!next) {
        d = null;
        return taken === 0;
      }
      theta.forEach((_, i) => (theta[i] += next.alpha * now[i]));
      const beta = betaOf(next.g, g);
      slope = next.alpha * origin.slope;
      taken += 1;
      // after n steps the directions are used up
      d = beta === 0 || taken >= g.length ? null : now.map((v, i) => beta * v - next.g[i]);
      here = { loss: next.loss, g: next.g };
      return flat(next.g, tolerance);
    };
  };

/** β = max(0, gᵀ (g − g₋) / ‖g₋‖²) */
const PolakRibiere = conjugate((next, old) =>
  Math.max(
    0,
    dot(
      next,
      next.map((v, i) => v - old[i]),
    ) / dot(old, old),
  ),
);

/** β = ‖g‖² / ‖g₋‖², or 0 where two gradients are far from orthogonal (equation 5.52) */
const FletcherReeves = conjugate((next, old) =>
  Math.abs(dot(next, old)) >= 0.1 * dot(next, next) ? 0 : dot(next, next) / dot(old, old),
);

/** By their names in `cr.optimizers`. @type {Record<string, (settings: any) => Iterate>} */
export const WHOLE = { LBFGS, PolakRibiere, FletcherReeves };
