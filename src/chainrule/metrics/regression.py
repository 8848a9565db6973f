"""Errors of predicted numbers."""

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .classes import read_rows


def mean_absolute_error(y: Array, p: Array) -> float:
    """Return the mean of |p − y| over rows and outputs.

    Parameters
    ----------
    y, p : Array
        Targets and predictions of the same shape; (N,) and (N, 1) count as the same.

    Raises
    ------
    DataError
        The arrays are empty or differ in shape.

    Examples
    --------
    >>> mean_absolute_error([1, 2], [[1.5], [1.0]])
    0.75
    """
    y, p = _same_shape("mean_absolute_error", y, p)
    return float(np.mean(np.abs(p - y)))


def mean_squared_error(y: Array, p: Array) -> float:
    """Return the mean of (p − y)² over rows and outputs.

    Parameters
    ----------
    y, p : Array
        Targets and predictions of the same shape; (N,) and (N, 1) count as the same.

    Raises
    ------
    DataError
        The arrays are empty or differ in shape.

    Examples
    --------
    >>> mean_squared_error([1, 2], [[1.5], [1.0]])
    0.625
    """
    y, p = _same_shape("mean_squared_error", y, p)
    return float(np.mean((p - y) ** 2))


def r2(y: Array, p: Array) -> float:
    """Return R² = 1 − Σ (p − y)² / Σ (y − mean y)², the mean over the outputs.

    1 is perfect; 0 is as good as predicting the mean of y. An output whose y is constant counts 1
    if it is predicted exactly, else 0.

    Parameters
    ----------
    y, p : Array
        Targets and predictions of the same shape; (N,) and (N, 1) count as the same.

    Raises
    ------
    DataError
        The arrays are empty or differ in shape.

    Examples
    --------
    >>> r2([1, 2, 3], [1, 2, 4])
    0.5
    """
    y, p = _same_shape("r2", y, p)
    error, spread = ((p - y) ** 2).sum(axis=0), ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    constant = np.where(error == 0, 1.0, 0.0)
    return float(
        np.mean(np.where(spread > 0, 1 - error / np.where(spread > 0, spread, 1), constant))
    )


def _same_shape(where: str, y: Array, p: Array) -> tuple[Array, Array]:
    """Return y and p as float64; refuse shapes that would only broadcast."""
    y, p = read_rows(where, y, p)
    if y.shape != p.shape:
        raise DataError(
            where,
            "y and p of one shape",
            f"{y.shape} and {p.shape}",
            "Compare each number with its own.",
        )
    return y.astype(np.float64), p.astype(np.float64)
