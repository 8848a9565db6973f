"""Training rows of a table's model: what each one counts, and which are held for validation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import DataError

LEAST = 20  # different rows; of fewer none is held for validation
BINS = 10  # of the targets of a regression, each of which gives the same part


def checked_weights(weights: Any, n: int, names: Any = None) -> Array | None:
    """One finite number ≥ 0 a row.

    Parameters
    ----------
    weights : array (N,) or None
        As the user gave them.
    n : int
        The number of rows.
    names : function, optional
        Row number -> where it stands.

    Raises
    ------
    DataError
        Weights that are missing, negative, infinite, all 0, or too few.
    """
    if weights is None:
        return None
    try:
        w = np.asarray(weights, np.float64)
    except (TypeError, ValueError):
        raise DataError(
            "sample_weight", "numbers ≥ 0", f"{weights!r:.40}", "Give one number a row."
        ) from None
    if w.ndim == 0:
        w = np.full(n, float(w))
    if w.shape != (n,):
        raise DataError(
            "sample_weight",
            f"one number for each of the {n} rows",
            f"shape {w.shape}",
            "Give a flat array.",
        )
    wrong = ~np.isfinite(w) | (w < 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        where = f"sample_weight, row {row}" if names is None else names(row)
        told = "an empty cell" if np.isnan(w[row]) else f"{w[row]:g}"
        raise DataError(where, "a weight ≥ 0", told, "0 leaves a row out.")
    if not w.any():
        raise DataError(
            "sample_weight",
            "weights that are not all zero",
            "zero weights only",
            "A weight says how much a row counts.",
        )
    return w


def together(
    rows: Array, target: Array, weights: Array | None
) -> tuple[Array, Array, Array | None]:
    """Where there are fewer than 20 different rows, each once, with the sum of its weights: a weight of k is the row k times."""
    key = np.column_stack([rows, target]).astype(np.float64) + 0.0  # -0.0 is 0.0
    if len(np.unique(key[:1000], axis=0)) >= LEAST:
        return rows, target, weights
    _, first, which = np.unique(key, axis=0, return_index=True, return_inverse=True)
    if len(first) >= LEAST:
        return rows, target, weights
    sums = np.bincount(which.ravel(), np.ones(len(rows)) if weights is None else weights)
    return rows[first], target[first], None if np.ptp(sums) == 0 else sums


def validation_order(target: Array, seed: int) -> tuple[Array, Array]:
    """The rows in an order any stretch of which has its part of each class, or of each tenth of the targets; and those that are
    the only one of their class, which are always learned.

    Parameters
    ----------
    target : array (N,)
        Class numbers, or numbers.
    seed : int
        Which order.
    """
    y = target.ravel()
    order = random.permutation((seed, random.path_hash("validation")), len(y))
    labels = y
    if y.dtype.kind == "f":
        labels = np.empty(len(y), int)
        labels[np.argsort(y, kind="stable")] = np.arange(len(y)) * BINS // len(y)
    place = np.empty(len(y))
    alone = np.zeros(len(y), bool)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
        alone[members] = len(members) == 1
    order = order[np.argsort(place[order], kind="stable")]
    return order[~alone[order]], order[alone[order]]


def parts(order: Array, alone: Array, fraction: float, number: int) -> tuple[Array, Array]:
    """Rows to learn from and to validate on of network `number`: each network holds the stretch behind the one before.

    Parameters
    ----------
    order, alone : array
        Of `validation_order`.
    fraction : float
        Part of the rows for validation, 0 < fraction < 1.
    number : int
        Counted from 0.
    """
    n = len(order)
    size = min(max(round(fraction * n), 1), n - 1)
    at = (round(number * fraction * n) + np.arange(n)) % n
    return np.sort(np.concatenate([order[at[size:]], alone])), np.sort(order[at[:size]])
