"""Columns that give the target away: one of them alone predicts it without a mistake."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ... import random
from ...arrays import Array
from .baselines import for_boosting
from .columns import Column, IgnoredColumn
from .table import Table

MOST = 4000  # rows that are looked at
LEAST = 40  # with fewer rows, no mistake may be chance
SHARE = 0.9999  # of the target's variance
FAR = 1e38  # trees of scikit-learn hold numbers as float32


def leaks(columns: Sequence[Column], table: Table, y: Array, classes: bool, seed: int) -> list[str]:
    """Return the names of the columns that alone predict the target of rows they did not see.

    A tree learns from the one column on half of the rows, and predicts the other half; and the
    other way round. A leak makes no mistake: every class is right, or R² is above 0.9999. For
    numbers, a straight line is tried as well.

    Parameters
    ----------
    columns : sequence of Column
        The measured columns.
    table, y : Table, array
        Rows and their targets.
    classes : bool
        True if the targets are classes.
    seed : int
        The seed of the choice of rows.
    """
    order = random.permutation((seed, random.path_hash("leaks")), len(y))[:MOST]
    y, part = y[order], table.take(order)
    if len(y) < LEAST or len(np.unique(y)) < 2:
        return []
    if classes:
        y = np.unique(y, return_inverse=True)[1]
        counts = np.bincount(y)
        if len(y) - counts.max() < LEAST / 4:  # nearly all rows are of one class
            return []
    half = len(y) // 2
    found = []
    for column in columns:
        if isinstance(column, IgnoredColumn):
            continue
        X, _, _ = for_boosting([column], part, part)
        X = X.clip(-FAR, FAR)
        for learned, held in ((slice(half), slice(half, None)), (slice(half, None), slice(half))):
            tree = (DecisionTreeClassifier if classes else DecisionTreeRegressor)(random_state=0)
            tree.fit(X[learned], y[learned])
            p = np.asarray(tree.predict(X[held]))
            if classes and (p != y[held]).any():
                break
            if not classes and max(_share(y[held], p), _line(X, y, learned, held)) <= SHARE:
                break
        else:
            found.append(column.name)
    return found


def _share(y: Array, p: Array) -> float:
    """Return R²."""
    spread = float(((y - y.mean()) ** 2).sum())
    return 1 - float(((p - y) ** 2).sum()) / spread if spread else 0.0


def _line(X: Array, y: Array, learned: slice, held: slice) -> float:
    """Return R² of a straight line; 0 if the column is no number, or has missing cells."""
    if X.shape[1] != 1 or not np.isfinite(X).all() or not np.ptp(X[learned]):
        return 0.0
    x = (X[:, 0] - X[:, 0].mean()) / np.abs(X).max()
    slope, start = np.polyfit(x[learned], y[learned], 1)
    return _share(y[held], slope * x[held] + start)
