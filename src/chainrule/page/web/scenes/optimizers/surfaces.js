// Landscapes of two parameters with their gradients, minima and the part of the plane that is shown.

/**
 * @typedef {object} Surface
 * @property {string} id
 * @property {string} formula in the words of `data/formula.js` and of Python
 * @property {[string, string]} [slope] its gradient in Python, where it is known
 * @property {[number, number, number, number]} view x from, x to, y from, y to
 * @property {[number, number]} start
 * @property {[number, number][]} minima where f is lowest
 * @property {(x: number, y: number) => number} f
 * @property {(x: number, y: number) => [number, number]} gradient
 * @property {number} [noise] standard deviation of the noise that is added to each gradient
 */

/** @type {Surface[]} */
export const SURFACES = [
  {
    id: "rosenbrock",
    formula: "(1 - x)**2 + 100*(y - x**2)**2",
    slope: ["-2*(1 - x) - 400*x*(y - x**2)", "200*(y - x**2)"],
    view: [-2, 2, -1, 3],
    start: [-1.2, 1],
    minima: [[1, 1]],
    f: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: (x, y) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
  },
  {
    id: "beale",
    formula: "(1.5 - x + x*y)**2 + (2.25 - x + x*y**2)**2 + (2.625 - x + x*y**3)**2",
    slope: [
      "2*(1.5 - x + x*y)*(y - 1) + 2*(2.25 - x + x*y**2)*(y**2 - 1) + 2*(2.625 - x + x*y**3)*(y**3 - 1)",
      "2*(1.5 - x + x*y)*x + 4*(2.25 - x + x*y**2)*x*y + 6*(2.625 - x + x*y**3)*x*y**2",
    ],
    view: [-4.5, 4.5, -4.5, 4.5],
    start: [1, 1],
    minima: [[3, 0.5]],
    f: (x, y) =>
      (1.5 - x + x * y) ** 2 + (2.25 - x + x * y * y) ** 2 + (2.625 - x + x * y ** 3) ** 2,
    gradient: (x, y) => {
      const [a, b, c] = [1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y ** 3];
      return [
        2 * a * (y - 1) + 2 * b * (y * y - 1) + 2 * c * (y ** 3 - 1),
        2 * a * x + 4 * b * x * y + 6 * c * x * y * y,
      ];
    },
  },
  {
    id: "saddle",
    formula: "x**2/2 - y**2/2 + y**4/4",
    slope: ["x", "y**3 - y"],
    view: [-2, 2, -1.75, 1.75],
    start: [-1.6, 0.001],
    minima: [
      [0, 1],
      [0, -1],
    ],
    f: (x, y) => x ** 2 / 2 - y ** 2 / 2 + y ** 4 / 4,
    gradient: (x, y) => [x, y ** 3 - y],
  },
  {
    id: "ravine",
    formula: "(x**2 + 100*y**2)/2",
    slope: ["x", "100*y"],
    view: [-4, 4, -2, 2],
    start: [-3.5, 1],
    minima: [[0, 0]],
    f: (x, y) => (x * x + 100 * y * y) / 2,
    gradient: (x, y) => [x, 100 * y],
  },
  {
    id: "noisy",
    formula: "(x**2 + y**2)/2",
    slope: ["x", "y"],
    view: [-4, 4, -3, 3],
    start: [-3.2, 2.2],
    minima: [[0, 0]],
    f: (x, y) => (x * x + y * y) / 2,
    gradient: (x, y) => [x, y],
    noise: 1,
  },
  {
    id: "himmelblau",
    formula: "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
    slope: ["4*x*(x**2 + y - 11) + 2*(x + y**2 - 7)", "2*(x**2 + y - 11) + 4*y*(x + y**2 - 7)"],
    view: [-6, 6, -6, 6],
    start: [-0.3, -0.9],
    minima: [
      [3, 2],
      [-2.805118086952745, 3.131312518250573],
      [-3.779310253377747, -3.283185991286169],
      [3.584428340330492, -1.848126526964404],
    ],
    f: (x, y) => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2,
    gradient: (x, y) => [
      4 * x * (x * x + y - 11) + 2 * (x + y * y - 7),
      2 * (x * x + y - 11) + 4 * y * (x + y * y - 7),
    ],
  },
  {
    id: "hills",
    formula: "20 + x**2 - 10*cos(2*pi*x) + y**2 - 10*cos(2*pi*y)",
    slope: ["2*x + 20*pi*sin(2*pi*x)", "2*y + 20*pi*sin(2*pi*y)"],
    view: [-3, 3, -3, 3],
    start: [-2.35, 1.7],
    minima: [[0, 0]],
    f: (x, y) =>
      20 + x * x - 10 * Math.cos(2 * Math.PI * x) + y * y - 10 * Math.cos(2 * Math.PI * y),
    gradient: (x, y) => [
      2 * x + 20 * Math.PI * Math.sin(2 * Math.PI * x),
      2 * y + 20 * Math.PI * Math.sin(2 * Math.PI * y),
    ],
  },
];

/**
 * The values of f on a grid, row by row from the lowest y.
 *
 * @param {Surface} surface
 * @param {number} columns
 * @param {number} rows
 */
export function gridOf({ f, view: [x0, x1, y0, y1] }, columns, rows) {
  const values = new Float64Array(columns * rows);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      values[r * columns + c] = f(
        x0 + ((c + 0.5) / columns) * (x1 - x0),
        y0 + ((r + 0.5) / rows) * (y1 - y0),
      );
  return values;
}

/**
 * Levels of contours: dense near the lowest value, so that flat valleys show as well as steep walls.
 *
 * @param {Float64Array} values
 * @param {number} count
 */
export function levelsOf(values, count) {
  const known = values.filter(Number.isFinite);
  if (!known.length) return [];
  const low = known.reduce((a, b) => Math.min(a, b));
  const high = known.reduce((a, b) => Math.max(a, b));
  const range = high - low;
  if (!(range > 0) || !Number.isFinite(range)) return [];
  // quantiles weigh every part of the map alike, powers show the bottom: take both in turn
  const sorted = known.sort();
  return Array.from({ length: count }, (_, k) => {
    const q = (k + 1) / (count + 1);
    const rank = sorted[Math.floor(q * (sorted.length - 1))];
    return 0.65 * rank + 0.35 * (low + range * q ** 6);
  });
}

/**
 * The lowest point of a map: from the lowest cell of the grid by a shrinking pattern search.
 *
 * @param {Surface} surface
 * @returns {[number, number]}
 */
export function lowest({ f, view }) {
  const [x0, x1, y0, y1] = view;
  let best = /** @type {[number, number]} */ ([(x0 + x1) / 2, (y0 + y1) / 2]);
  let value = Infinity;
  const try_ = (/** @type {number} */ x, /** @type {number} */ y) => {
    const here = f(x, y);
    if (!(here < value && here > -Infinity)) return false; // log(x) has a pole, and no lowest point
    [best, value] = [[x, y], here];
    return true;
  };
  for (let r = 0; r <= 60; r++)
    for (let c = 0; c <= 60; c++) try_(x0 + (c / 60) * (x1 - x0), y0 + (r / 60) * (y1 - y0));
  let [dx, dy] = [(x1 - x0) / 60, (y1 - y0) / 60];
  for (let k = 0; k < 2000 && dx > 1e-9 * (x1 - x0); k++) {
    const [x, y] = best;
    const inside = (/** @type {number} */ a, /** @type {number} */ b) =>
      a >= x0 && a <= x1 && b >= y0 && b <= y1 && try_(a, b);
    const moved = [
      [dx, 0],
      [-dx, 0],
      [0, dy],
      [0, -dy],
      [dx, dy],
      [-dx, dy],
      [dx, -dy],
      [-dx, -dy],
    ].some(([a, b]) => inside(x + a, y + b));
    if (!moved) [dx, dy] = [dx / 2, dy / 2];
  }
  return best;
}
