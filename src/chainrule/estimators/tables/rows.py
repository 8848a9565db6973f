"""Training rows of a table's model: their weights, and those held out for validation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import DataError

LEAST = 20  # if fewer rows are different, none is held out for validation
SMALL, HUGE = 1e-200, 1e200
BINS = 10  # groups of the targets of a regression; each has the same share of validation rows


def checked_weights(weights: Any, n: int, names: Any = None) -> Array | None:
    """Return one finite number ≥ 0 for each row, or None.

    Parameters
    ----------
    weights : array (N,) or None
        The weights that the user gave.
    n : int
        The number of rows.
    names : function, optional
        It returns the place of a row for messages.

    Raises
    ------
    DataError
        Weights that are missing, negative, infinite, all 0, or not one for each row.
    """
    if weights is None:
        return None
    try:
        w = np.asarray(weights, np.float64)
    except (TypeError, ValueError):
        raise DataError(
            "sample_weight", "numbers ≥ 0", f"{weights!r:.40}", "Give one number for each row."
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
    check_each(w, names)
    largest = float(w.max(initial=0))
    check_some(largest)
    return w if is_usual(largest) else w / largest


def check_each(w: Array, names: Any = None) -> None:
    """Raise DataError for a weight that is no finite number ≥ 0; see `checked_weights`."""
    wrong = ~np.isfinite(w) | (w < 0)
    if wrong.any():
        row = int(np.argmax(wrong))
        where = f"sample_weight, row {row}" if names is None else names(row)
        got = "an empty cell" if np.isnan(w[row]) else f"{w[row]:g}"
        raise DataError(where, "a weight ≥ 0", got, "0 leaves a row out.")


def check_some(largest: float) -> None:
    """Raise DataError if the largest weight is 0."""
    if largest == 0:
        raise DataError(
            "sample_weight",
            "weights that are not all zero",
            "zero weights only",
            "Give some rows a weight > 0.",
        )


def is_usual(largest: float) -> bool:
    """Return False if weights up to this one are divided by it.

    Only their ratios count; sums of numbers far from 1 would overflow or lose digits.
    """
    return SMALL < largest < HUGE


def together(
    rows: Array, target: Array, weights: Array | None
) -> tuple[Array, Array, Array | None]:
    """Merge equal rows, with the sum of their weights, if there are fewer than 20 different rows.

    So a row of weight k is the same as the row k times.
    """
    key = np.column_stack([rows, target]).astype(np.float64) + 0.0  # -0.0 is 0.0
    if len(np.unique(key[:1000], axis=0)) >= LEAST:
        return rows, target, weights
    _, first, which = np.unique(key, axis=0, return_index=True, return_inverse=True)
    if len(first) >= LEAST:
        return rows, target, weights
    sums = np.bincount(which.ravel(), np.ones(len(rows)) if weights is None else weights)
    return rows[first], target[first], None if np.ptp(sums) == 0 else sums


def validation_order(target: Array, seed: int) -> tuple[Array, Array]:
    """Return the rows in an order for `parts`, and the rows that are alone in their class.

    Every stretch of the order has its share of each class, or of each tenth of the targets. Rows
    that are alone in their class are not in it: every network trains on them.

    Parameters
    ----------
    target : array (N,)
        Class numbers, or numbers.
    seed : int
        The seed of the order.
    """
    y = target.ravel()
    n = len(y)
    order = random.permutation((seed, random.path_hash("validation")), n).astype(np.int32)
    labels = y
    if y.dtype.kind == "f":
        rank = np.argsort(y, kind="stable").astype(np.int32)
        labels = np.empty(n, np.uint8)
        for k in range(BINS):  # numbers j with ⌊j · BINS / n⌋ = k
            labels[rank[-(-k * n // BINS) : -(-(k + 1) * n // BINS)]] = k
        del rank
    own = labels[order]
    place = np.empty(n)
    alone = np.zeros(n, bool)
    for label in np.unique(labels):
        members = np.flatnonzero(own == label)
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
        alone[members] = len(members) == 1
    turn = np.argsort(place, kind="stable")
    del place
    order, alone = order[turn], alone[turn]
    return order[~alone], order[alone]


def parts(order: Array, alone: Array, fraction: float, number: int) -> tuple[Array, Array]:
    """Return the rows that a network trains on and those that it holds out for validation.

    Each network holds out the stretch of the order after that of the network before it.

    Parameters
    ----------
    order, alone : array
        The results of `validation_order`.
    fraction : float
        The share of rows for validation, 0 < fraction < 1.
    number : int
        The number of the network, from 0.
    """
    n = len(order)
    size = min(max(round(fraction * n), 1), n - 1)
    order = np.roll(order, -(round(number * fraction * n) % n))
    return np.sort(np.concatenate([order[size:], alone])), np.sort(order[:size])
