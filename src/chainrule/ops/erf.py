"""The error function, for the normal distribution.

It uses only arithmetic and exp, so every engine gets the same numbers.

References
----------
Cody, "Rational Chebyshev approximations for the error function",
Mathematics of Computation 23 (1969).
"""

import math

import numpy as np

from ..arrays import Array

# Numerators and denominators, highest power last: erf x / x as a function of x², and
# e^(x²) erfc x as a function of x and of 1/x².
# |x| ≤ 0.46875
SMALL = (
    (
        3.20937758913846947e3,
        3.77485237685302021e2,
        1.13864154151050156e2,
        3.16112374387056560e0,
        1.85777706184603153e-1,
    ),
    (
        2.84423683343917062e3,
        1.28261652607737228e3,
        2.44024637934444173e2,
        2.36012909523441209e1,
        1.0,
    ),
)
# 0.46875 < |x| ≤ 4
MIDDLE = (
    (
        1.23033935479799725e3,
        2.05107837782607147e3,
        1.71204761263407058e3,
        8.81952221241769090e2,
        2.98635138197400131e2,
        6.61191906371416295e1,
        8.88314979438837594e0,
        5.64188496988670089e-1,
        2.15311535474403846e-8,
    ),
    (
        1.23033935480374942e3,
        3.43936767414372164e3,
        4.36261909014324716e3,
        3.29079923573345963e3,
        1.62138957456669019e3,
        5.37181101862009858e2,
        1.17693950891312499e2,
        1.57449261107098347e1,
        1.0,
    ),
)
# |x| > 4
LARGE = (
    (
        6.58749161529837803e-4,
        1.60837851487422766e-2,
        1.25781726111229246e-1,
        3.60344899949804439e-1,
        3.05326634961232344e-1,
        1.63153871373020978e-2,
    ),
    (
        2.33520497626869185e-3,
        6.05183413124413191e-2,
        5.27905102951428412e-1,
        1.87295284992346725e0,
        2.56852019228982242e0,
        1.0,
    ),
)


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    """Return one polynomial over another, by Horner's rule."""
    above, below = (np.zeros_like(x) for _ in range(2))
    for a, b in zip(*map(reversed, coefficients), strict=True):
        above, below = above * x + a, below * x + b
    ratio: Array = above / below
    return ratio


def _erfc(x: Array) -> Array:
    """Return 1 − erf x for real x, accurate also where it is tiny."""
    size = np.abs(x)
    small = np.minimum(size, 0.46875)
    middle = np.clip(size, 0.46875, 4)
    large = np.clip(size, 4, 1e4)
    near = 1 - small * _ratio(SMALL, small * small)
    inverse_square = 1 / (large * large)
    tail = np.where(
        size <= 4,
        _ratio(MIDDLE, middle),
        (1 / math.sqrt(math.pi) - inverse_square * _ratio(LARGE, inverse_square)) / large,
    )
    positive = np.where(size <= 0.46875, near, np.exp(-(np.minimum(size, 1e4) ** 2)) * tail)
    return np.where(x < 0, 2 - positive, positive)


def normal_density(z: Array) -> Array:
    """Return φ(z) = exp(−z²/2) / √(2π)."""
    density: Array = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return density


def normal_cdf(z: Array) -> Array:
    """Return Φ(z) = ½ erfc(−z/√2). For a complex argument, Φ(x + ih) = Φ(x) + ih φ(x)."""
    cdf: Array = _erfc(-z.real / math.sqrt(2)) / 2
    return cdf + 1j * z.imag * normal_density(z.real) if np.iscomplexobj(z) else cdf
