"""Checks of single numbers before they are cast to the type in which a network computes."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError

INT32 = np.iinfo(np.int32)


def pieces(array: Array) -> Iterator[Array]:
    """Yield parts of about 4 MB, so that a memory-mapped array is never whole in memory."""
    rows = max(1, (1 << 22) * len(array) // max(array.nbytes, 1))
    yield from (array[begin : begin + rows] for begin in range(0, len(array), rows))


def cell(name: str, wrong: Array, begin: int = 0) -> tuple[tuple[int, ...], str]:
    """Return the index of the first wrong number in some rows, and its name in the whole array.

    Parameters
    ----------
    name : str
        The name of the array.
    wrong : array of bool
        True for each wrong number.
    begin : int
        The number of the first of these rows.
    """
    at = tuple(np.argwhere(wrong)[0].tolist())
    return at, f"{name}{[begin + at[0], *at[1:]]}"


def check_finite(name: str, array: Array) -> None:
    """Raise DataError unless every number is finite."""
    if array.dtype.kind != "f":
        return
    begin = 0
    for part in pieces(array):
        if not _within(part, 1e308) and (bad := ~np.isfinite(part)).any():
            at, place = cell(name, bad, begin)
            kind = "NaN" if np.isnan(part[at]) else "infinity"
            remedy = "Remove or fill such rows."
            raise DataError(name, "finite numbers", f"{kind} at {place}", remedy)
        begin += len(part)


def check_range(name: str, array: Array, dtype: np.dtype[Any]) -> None:
    """Raise DataError if a finite number is infinite in this dtype."""
    if array.dtype.kind != "f" or array.dtype.itemsize <= dtype.itemsize:
        return
    begin = 0
    for part in pieces(array):
        if not _within(part, 1e76 if dtype == np.float32 else 1e308):
            with np.errstate(over="ignore"):
                bad = ~np.isfinite(part.astype(dtype))
            if bad.any():
                at, place = cell(name, bad, begin)
                wider = ', or write Network(..., dtype="float64")' if dtype == np.float32 else ""
                remedy = f"Divide by its unit{wider}."
                rule = f"numbers that {dtype} can hold"
                raise DataError(name, rule, f"{part[at]:g} at {place}", remedy)
        begin += len(part)


def _within(part: Array, squares: float) -> bool:
    """Return True if Σ x² is at most `squares`, so that no |x| is larger than its root.

    This reads at the speed of memory. False: NaN, infinity or a large number, or another type.
    """
    flags = part.flags
    if part.dtype.name not in ("float32", "float64"):
        return False
    if not flags.c_contiguous and not flags.f_contiguous:
        return False
    x = part.ravel(order="K")
    with np.errstate(all="ignore"):
        return bool(np.dot(x, x) <= squares)


def check_whole(name: str, array: Array, table: tuple[int, ...] | None = None) -> None:
    """Raise DataError unless all are whole numbers that select a row of a table.

    Parameters
    ----------
    name : str
        The name of the array.
    array : array
        Finite numbers of any type.
    table : tuple of int, optional
        The shape of the smallest Embedding that they select rows of; None: any int32.
    """
    if array.dtype.kind == "b":
        return
    lowest, most = (INT32.min, INT32.max) if table is None else (0, table[0] - 1)
    begin = 0
    for part in pieces(array):
        if part.dtype.kind == "f" and (broken := part != np.trunc(part)).any():
            at, place = cell(name, broken, begin)
            remedy = "Words and classes are numbered 0, 1, 2, ...: round them, or encode them."
            raise DataError(name, "whole numbers", f"{part[at]:g} at {place}", remedy)
        if part.size and (part.min() < lowest or part.max() > most):
            at, place = cell(name, (part < lowest) | (part > most), begin)
            raise DataError(name, *_beyond(int(part[at]), place, table))
        begin += len(part)


def _beyond(value: int, place: str, table: tuple[int, ...] | None) -> tuple[str, str, str]:
    """Describe a number that selects no row: expected, got, what to do."""
    got = f"{value} at {place}"
    if table is None:
        return f"whole numbers from {INT32.min} to {INT32.max}", got, "Number them from 0."
    rule = f"numbers from 0 to {table[0] - 1} for this Embedding"
    if 0 <= value < INT32.max:
        return rule, got, f"Make it Embedding({value + 1}, {table[1]})."
    return rule, got, "Number from 0." if value < 0 else "Number the words 0, 1, 2, ..."
