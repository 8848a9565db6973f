"""Splitting rows into a training set and a test set."""

import math

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..foreign import known_keywords
from ..random import SPLIT, words
from ..settings import is_number, is_whole

AT_ONCE = 1 << 16  # rows whose random words are made at once
KEYWORDS = {"test_size": "Here it is called test.", "shuffle": "Rows are always shuffled."}


@known_keywords("split", KEYWORDS)
def split(
    X: Array, y: Array, *, test: float = 0.25, seed: int = 0, stratify: bool = False
) -> tuple[Array, Array, Array, Array]:
    """Shuffle the rows and set ⌈test · N⌉ of them aside.

    Parameters
    ----------
    X, y : Array
        Inputs and targets, N rows each.
    test : float
        Fraction of the rows that become the test set, between 0 and 1.
    seed : int
        Seed of the shuffle, a whole number from 0 to 2³² − 1.
    stratify : bool
        True: each class (each value of y, or each one-hot row) gives the same fraction of its rows,
        within one row.

    Shapes
    ------
    X (N, ...), y (N, ...) ->
    X_train (N − M, ...), y_train (N − M, ...), X_test (M, ...), y_test (M, ...)

    Returns
    -------
    X_train, y_train, X_test, y_test : Array
        The four parts, in the order of `mnist()`.

    Raises
    ------
    ParameterError
        The fraction or the seed is outside its range.
    DataError
        X and y differ in length, or a part would be empty.

    Examples
    --------
    >>> X_train, y_train, X_test, y_test = split(np.arange(8), np.arange(8) % 2, stratify=True)
    >>> len(X_train), sorted(y_test.tolist())
    (6, [0, 1])
    """
    X, y = np.asarray(X), np.asarray(y)
    if not (is_number(test) and 0 < test < 1):
        raise ParameterError(
            f"split(test={test!r}): test must be a number between 0 and 1. The usual value is 0.25."
        )
    if not (is_whole(seed) and 0 <= seed < 2**32):
        raise ParameterError(
            f"split(seed={seed!r}): seed must be a whole number from 0 to 2³² − 1. "
            "The usual value is 0."
        )
    if X.ndim == 0 or y.ndim == 0 or len(X) != len(y):
        rows = [f"{len(a)} rows" if a.ndim else "no rows" for a in (X, y)]
        raise DataError(f"y has {rows[1]} but X has {rows[0]}. Each row of X needs one target.")
    size = math.ceil(test * len(X))
    if not 0 < size < len(X):
        raise DataError(
            f"split(test={test})",
            "rows for both parts",
            f"{len(X)} in all",
            "Give more rows or another test=.",
        )
    order = _shuffled(len(X), seed)
    chosen = _stratified(y[order], size) if stratify else np.arange(len(X)) < size
    train, held_out = order[~chosen], order[chosen]
    return X[train], y[train], X[held_out], y[held_out]


def _shuffled(n: int, seed: int) -> Array:
    """Return n row numbers in the order of their random words, in little more memory than these."""
    key = np.empty(n, np.uint32)
    for begin in range(0, n, AT_ONCE):
        rows = np.arange(begin, min(begin + AT_ONCE, n))
        key[rows] = words((seed, 0), SPLIT, 0, rows, 1)[:, 0]
    order: Array = np.argsort(key, kind="stable")
    return order


def _stratified(y: Array, size: int) -> Array:
    """Return True for `size` rows, the first of each class; the largest remainders round up."""
    axis = 0 if y.ndim > 1 else None  # rows of several numbers take more memory
    kind = np.unique(y, axis=axis, return_inverse=True)[1].reshape(len(y))
    exact = size * np.bincount(kind) / len(y)
    share = np.floor(exact).astype(int)
    share[np.argsort(share - exact, kind="stable")[: size - share.sum()]] += 1
    chosen = np.zeros(len(y), dtype=bool)
    for k, rows in enumerate(share):
        chosen[np.flatnonzero(kind == k)[:rows]] = True
    return chosen
