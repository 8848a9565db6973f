"""Keyed random numbers: a pure function of (seed, purpose, step or epoch, path, row, column).

The numbers do not depend on earlier calls. So the backward pass can compute a mask again, a shard
or a thread draws exactly its own rows, and a resumed run continues the same stream.
"""

import zlib

import numpy as np

from .arrays import Array

INIT, ORDER, DROPOUT, SAMPLE, SPLIT, DATA, AUGMENT = range(7)  # the purposes

Key = tuple[int, int] | Array  # (seed, step or epoch)


def philox(counter: tuple[object, object, object, object], key: tuple[int, int]) -> list[Array]:
    """Return four random words for four counter words and two key words: Philox4x32-10.

    References
    ----------
    Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
    """
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0, c1, c2, c3 = np.broadcast_arrays(*(np.asarray(c, np.uint64) for c in counter))
    k0, k1 = (int(k) for k in key)
    for _ in range(10):
        p0, p1 = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (
            (p1 >> half) ^ c1 ^ np.uint64(k0),
            p1 & low,
            (p0 >> half) ^ c3 ^ np.uint64(k1),
            p0 & low,
        )
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return [c0, c1, c2, c3]


def path_hash(path: str) -> int:
    """Return 32 bits for a path, the same in every process (unlike Python's own hash)."""
    return zlib.crc32(path.encode())


def words(key: Key, purpose: int, path: int, rows: Array, columns: int) -> Array:
    """Return one 32-bit word for every (row, column): (len(rows), columns), uint64."""
    seed, step = key
    blocks = (columns + 3) // 4  # one Philox call gives four columns
    counter = np.arange(blocks)[None, :], np.asarray(rows)[:, None], step, purpose
    four = np.stack(philox(counter, (int(seed), path)), axis=-1)
    return four.reshape(len(rows), 4 * blocks)[:, :columns]


def uniform(key: Key, purpose: int, path: int, rows: Array, columns: int) -> Array:
    """Return numbers uniform on [0, 1) with 24 bits, the same in float32 and float64."""
    shifted: Array = (words(key, purpose, path, rows, columns) >> np.uint64(8)) * 2.0**-24
    return shifted


def normal(key: Key, purpose: int, path: int, rows: Array, columns: int) -> Array:
    """Return standard normal numbers, |z| < 6.4, each from one word."""
    return inverse_normal((words(key, purpose, path, rows, columns) + 0.5) * 2.0**-32)


def permutation(key: Key, n: int) -> Array:
    """Return the order of n rows in one epoch."""
    return np.argsort(words(key, ORDER, 0, np.zeros(1), n)[0].astype(np.uint32), kind="stable")


# ---------------------------------------------------------------- normal numbers without libm
# (the last bit of libm depends on the machine)

CENTER = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
TAIL = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)


def inverse_normal(u: Array) -> Array:
    """Return Φ⁻¹(u) for 1e-10 ≤ u ≤ 1 − 1e-10, with a relative error of 1e-15.

    References
    ----------
    Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
    Statistics 37 (1988).
    """
    u = np.asarray(u)
    q = np.asarray(u - 0.5)
    z: Array = np.asarray(q * _ratio(CENTER, 0.180625 - q * q))
    outer = np.abs(q) > 0.425  # 15 % of the numbers
    tail = u[outer]
    z[outer] = np.sign(q[outer]) * _ratio(TAIL, np.sqrt(-_log(np.minimum(tail, 1 - tail))) - 1.6)
    return z


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], r: Array) -> Array:
    """Return one polynomial over another, by Horner's rule."""
    above, below = (np.zeros_like(r) for _ in range(2))
    for a, b in zip(*coefficients, strict=True):
        above, below = above * r + a, below * r + b
    return above / below


def _log(x: Array) -> Array:
    """Return log x = e log 2 + 2 artanh((m − 1)/(m + 1)) for x = m 2ᵉ, √½ ≤ m < √2."""
    m, e = np.frexp(x)
    small = m < 0.5**0.5
    m, e = np.where(small, 2 * m, m), np.where(small, e - 1, e)
    s = (m - 1) / (m + 1)
    total = np.zeros_like(s)
    for k in range(23, 0, -2):
        total = total * (s * s) + 2 / k
    logarithm: Array = e * 0.6931471805599453 + s * total
    return logarithm
