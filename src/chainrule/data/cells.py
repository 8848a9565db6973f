"""Checks of single numbers before they are cast to the type in which a network computes."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError

INT32 = np.iinfo(np.int32)
SQUARED, WIDE_SQUARED = 1e76, 1e308  # below the squares of the largest float32, float64
UNSIGNED = {np.dtype(f"i{n}"): np.dtype(f"u{n}") for n in (1, 2, 4, 8)}
AT_ONCE = 8192  # numbers: a longer product would start threads, which wait for each other


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


def check_finite(name: str, array: Array, dtype: np.dtype[Any] | None = None) -> None:
    """Raise DataError unless every number is finite, and finite in this dtype if one is given."""
    if array.dtype.kind != "f":
        return
    narrow = dtype is not None and dtype.itemsize < array.dtype.itemsize
    if _within(array, SQUARED if narrow else WIDE_SQUARED):
        return
    begin = 0
    for part in pieces(array):
        if (bad := ~np.isfinite(part)).any():
            at, place = cell(name, bad, begin)
            kind = "NaN" if np.isnan(part[at]) else "infinity"
            remedy = "Remove or fill such rows."
            raise DataError(name, "finite numbers", f"{kind} at {place}", remedy)
        if narrow:
            _check_range(name, part, dtype, begin)
        begin += len(part)


def _check_range(name: str, part: Array, dtype: Any, begin: int) -> None:
    """Raise DataError if a finite number is infinite in this dtype."""
    with np.errstate(over="ignore"):
        bad = ~np.isfinite(part.astype(dtype))
    if bad.any():
        at, place = cell(name, bad, begin)
        wider = ', or compute with dtype="float64"' if dtype == np.float32 else ""
        got, remedy = f"{part[at]:g} at {place}", f"Divide by its unit{wider}."
        raise DataError(name, f"numbers that {dtype} can hold", got, remedy)


def _within(array: Array, squares: float) -> bool:
    """Return True if every |x| is below √squares, which sums of x² show.

    This reads at the speed of memory, in one thread. False: there is NaN, infinity or a large
    number, or the numbers do not lie one after another.
    """
    flags = array.flags
    if array.dtype.itemsize not in (4, 8) or not (flags.c_contiguous or flags.f_contiguous):
        return False
    x = array.ravel(order="K")
    with np.errstate(over="ignore", invalid="ignore"):
        for begin in range(0, x.size, AT_ONCE):
            part = x[begin : begin + AT_ONCE]
            if not float(np.dot(part, part)) <= squares:
                return False
    return True


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
    unsigned = UNSIGNED.get(array.dtype)
    if unsigned is not None and lowest == 0 and array.size:
        highest = array.view(unsigned).max()  # numbers below 0 are large ones without their sign
        if highest <= most:
            return
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
