// The normal distribution, from its error function.
//
// Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation 23
// (1969): numerators and denominators, lowest power first.

// |x| ≤ 0.46875: erf x / x as a function of x²
const SMALL = [
  [
    3209.3775891384694, 377.485237685302, 113.86415415105016, 3.1611237438705655,
    0.18577770618460315,
  ],
  [2844.236833439171, 1282.6165260773723, 244.02463793444417, 23.601290952344122, 1.0],
];
// 0.46875 < |x| ≤ 4: e^(x²) erfc x
const MIDDLE = [
  [
    1230.3393547979972, 2051.0783778260716, 1712.0476126340707, 881.952221241769, 298.6351381974001,
    66.11919063714163, 8.883149794388377, 0.5641884969886701, 2.1531153547440383e-8,
  ],
  [
    1230.3393548037495, 3439.3676741437216, 4362.619090143247, 3290.7992357334597,
    1621.3895745666903, 537.1811018620099, 117.6939508913125, 15.744926110709835, 1.0,
  ],
];
// |x| > 4: as a function of 1/x²
const LARGE = [
  [
    0.0006587491615298378, 0.016083785148742275, 0.12578172611122926, 0.36034489994980445,
    0.30532663496123236, 0.016315387137302097,
  ],
  [
    0.0023352049762686918, 0.06051834131244132, 0.5279051029514285, 1.8729528499234673,
    2.568520192289822, 1.0,
  ],
];

/** @param {number[][]} coefficients @param {number} x @returns {number} by Horner's rule */
function ratio([above, below], x) {
  let [a, b] = [0, 0];
  for (let k = above.length - 1; k >= 0; k--) [a, b] = [a * x + above[k], b * x + below[k]];
  return a / b;
}

/** @param {number} x @returns {number} 1 − erf x, accurate also where it is tiny */
function erfc(x) {
  const size = Math.abs(x);
  let positive;
  if (size <= 0.46875) positive = 1 - size * ratio(SMALL, size * size);
  else if (size <= 4) positive = Math.exp(-size * size) * ratio(MIDDLE, size);
  else {
    const large = Math.min(size, 1e4);
    const inverse = 1 / (large * large);
    const tail = (1 / Math.sqrt(Math.PI) - inverse * ratio(LARGE, inverse)) / large;
    positive = Math.exp(-large * large) * tail;
  }
  return x < 0 ? 2 - positive : positive;
}

/** @param {number} z @returns {number} φ(z) = exp(−z²/2) / √(2π) */
export const normalDensity = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** @param {number} z @returns {number} Φ(z) = ½ erfc(−z/√2) */
export const normalCdf = (z) => erfc(-z / Math.SQRT2) / 2;
