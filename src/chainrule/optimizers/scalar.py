"""Powers, exponentials, logarithms and cosines of single numbers, made only of + − × ÷.

The last bit of libm's `pow`, `exp` and `cos` depends on the system and the processor. The functions
here do not depend on them, so the numbers that an optimizer gets from βᵗ or from a schedule have
the same bits everywhere.
"""

import math

# ln 2 to 42 bits: k · LN2_HIGH is exact for |k| < 2048
LN2_HIGH = float.fromhex("0x1.62e42fefa3800p-1")
LN2_LOW = float.fromhex("0x1.ef35793c76730p-45")  # the rest of ln 2


def power(x: float, n: int) -> float:
    """Return xⁿ for a whole number n ≥ 0, by squaring."""
    y = 1.0
    while n > 0:
        if n % 2:
            y *= x
        x, n = x * x, n // 2
    return y


def real_power(x: float, y: float) -> float:
    """Return xʸ = exp(y ln x) for x ≥ 0 and y ≥ 0; by squaring if y is a whole number."""
    if y == int(y):
        return power(x, int(y))
    return exp(y * log(x)) if x > 0 else 0.0


def exp(x: float) -> float:
    """Return eˣ = 2ᵏ eʳ with x = k ln 2 + r, eʳ = Σ rⁿ / n!."""
    k = round(x / (LN2_HIGH + LN2_LOW))
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    total = 1.0
    for n in range(17, 0, -1):  # |r| < 0.35: the next term is below 2⁻⁷⁸
        total = 1.0 + total * r / n
    return math.ldexp(total, k)  # exact: only the exponent changes


def log(x: float) -> float:
    """Return ln x = k ln 2 + 2 (s + s³/3 + s⁵/5 + ...), x = 2ᵏ m, s = (m − 1) / (m + 1)."""
    m, k = math.frexp(x)  # exact
    if m < 0.7071067811865476:
        m, k = 2 * m, k - 1
    s = (m - 1) / (m + 1)
    total = 0.0
    for n in range(25, 0, -2):  # |s| < 0.172: the next term is below 2⁻⁶⁸
        total = total * s * s + 1.0 / n
    return k * LN2_HIGH + (2 * s * total + k * LN2_LOW)


def cos_pi(x: float) -> float:
    """Return cos πx for 0 ≤ x ≤ 1; exactly ±1 at the ends.

    cos z = 1 − z²/(1·2) (1 − z²/(3·4) (1 − ...)) with z = πx.
    """
    if x > 0.5:
        return -cos_pi(1 - x)
    z, total = math.pi * x, 1.0
    for n in range(24, 0, -2):  # z ≤ π/2: the next term is below 2⁻⁷⁰
        total = 1.0 - total * z * z / (n * (n - 1))
    return total
