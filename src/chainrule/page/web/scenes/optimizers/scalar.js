// Powers of single numbers, made of the same multiplications as Python's `optimizers/scalar.py`.

/**
 * xⁿ for a whole number n ≥ 0, by squaring.
 *
 * @param {number} x
 * @param {number} n
 */
export function power(x, n) {
  let y = 1;
  while (n > 0) {
    if (n % 2) y *= x;
    x *= x;
    n = Math.floor(n / 2);
  }
  return y;
}

/**
 * xʸ for x ≥ 0 and y ≥ 0; by squaring if y is a whole number.
 *
 * @param {number} x
 * @param {number} y
 */
export function realPower(x, y) {
  return Number.isInteger(y) ? power(x, y) : x > 0 ? Math.exp(y * Math.log(x)) : 0;
}
