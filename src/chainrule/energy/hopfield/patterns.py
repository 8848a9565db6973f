"""Patterns and states as rows of ±1: what comes in is checked, what goes out is spelled as it came."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, ShapeError


def as_signs(values: Any, where: str, *, units: int | None = None) -> Array:
    """Rows of ±1 as float64, (rows, N); 0/1 is read as 2v − 1.

    Parameters
    ----------
    values : array (N,) or (rows, N)
        Two words for the two states of a unit: −1 and 1, or 0 and 1 (False and True).
    where : str
        What the user calls them, for the message.
    units : int, optional
        N, where it is known.

    Returns
    -------
    signs : array (rows, N)
        A fresh one.
    """
    rows = np.atleast_2d(_as_array(values, where))
    if rows.ndim != 2:
        raise ShapeError(
            where, "one state a row, (rows, N)", f"{rows.shape}", "Flatten pictures to rows first."
        )
    if rows.size == 0:
        raise DataError(
            where,
            "at least one row with at least one unit",
            f"shape {rows.shape}",
            "Give one pattern.",
        )
    if units is not None and rows.shape[1] != units:
        raise ShapeError(
            where,
            f"rows of {units} units",
            f"{rows.shape[1]}",
            "The network's patterns have another length.",
        )
    up, zero, down = (rows == value for value in (1, 0, -1))
    if not (known := up | zero | down).all():
        got = f"the value {rows[~known][0]}"
        raise DataError(
            where, "−1 and 1, or 0 and 1", got, "Binarize first: np.where(x > 0, 1, -1)."
        )
    if zero.any() and down.any():
        raise DataError(
            where,
            "either −1 and 1 or 0 and 1",
            "−1, 0 and 1 together",
            "Choose one spelling; a unit has two states.",
        )
    return np.where(up, 1.0, -1.0)


def speaks_zero_one(values: Any) -> bool:
    """Whether these patterns are spelled with 0 and 1."""
    return bool((np.asarray(values) == 0).any())


def spelled(signs: Array, zero_one: bool) -> Array:
    """Rows of ±1 in the spelling of the user's patterns, as int8."""
    return ((signs > 0) if zero_one else signs).astype(np.int8)


def _as_array(values: Any, where: str) -> Array:
    try:
        array = np.asarray(values)
    except ValueError:  # rows of several lengths
        lengths = [np.size(row) for row in values]
        other = next(k for k, n in enumerate(lengths) if n != lengths[0])
        got = f"{lengths[0]} units in row 0 and {lengths[other]} in row {other}"
        raise ShapeError(
            where, "rows of one length", got, "Give every pattern as many units."
        ) from None
    if array.dtype == bool:
        return array.astype(np.int8)
    if array.dtype.kind not in "iuf":
        raise DataError(
            where, "numbers", f"values of type {array.dtype}", "Give −1 and 1, or 0 and 1."
        )
    return array
