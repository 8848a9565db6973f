// Where units and edges of the drawing stand. No browser is needed here.

/**
 * @typedef {object} Unit
 * @property {number} column 0 for the inputs
 * @property {number} unit
 * @property {number} x of its middle
 * @property {number} y
 */

/**
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {number} size of a unit's picture
 * @property {Unit[][]} columns those that are shown
 * @property {number[]} hidden how many of each column are not shown
 * @property {number[]} xs the middle of each column
 * @property {number} top
 */

export const SHOWN = 8;
const TOP = 8;

/**
 * @param {number} width
 * @param {number[]} counts units of each column: inputs, hidden layers, outputs
 * @param {boolean} all
 * @returns {Layout}
 */
export function layoutOf(width, counts, all) {
  const step = width / counts.length;
  const size = Math.round(Math.max(20, Math.min(44, step * 0.56)));
  const shown = counts.map((n) => (all || n <= SHOWN + 1 ? n : SHOWN));
  const row = size + Math.round(size * 0.3);
  const height = TOP + row * Math.max(...shown) + 4;
  const xs = counts.map((_, k) => step * (k + 0.5));
  const columns = shown.map((n, column) =>
    Array.from({ length: n }, (_, unit) => ({
      column,
      unit,
      x: xs[column],
      y: TOP + size / 2 + unit * row + ((Math.max(...shown) - n) * row) / 2,
    })),
  );
  return { width, height, size, columns, hidden: counts.map((n, k) => n - shown[k]), xs, top: TOP };
}

/**
 * The four points of an edge's curve.
 *
 * @param {Unit} from
 * @param {Unit} to
 * @param {number} size
 */
export function curveOf(from, to, size) {
  const x0 = from.x + size / 2;
  const x1 = to.x - size / 2;
  const middle = (x0 + x1) / 2;
  return [x0, from.y, middle, from.y, middle, to.y, x1, to.y];
}

/**
 * The edge nearest to a place, if one is near enough.
 *
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @param {number} near in pixels
 */
export function edgeAt(layout, x, y, near) {
  let best = near;
  let found = null;
  for (let layer = 0; layer + 1 < layout.columns.length; layer++) {
    const left = layout.xs[layer] + layout.size / 2;
    const right = layout.xs[layer + 1] - layout.size / 2;
    if (x < left || x > right) continue;
    // The curve's x is between left and right: its parameter s has x = left + w (1.5 s(1−s) + s³ ...).
    const s = parameterAt((x - left) / (right - left));
    const share = s * s * (3 - 2 * s);
    for (const from of layout.columns[layer]) {
      for (const to of layout.columns[layer + 1]) {
        const distance = Math.abs(from.y + share * (to.y - from.y) - y);
        if (distance < best) {
          best = distance;
          found = { layer, from: from.unit, to: to.unit };
        }
      }
    }
  }
  return found;
}

/** The s in [0, 1] at which a curve with middle control points has gone this share of its width. @param {number} share */
function parameterAt(share) {
  let low = 0;
  let high = 1;
  for (let k = 0; k < 24; k++) {
    const s = (low + high) / 2;
    // x(s) with control points 0, ½, ½, 1
    const x = 1.5 * s * (1 - s) + s ** 3;
    if (x < share) low = s;
    else high = s;
  }
  return (low + high) / 2;
}
