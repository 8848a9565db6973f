"""Points in the plane, in classes that no straight line separates.

Row i depends only on the seed and on i, so a larger set begins with the smaller one.
The classes alternate: row i has class i mod K, so every set is balanced.
"""

import math

import numpy as np

from ..arrays import Array
from ..errors import ParameterError
from ..random import DATA, normal, path_hash, uniform
from ..settings import is_number, is_whole


def moons(n: int = 200, *, noise: float = 0.1, seed: int = 0) -> tuple[Array, Array]:
    """Return points on two interleaved half circles.

    With t uniform on [0, π): class 0 is (cos t, sin t), class 1 is (1 − cos t, ½ − sin t).

    Parameters
    ----------
    n : int
        Number of points, ≥ 1.
    noise : float
        Standard deviation of the normal noise on both coordinates, ≥ 0. The half circles have
        radius 1.
    seed : int
        Seed of the points, a whole number from 0 to 2³² − 1.

    Returns
    -------
    X, y : Array
        Points (n, 2) float64, classes (n,) int64.

    Raises
    ------
    ParameterError
        A number is outside its range.

    Examples
    --------
    >>> X, y = moons(4, noise=0)
    >>> X.shape, y
    ((4, 2), array([0, 1, 0, 1]))
    >>> bool(np.allclose(np.hypot(*X[y == 0].T), 1))
    True
    """
    _check("moons", n, noise, seed)
    y = np.arange(n, dtype=np.int64) % 2
    t = math.pi * _along("moons", n, seed)
    X = np.where(y == 0, [np.cos(t), np.sin(t)], [1 - np.cos(t), 0.5 - np.sin(t)]).T
    return X + _noise("moons", n, noise, seed), y


def circles(n: int = 200, *, noise: float = 0.1, seed: int = 0) -> tuple[Array, Array]:
    """Return points on two rings: class 0 has radius 1, class 1 has radius ½.

    Parameters
    ----------
    n : int
        Number of points, ≥ 1.
    noise : float
        Standard deviation of the normal noise on both coordinates, ≥ 0.
    seed : int
        Seed of the points, a whole number from 0 to 2³² − 1.

    Returns
    -------
    X, y : Array
        Points (n, 2) float64, classes (n,) int64.

    Raises
    ------
    ParameterError
        A number is outside its range.

    Examples
    --------
    >>> X, y = circles(100, noise=0)
    >>> bool(np.allclose(np.hypot(*X[y == 1].T), 0.5))
    True
    """
    _check("circles", n, noise, seed)
    y = np.arange(n, dtype=np.int64) % 2
    t = 2 * math.pi * _along("circles", n, seed)
    radius = np.where(y == 0, 1.0, 0.5)
    X = np.stack([radius * np.cos(t), radius * np.sin(t)], axis=1)
    return X + _noise("circles", n, noise, seed), y


def spirals(
    n: int = 200, *, arms: int = 2, noise: float = 0.02, seed: int = 0
) -> tuple[Array, Array]:
    """Return points on arms that wind once around the origin, one class per arm.

    With t uniform on [0, 1): radius r = 0.1 + 0.9 t, angle φ = 2π (t + k / arms) for class k.

    Parameters
    ----------
    n : int
        Number of points, ≥ 1.
    arms : int
        Number of arms, which is the number of classes, ≥ 1.
    noise : float
        Standard deviation of the normal noise on both coordinates, ≥ 0. Neighboring arms are
        0.9 / arms apart.
    seed : int
        Seed of the points, a whole number from 0 to 2³² − 1.

    Returns
    -------
    X, y : Array
        Points (n, 2) float64, classes (n,) int64.

    Raises
    ------
    ParameterError
        A number is outside its range.

    Examples
    --------
    >>> X, y = spirals(300, arms=3)
    >>> np.bincount(y)
    array([100, 100, 100])
    """
    _check("spirals", n, noise, seed)
    if not (is_whole(arms) and arms >= 1):
        raise ParameterError(
            f"spirals(arms={arms!r}): arms must be a whole number ≥ 1. The usual value is 2."
        )
    y = np.arange(n, dtype=np.int64) % arms
    t = _along("spirals", n, seed)
    r, phi = 0.1 + 0.9 * t, 2 * math.pi * (t + y / arms)
    X = np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)
    return X + _noise("spirals", n, noise, seed), y


def _along(name: str, n: int, seed: int) -> Array:
    """Return the position of each point along its curve, uniform on [0, 1)."""
    return uniform((seed, 0), DATA, path_hash(name), np.arange(n), 1)[:, 0]


def _noise(name: str, n: int, noise: float, seed: int) -> Array:
    """Return normal noise for both coordinates."""
    return noise * normal((seed, 0), DATA, path_hash(f"{name}/noise"), np.arange(n), 2)


def _check(name: str, n: int, noise: float, seed: int) -> None:
    """Check the three numbers that all sets share."""
    if not (is_whole(n) and n >= 1):
        raise ParameterError(
            f"{name}(n={n!r}): n must be a whole number ≥ 1. The usual value is 200."
        )
    if not (is_number(noise) and noise >= 0):
        raise ParameterError(
            f"{name}(noise={noise!r}): noise must be a number ≥ 0. The usual value is 0.1."
        )
    if not (is_whole(seed) and 0 <= seed < 2**32):
        raise ParameterError(
            f"{name}(seed={seed!r}): seed must be a whole number from 0 to 2³² − 1. "
            "The usual value is 0."
        )
