"""States of real numbers as rows of float64, checked."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError, ShapeError


def as_rows(values: Any, where: str, *, size: int | None = None) -> Array:
    """Finite rows as float64, (rows, d); one vector is one row.

    Parameters
    ----------
    values : array (d,) or (rows, d)
        What the user gave.
    where : str
        What the user calls it.
    size : int, optional
        d, where it is known.
    """
    try:
        rows = np.atleast_2d(np.array(values, dtype=np.float64))
    except (TypeError, ValueError):
        raise DataError(
            where, "rows of numbers, all of one length", "something else", "Give an array (M, d)."
        ) from None
    if rows.ndim != 2 or rows.size == 0:
        raise ShapeError(
            where, "at least one row (rows, d)", f"{rows.shape}", "One pattern or state a row."
        )
    if size is not None and rows.shape[1] != size:
        raise ShapeError(
            where, f"rows of {size} numbers", f"{rows.shape[1]}", "As long as the stored patterns."
        )
    if not np.isfinite(rows).all():
        raise DataError(where, "finite numbers", "NaN or infinity", "Clean the rows first.")
    return rows
