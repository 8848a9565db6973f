"""Rows and classes that an RBM is given: they are checked, and the machine does not change."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import Array
from ...data.checks import as_array, check_lengths, check_rows
from ...errors import DataError, ShapeError
from .machine import Machine
from .units import Units


def matrix(name: str, given: Any, width: int | None, dtype: Any = None, *, least: int = 1) -> Array:
    """Return a table of finite numbers, (N, width).

    Parameters
    ----------
    name : str
        The name of the argument, for the message.
    given : array
        Rows, or pictures (N, height, width) or (N, height, width, 1).
    width : int or None
        The number of columns, if it is known.
    dtype : dtype, optional
        The type of the table; None: as given.
    least : int
        The fewest rows, 0 or 1; 0 only if the width is known.
    """
    array = as_array(name, given)
    array = check_rows(name, array, dtype, least=1 if width is None else least)
    if 2 <= array.ndim <= 4 and not any(array.shape):  # Dask asks what a function returns
        return np.empty((0, width or 0), array.dtype if dtype is None else dtype)
    if (array.ndim == 4 and array.shape[3] == 1) or array.ndim == 3:  # pictures
        array = array.reshape(len(array), -1)
    if array.ndim != 2 or (width is not None and array.shape[1] != width):
        expected = f"rows of shape (N, {'D' if width is None else width})"
        one_row = f"One row alone is {name}[None]."
        remedy = one_row if array.ndim == 1 else "Give one row for each example."
        raise ShapeError(name, expected, str(array.shape), remedy)
    return array if dtype is None else np.ascontiguousarray(array, dtype)


def rows_of(machine: Machine, X: Any, width: int | None = None, *, least: int = 1) -> Array:
    """Return rows of visible units, without classes, in the machine's dtype.

    Parameters
    ----------
    machine : Machine
        If it is built, its visible units decide how many columns there are.
    X : array
        Rows.
    width : int, optional
        The number of columns if the machine is not built, such as that of the training rows.
    least : int
        The fewest rows, 0 or 1.
    """
    known = width if machine.visible is None else machine.visible
    return matrix("X", X, known, machine.dtype, least=least)


def labels_of(machine: Machine, y: Any, n: int) -> Array:
    """Return the class indices of n rows."""
    if y is None:
        raise DataError(
            f"y is missing: this RBM has {machine.classes} classes, so each row of X needs "
            "its class."
        )
    labels = check_rows("y", as_array("y", y), least=min(n, 1))
    check_lengths({"X": np.empty(n), "y": labels})
    labels = labels[:, 0] if labels.shape[1:] == (1,) else labels
    if not n and labels.ndim == 1:
        return np.empty(0, np.int64)
    least, most = labels.min(), labels.max()
    if (
        labels.ndim != 1
        or (labels != np.round(labels)).any()
        or least < 0
        or most >= machine.classes
    ):
        expected = f"class indices from 0 to {machine.classes - 1}"
        raise DataError("y", expected, f"{least} to {most}", "Count from 0.")
    return labels.astype(np.int64)


def visible_of(
    machine: Machine, X: Any, y: Any = None, width: int | None = None, *, least: int = 1
) -> Array:
    """Return the values of all visible units: the rows, then one-of-K classes."""
    if not machine.classes:
        if y is not None:
            expected, remedy = "none, since this RBM has no classes", "Write RBM(..., classes=K)."
            raise DataError("y", expected, "one", remedy)
        return rows_of(machine, X, width, least=least)
    rows = rows_of(machine, X, width, least=least)
    one_hot = np.eye(machine.classes, dtype=machine.dtype)
    return np.concatenate([rows, one_hot[labels_of(machine, y, len(rows))]], axis=1)


def with_class(x: Array, k: int, units: Units) -> Array:
    """Return the rows with the units of class k appended."""
    one: Array = np.eye(units.classes, dtype=x.dtype)[k]
    return np.concatenate([x, np.broadcast_to(one, (len(x), units.classes))], axis=1)
