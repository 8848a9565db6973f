// Powers, exponentials, logarithms and cosines of single numbers, with the bits of scalar.py: made
// only of + − × ÷.
import { frexp } from "./random.js";

const LN2_HIGH = 0.6931471805598903; // ln 2 to 42 bits
const LN2_LOW = 5.497923018708371e-14; // the rest of ln 2

/** Round to the nearest whole number, halves to even. @param {number} x */
export function round(x) {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** Return xⁿ for a whole number n ≥ 0, by squaring. @param {number} x @param {number} n */
export function power(x, n) {
  let y = 1;
  for (; n > 0; x *= x, n = Math.floor(n / 2)) if (n % 2) y *= x;
  return y;
}

/** Return xʸ for x ≥ 0 and y ≥ 0. @param {number} x @param {number} y */
export function realPower(x, y) {
  if (y === Math.trunc(y)) return power(x, y);
  return x > 0 ? exp(y * log(x)) : 0;
}

/** Return eˣ = 2ᵏ eʳ with x = k ln 2 + r. @param {number} x */
export function exp(x) {
  const k = round(x / (LN2_HIGH + LN2_LOW));
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let total = 1;
  for (let n = 17; n > 0; n--) total = 1 + (total * r) / n;
  const half = Math.trunc(k / 2);
  return total * 2 ** half * 2 ** (k - half);
}

/** Return ln x = k ln 2 + 2 (s + s³/3 + s⁵/5 + ...), x = 2ᵏ m. @param {number} x */
export function log(x) {
  let [m, k] = frexp(x);
  if (m < 0.7071067811865476) [m, k] = [2 * m, k - 1];
  const s = (m - 1) / (m + 1);
  let total = 0;
  for (let n = 25; n > 0; n -= 2) total = total * s * s + 1 / n;
  return k * LN2_HIGH + (2 * s * total + k * LN2_LOW);
}

/** Return cos πx for 0 ≤ x ≤ 1. @param {number} x @returns {number} */
export function cosPi(x) {
  if (x > 0.5) return -cosPi(1 - x);
  const z = Math.PI * x;
  let total = 1;
  for (let n = 24; n > 0; n -= 2) total = 1 - (total * z * z) / (n * (n - 1));
  return total;
}
