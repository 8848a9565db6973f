"""Patterns and states as rows of ±1: input is checked, output is spelled as the input was."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, ShapeError


def as_signs(values: Any, where: str, *, units: int | None = None, least: int = 1) -> Array:
    """Return a new array of rows of ±1, (rows, N), float64; 0/1 becomes 2v − 1.

    Parameters
    ----------
    values : array (N,) or (rows, N)
        Two values for the two states of a unit: −1 and 1, or 0 and 1 (False and True).
    where : str
        The name of the argument, for the message.
    units : int, optional
        N, if it is known.
    least : int
        The fewest rows, 0 or 1; 0 only with `units`.

    Raises
    ------
    ShapeError, DataError
        Rows of another length or values other than these.
    """
    rows = np.atleast_2d(_as_array(values, where))
    if rows.ndim != 2:
        remedy = "Flatten pictures to rows first."
        raise ShapeError(where, "one state a row, (rows, N)", f"{rows.shape}", remedy)
    if not least and len(rows) == 0 and rows.shape[1] in (0, units):
        return np.empty((0, units or 0))
    if rows.size == 0:
        expected = "at least one row with at least one unit"
        raise DataError(where, expected, f"shape {rows.shape}", "Give one pattern.")
    if units is not None and rows.shape[1] != units:
        remedy = "The network's patterns have another length."
        raise ShapeError(where, f"rows of {units} units", f"{rows.shape[1]}", remedy)
    up, zero, down = (rows == value for value in (1, 0, -1))
    if not (known := up | zero | down).all():
        got = f"the value {rows[~known][0]}"
        remedy = "Binarize first: np.where(x > 0, 1, -1)."
        raise DataError(where, "−1 and 1, or 0 and 1", got, remedy)
    if zero.any() and down.any():
        expected, got = "either −1 and 1 or 0 and 1", "−1, 0 and 1 together"
        raise DataError(where, expected, got, "Choose one spelling; a unit has two states.")
    return np.where(up, 1.0, -1.0)


def speaks_zero_one(values: Any) -> bool:
    """Return True if these patterns are spelled with 0 and 1."""
    return bool((np.asarray(values) == 0).any())


def spelled(signs: Array, zero_one: bool) -> Array:
    """Return rows of ±1 in the spelling of the user's patterns, as int8."""
    return ((signs > 0) if zero_one else signs).astype(np.int8)


def _as_array(values: Any, where: str) -> Array:
    """Return the values as an array of numbers."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of several lengths
        lengths = [np.size(row) for row in values]
        other = next(k for k, n in enumerate(lengths) if n != lengths[0])
        got = f"{lengths[0]} units in row 0 and {lengths[other]} in row {other}"
        remedy = "Give every pattern as many units."
        raise ShapeError(where, "rows of one length", got, remedy) from None
    if array.dtype == bool:
        return array.astype(np.int8)
    if array.dtype.kind not in "iuf":
        got = "text" if array.dtype.kind in "US" else f"values of type {array.dtype}"
        raise DataError(where, "numbers", got, "Give −1 and 1, or 0 and 1.")
    return array
