// A line search with the strong Wolfe conditions (Nocedal and Wright, section 3.5).

const DECREASE = 1e-4; // c1
const EVALUATIONS = 30; // after this many points the best one is taken

/**
 * @typedef {object} Point a point on the line θ + α d
 * @property {number} alpha
 * @property {number} loss φ(α)
 * @property {number} slope φ'(α)
 * @property {Float64Array} g the gradient of f there
 */

/** @typedef {(alpha: number) => Point} Phi */

/**
 * A point with φ ≤ φ(0) + c1 α φ'(0) and |φ'| ≤ c2 |φ'(0)| (algorithm 3.5); null if no lower point is
 * found.
 *
 * @param {Phi} phi
 * @param {Point} origin
 * @param {number} alpha the first guess
 * @param {number} [curvature] c2
 * @returns {Point | null}
 */
export function strongWolfe(phi, origin, alpha, curvature = 0.9) {
  let last = origin;
  for (let evaluated = 1; evaluated <= EVALUATIONS; evaluated++) {
    const point = phi(alpha);
    if (tooHigh(point, origin) || (evaluated > 1 && point.loss >= last.loss))
      return zoom(phi, origin, last, point, EVALUATIONS - evaluated, curvature);
    if (Math.abs(point.slope) <= -curvature * origin.slope) return point;
    if (point.slope >= 0) return zoom(phi, origin, point, last, EVALUATIONS - evaluated, curvature);
    last = point;
    alpha *= 2;
  }
  return last;
}

/** Narrow the interval between the lowest good point and the other end (algorithm 3.6).
 * @param {Phi} phi @param {Point} origin @param {Point} low @param {Point} high
 * @param {number} evaluations @param {number} curvature */
function zoom(phi, origin, low, high, evaluations, curvature) {
  for (let k = 0; k < evaluations && low.alpha !== high.alpha; k++) {
    const point = phi(between(low, high));
    if (tooHigh(point, origin) || point.loss >= low.loss) {
      high = point;
      continue;
    }
    if (Math.abs(point.slope) <= -curvature * origin.slope) return point;
    if (point.slope * (high.alpha - low.alpha) >= 0) high = low;
    low = point;
  }
  return low.loss < origin.loss ? low : null;
}

/** φ is not finite, or fell by less than c1 times what the slope promises.
 * @param {Point} point @param {Point} origin */
const tooHigh = (point, origin) =>
  !(point.loss <= origin.loss + DECREASE * point.alpha * origin.slope) ||
  !Number.isFinite(point.slope);

/** The minimum of the cubic through both ends (equation 3.59), or the middle.
 * @param {Point} low @param {Point} high */
function between(low, high) {
  const middle = (low.alpha + high.alpha) / 2;
  const width = high.alpha - low.alpha;
  const d1 = low.slope + high.slope - (3 * (low.loss - high.loss)) / (low.alpha - high.alpha);
  const root = d1 * d1 - low.slope * high.slope;
  if (!(Number.isFinite(root) && root >= 0)) return middle;
  const d2 = Math.sign(width) * Math.sqrt(root);
  const below = high.slope - low.slope + 2 * d2;
  const alpha = below ? high.alpha - (width * (high.slope + d2 - d1)) / below : middle;
  const share = (alpha - low.alpha) / width;
  return share >= 0.1 && share <= 0.9 ? alpha : middle;
}
