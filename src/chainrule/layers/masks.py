"""The mask of dropout, a function of its key. Its twin is masks.h."""

import math

from .. import random
from ..arrays import Array


def kept(x: Array, key: Array, row: Array, rate: float, path: int) -> Array:
    """Return True where a value stays.

    There is one random number for each (seed, step, path, row of the data set, column).
    """
    u = random.uniform(key, random.DROPOUT, path, row, math.prod(x.shape[1:]))
    return (u >= rate).reshape(x.shape)
