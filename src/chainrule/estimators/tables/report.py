"""Compare a table's model with a linear model and gradient boosting on held-out rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge

from ...arrays import Array
from ...datasets import split
from .baselines import for_boosting, for_linear
from .classifier import TableClassifier
from .kinds import missing_words
from .model import TableModel
from .table import Table

LEAST = 1e-15  # a probability, inside the logarithm


def hold_out(y: Array, fraction: float, seed: int, classes: bool) -> tuple[Array, Array]:
    """Return the numbers of the rows to train on and of those to test on.

    Each class has the same share in both; a class that occurs once is trained on.

    Parameters
    ----------
    y : array (N,)
        Targets.
    fraction : float
        The share of rows to test on, 0 ≤ fraction < 1.
    seed : int
        The seed of the choice.
    classes : bool
        True if the targets are classes.
    """
    rows = np.arange(len(y))
    if not fraction:
        return rows, rows[:0]
    labels = np.unique(y, return_inverse=True)[1] if classes else np.zeros(len(y), int)
    train, _, test, _ = split(rows, labels, test=fraction, seed=seed, stratify=classes)
    known = np.isin(labels[test], labels[train])
    return np.sort(np.concatenate([train, test[~known]])), np.sort(test[known])


def compare(
    model: TableModel,
    table: Table,
    y: Array,
    held: Table,
    y_held: Array,
    *,
    weights: tuple[Array | None, Array | None] = (None, None),
    baselines: bool = True,
) -> dict[str, dict[str, float]]:
    """Return the scores on the held-out rows, by the name of the model.

    The other models get the columns as such models want them, see `baselines`.

    Parameters
    ----------
    model : TableModel
        A model that was fitted on `table`.
    table, y : Table, array
        Training rows.
    held, y_held : Table, array
        Rows to test on.
    weights : pair of arrays
        The weights of training rows and of test rows, for training and for scores; None: all equal.
    baselines : bool
        False: without the other models.
    """
    classes = isinstance(model, TableClassifier)
    score = _scores_of_classes if classes else _scores_of_numbers
    found = {"chainrule": score(model, held, y_held, weights[1])}
    if not baselines:
        return found
    columns = model.encoder_.columns_
    if not any(column.inputs for column in columns):
        return found
    table, held = (part.emptied(missing_words(model.missing)) for part in (table, held))
    *raw, categories = for_boosting(columns, table, held)
    for name, other in _others(classes, categories).items():
        X, X_held = for_linear(columns, table, held) if name.startswith("linear") else raw
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the warning that a baseline has not converged
            found[name] = score(
                other.fit(X, y, sample_weight=weights[0]), X_held, y_held, weights[1]
            )
    return found


def _others(classes: bool, categories: Array) -> dict[str, Any]:
    """Return the other models by name, not yet fitted."""
    settings = {"random_state": 0, "categorical_features": categories}
    if classes:
        return {
            "linear (logistic regression)": LogisticRegression(max_iter=2000),
            "gradient boosting": HistGradientBoostingClassifier(**settings),
            "always the most frequent": DummyClassifier(strategy="prior"),
        }
    return {
        "linear (ridge regression)": Ridge(),
        "gradient boosting": HistGradientBoostingRegressor(**settings),
        "always the mean": DummyRegressor(),
    }


def _scores_of_classes(model: Any, X: Any, y: Array, w: Array | None) -> dict[str, float]:
    p = np.asarray(model.predict_proba(X), np.float64)
    at = np.searchsorted(model.classes_, y)
    right = p[np.arange(len(y)), at] / p.sum(axis=1)
    hit, loss = p.argmax(axis=1) == at, -np.log(right.clip(LEAST))
    return {
        "accuracy": float(np.average(hit, weights=w)),
        "log loss": float(np.average(loss, weights=w)),
    }


def _scores_of_numbers(model: Any, X: Any, y: Array, w: Array | None) -> dict[str, float]:
    error = np.asarray(model.predict(X), np.float64) - y
    square = float(np.average(error**2, weights=w))
    spread = float(np.average((y - np.average(y, weights=w)) ** 2, weights=w))
    r2 = 1 - square / spread if spread else float("nan")
    return {
        "RMSE": float(np.sqrt(square)),
        "MAE": float(np.average(np.abs(error), weights=w)),
        "R2": r2,
    }


def as_text(scores: dict[str, dict[str, float]]) -> str:
    """Return the scores as a table for a terminal."""
    columns = list(next(iter(scores.values())))
    width = max(map(len, scores))
    cells = {name: [f"{row[c]:.4g}" for c in columns] for name, row in scores.items()}
    sizes = [max(len(c), *(len(row[k]) for row in cells.values())) for k, c in enumerate(columns)]
    lines = [
        f"  {'':<{width}}" + "".join(f"  {c:>{n}}" for c, n in zip(columns, sizes, strict=True))
    ]
    lines += [
        f"  {name:<{width}}" + "".join(f"  {c:>{n}}" for c, n in zip(row, sizes, strict=True))
        for name, row in cells.items()
    ]
    return "\n".join(lines)
