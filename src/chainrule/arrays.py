"""The type alias that every signature uses for arrays, a test for finite numbers, and memory."""

import math
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def is_finite(a: Array) -> bool:
    """Return True if every number of a vector is finite."""
    # If a · a is finite, so is each number. If not, it may have overflowed: check each number.
    return math.isfinite(a @ a) or bool(np.isfinite(a).all())


PAGE, APART = 4096, 17 * 64  # bytes: a page, and 17 cache lines
LARGE = 1 << 16  # bytes


def zeros_apart(shape: int | tuple[int, ...], dtype: Any, k: int = 0) -> Array:
    """Return zeros for a loop that reads several large arrays side by side.

    NumPy's large arrays begin 16 bytes into a page. Then each register that a loop reads lies in
    two cache lines, and all arrays are at the same place of their pages. These begin with a cache
    line, each at its own place.

    Parameters
    ----------
    shape, dtype
        As in `np.zeros`.
    k : int
        The number of the array among those that are read together.
    """
    size = math.prod(shape) if isinstance(shape, tuple) else shape
    length = size * np.dtype(dtype).itemsize
    if length < LARGE:
        return np.zeros(shape, dtype)
    block = np.zeros(length + PAGE, np.uint8)
    begin = (k * APART - block.ctypes.data) % PAGE
    placed: Array = block[begin : begin + length].view(dtype)
    return placed.reshape(shape)


def copies_apart(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return copies that a loop can read side by side; see `zeros_apart`."""
    copies = {}
    for k, (name, a) in enumerate(arrays.items(), start=1):
        if a.nbytes < LARGE:
            copies[name] = np.array(a)
        else:
            copies[name] = zeros_apart(a.shape, a.dtype, k)
            copies[name][...] = a
    return copies


def memory() -> float:
    """Return the bytes of memory that this machine has; infinity if it does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # not on every system
        return float("inf")
