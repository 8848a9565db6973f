"""Checks of what users give to pictures: a sentence instead of NumPy's message."""

from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError


def a_named(value: Any) -> str:
    """Return what a value is, for a message: "a Network", "an int", "None"."""
    kind = type(value).__name__
    if value is None:
        return "None"
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def as_numbers(where: str, value: Any, rule: str, remedy: str) -> Array:
    """Return an array of float64.

    Raises
    ------
    DataError
        Words, objects, complex numbers, or rows of different lengths.
    """
    got = a_named(value)
    try:
        array = np.asarray(value)
        if array.dtype.kind != "c":
            return array.astype(float)
        got = "complex numbers"
    except (TypeError, ValueError):
        if isinstance(value, (list, tuple, np.ndarray)):
            got += " that is not made of numbers in rows of one length"
    raise DataError(where, rule, got, remedy)
