"""The type alias that every signature uses for arrays, a test for finite numbers, and memory."""

import math
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def is_finite(a: Array) -> bool:
    """Return True if every number of a vector is finite."""
    # If a · a is finite, so is each number. If not, it may have overflowed: check each number.
    return math.isfinite(a @ a) or bool(np.isfinite(a).all())


def memory() -> float:
    """Return the bytes of memory that this machine has; infinity if it does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # not on every system
        return float("inf")
