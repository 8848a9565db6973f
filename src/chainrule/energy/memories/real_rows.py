"""Check states of real numbers, and convert them to rows of float64."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, ShapeError


def as_rows(values: Any, where: str, *, size: int | None = None, least: int = 1) -> Array:
    """Return the values as a new array of finite float64 rows, (rows, d); a vector is one row.

    Parameters
    ----------
    values : array (d,) or (rows, d)
        The argument as the user gave it.
    where : str
        The name of the argument, for the message.
    size : int, optional
        d, if it is known.
    least : int
        The fewest rows, 0 or 1; 0 only with `size`.

    Raises
    ------
    DataError, ShapeError
        The values are not numbers, not finite, or not rows of the right length.
    """
    try:
        rows = np.atleast_2d(np.array(values, dtype=np.float64))
    except (TypeError, ValueError):
        expected = "rows of numbers, all of one length"
        raise DataError(where, expected, "something else", "Give an array (M, d).") from None
    if not least and rows.ndim == 2 and len(rows) == 0 and rows.shape[1] in (0, size):
        return np.empty((0, size or 0))
    if rows.ndim != 2 or rows.size == 0:
        remedy = "One pattern or state a row."
        raise ShapeError(where, "at least one row (rows, d)", f"{rows.shape}", remedy)
    if size is not None and rows.shape[1] != size:
        remedy = "Give rows as long as the stored patterns."
        raise ShapeError(where, f"rows of {size} numbers", f"{rows.shape[1]}", remedy)
    if not np.isfinite(rows).all():
        raise DataError(where, "finite numbers", "NaN or infinity", "Clean the rows first.")
    return rows
