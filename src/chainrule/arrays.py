"""What an array is here: the one alias that every signature uses, and a question that every step asks."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def is_finite(a: Array) -> bool:
    """Whether every number of a vector is finite; a · a is, unless one is not or it overflows."""
    return math.isfinite(a @ a) or bool(np.isfinite(a).all())
