"""The type alias that every signature uses for arrays, and a test for finite numbers."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def is_finite(a: Array) -> bool:
    """Return True if every number of a vector is finite."""
    # If a · a is finite, so is each number. If not, it may have overflowed: check each number.
    return math.isfinite(a @ a) or bool(np.isfinite(a).all())
