// The functions and operators of formulas: their values, and their derivatives in each argument.

/**
 * @typedef {object} Operation
 * @property {number} least the smallest number of arguments
 * @property {number} most the largest
 * @property {(a: Float64Array) => number} value
 * @property {(a: Float64Array, v: number, d: Float64Array) => void} slopes writes ∂v/∂a for each
 *   argument into d
 * @property {string} python the name in Python: {} stand for its arguments
 */

/**
 * @param {string} python
 * @param {(x: number) => number} value
 * @param {(x: number, v: number) => number} slope
 * @returns {Operation}
 */
const unary = (python, value, slope) => ({
  least: 1,
  most: 1,
  value: (a) => value(a[0]),
  slopes: (a, v, d) => {
    d[0] = slope(a[0], v);
  },
  python,
});

/**
 * @param {string} python
 * @param {(x: number, y: number) => number} value
 * @param {(x: number, y: number, v: number) => number} first ∂v/∂x
 * @param {(x: number, y: number, v: number) => number} second ∂v/∂y
 * @returns {Operation}
 */
const binary = (python, value, first, second) => ({
  least: 2,
  most: 2,
  value: (a) => value(a[0], a[1]),
  slopes: (a, v, d) => {
    d[0] = first(a[0], a[1], v);
    d[1] = second(a[0], a[1], v);
  },
  python,
});

const flat = () => 0;

/** σ(x) without overflow. @param {number} x */
const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** x − ⌊x/y⌋ y, with the sign of y, as Python's %. @param {number} x @param {number} y */
const modulo = (x, y) => x - Math.floor(x / y) * y;

/** Halves go to the even neighbor, as in Python. @param {number} x */
function round(x) {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/** x^y; x² is x · x, as in NumPy. @param {number} x @param {number} y */
export const power = (x, y) => (y === 2 ? x * x : x ** y);

/** @param {boolean} largest @returns {Operation} */
function extreme(largest) {
  /** @param {Float64Array} a */
  const place = (a) => {
    let best = 0;
    for (let k = 0; k < a.length; k++) {
      if (Number.isNaN(a[k])) return k;
      if (largest ? a[k] > a[best] : a[k] < a[best]) best = k;
    }
    return best;
  };
  return {
    least: 2,
    most: 8,
    value: (a) => a[place(a)],
    slopes: (a, v, d) => {
      d.fill(0);
      d[place(a)] = 1;
    },
    python: largest ? "np.maximum({})" : "np.minimum({})",
  };
}

/** @type {Record<string, Operation>} */
export const FUNCTIONS = {
  sin: unary("np.sin({})", Math.sin, (x) => Math.cos(x)),
  cos: unary("np.cos({})", Math.cos, (x) => -Math.sin(x)),
  tan: unary("np.tan({})", Math.tan, (x, v) => 1 + v * v),
  arcsin: unary("np.arcsin({})", Math.asin, (x) => 1 / Math.sqrt(1 - x * x)),
  arccos: unary("np.arccos({})", Math.acos, (x) => -1 / Math.sqrt(1 - x * x)),
  arctan: unary("np.arctan({})", Math.atan, (x) => 1 / (1 + x * x)),
  sinh: unary("np.sinh({})", Math.sinh, (x) => Math.cosh(x)),
  cosh: unary("np.cosh({})", Math.cosh, (x) => Math.sinh(x)),
  tanh: unary("np.tanh({})", Math.tanh, (x, v) => 1 - v * v),
  exp: unary("np.exp({})", Math.exp, (x, v) => v),
  log: unary("np.log({})", Math.log, (x) => 1 / x),
  log2: unary("np.log2({})", Math.log2, (x) => 1 / (x * Math.LN2)),
  log10: unary("np.log10({})", Math.log10, (x) => 1 / (x * Math.LN10)),
  sqrt: unary("np.sqrt({})", Math.sqrt, (x, v) => 1 / (2 * v)),
  abs: unary("np.abs({})", Math.abs, (x) => Math.sign(x)),
  sign: unary("np.sign({})", Math.sign, flat),
  floor: unary("np.floor({})", Math.floor, flat),
  ceil: unary("np.ceil({})", Math.ceil, flat),
  round: unary("np.round({})", round, flat),
  relu: unary(
    "np.maximum({}, 0)",
    (x) => (x > 0 ? x : 0 * x),
    (x) => (x > 0 ? 1 : 0),
  ),
  sigmoid: unary("1 / (1 + np.exp(-({})))", sigmoid, (x, v) => v * (1 - v)),
  hypot: binary(
    "np.hypot({})",
    (x, y) => Math.hypot(x, y),
    (x, y, v) => (v ? x / v : 0),
    (x, y, v) => (v ? y / v : 0),
  ),
  atan2: binary(
    "np.arctan2({})",
    Math.atan2,
    (x, y) => y / (x * x + y * y),
    (x, y) => -x / (x * x + y * y),
  ),
  mod: binary(
    "np.mod({})",
    modulo,
    () => 1,
    (x, y) => -Math.floor(x / y),
  ),
  min: extreme(false),
  max: extreme(true),
};

/** Other spellings of functions. @type {Record<string, string>} */
export const SPELLINGS = {
  asin: "arcsin",
  acos: "arccos",
  atan: "arctan",
  arctg: "arctan",
  arctan2: "atan2",
  tg: "tan",
  sh: "sinh",
  ch: "cosh",
  th: "tanh",
  ln: "log",
  lg: "log10",
  sgn: "sign",
  minimum: "min",
  maximum: "max",
  where: "if",
  absolute: "abs",
  pow: "power",
  logistic: "sigmoid",
};

/** @type {Record<string, Operation>} */
export const OPERATORS = {
  "+": binary(
    "{} + {}",
    (x, y) => x + y,
    () => 1,
    () => 1,
  ),
  "-": binary(
    "{} - {}",
    (x, y) => x - y,
    () => 1,
    () => -1,
  ),
  "*": binary(
    "{} * {}",
    (x, y) => x * y,
    (x, y) => y,
    (x) => x,
  ),
  "/": binary(
    "{} / {}",
    (x, y) => x / y,
    (x, y) => 1 / y,
    (x, y, v) => -v / y,
  ),
  "%": FUNCTIONS.mod,
  "^": binary(
    "{} ** {}",
    power,
    (x, y) => (y === 0 ? 0 : y * power(x, y - 1)),
    (x, y, v) => (v === 0 ? 0 : v * Math.log(x)),
  ),
  negative: unary(
    "-{}",
    (x) => -x,
    () => -1,
  ),
  "<": binary("{} < {}", (x, y) => Number(x < y), flat, flat),
  "<=": binary("{} <= {}", (x, y) => Number(x <= y), flat, flat),
  ">": binary("{} > {}", (x, y) => Number(x > y), flat, flat),
  ">=": binary("{} >= {}", (x, y) => Number(x >= y), flat, flat),
  "==": binary("{} == {}", (x, y) => Number(x === y), flat, flat),
  "!=": binary("{} != {}", (x, y) => Number(x !== y), flat, flat),
  and: binary("{} & {}", (x, y) => Number(x !== 0 && y !== 0), flat, flat),
  or: binary("{} | {}", (x, y) => Number(x !== 0 || y !== 0), flat, flat),
  not: unary("~{}", (x) => Number(x === 0), flat),
};

/** @type {Record<string, number>} */
export const CONSTANTS = { pi: Math.PI, e: Math.E, tau: 2 * Math.PI };
