"""Compare a table's model with a linear model and gradient boosting on held-out rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from ...arrays import Array
from ...datasets import split
from ...metrics import calibration_error
from .baselines import for_boosting, for_linear
from .classifier import TableClassifier
from .kinds import missing_words
from .model import TableModel
from .table import Table

SHOWN = 12  # classes with a line of their own
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
    rows = np.arange(len(y), dtype=np.int32 if len(y) < 2**31 else np.int64)
    if not fraction:
        return rows, rows[:0]
    if not classes:
        train, _, test, _ = split(rows, rows, test=fraction, seed=seed)
        return np.sort(train), np.sort(test)
    labels = np.unique(y, return_inverse=True)[1].astype(np.int32)
    train, own, test, _ = split(rows, labels, test=fraction, seed=seed, stratify=True)
    known = np.isin(labels[test], np.unique(own))
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
    found = {"chainrule": scores_of(model, held, y_held, weights[1])}
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


def scores_of(model: TableModel, X: Any, y: Array, w: Array | None) -> dict[str, float]:
    """Return the scores of a table's model by name, on rows with targets y and weights w."""
    classes = isinstance(model, TableClassifier)
    return (_scores_of_classes if classes else _scores_of_numbers)(model, X, y, w)


def _scores_of_classes(model: Any, X: Any, y: Array, w: Array | None) -> dict[str, float]:
    p = np.asarray(model.predict_proba(X), np.float64)
    at = np.searchsorted(model.classes_, y)
    right = p[np.arange(len(y)), at] / p.sum(axis=1)
    hit, loss = p.argmax(axis=1) == at, -np.log(right.clip(LEAST))
    return {
        "accuracy": float(np.average(hit, weights=w)),
        "log loss": float(np.average(loss, weights=w)),
        **_areas(at, p, w),
    }


def _areas(at: Array, p: Array, w: Array | None) -> dict[str, float]:
    """Return the areas under the ROC and the precision-recall curve.

    Of two classes the rarer one is looked for; of more it is the mean over the classes that occur.
    """
    counts = np.bincount(at, minlength=p.shape[1])
    looked_for = [int(counts.argmin())] if p.shape[1] == 2 else np.flatnonzero(counts).tolist()
    areas = {
        name: [float(area(at == k, p[:, k], sample_weight=w)) for k in looked_for]
        for name, area in (("ROC AUC", roc_auc_score), ("avg precision", average_precision_score))
        if counts[looked_for].min() > 0 and counts.max() < len(at)
    }
    return {name: float(np.mean(found)) for name, found in areas.items()}


def details(model: Any, X: Any, y: Array, w: Array | None) -> list[str]:
    """Return lines about a classifier's answers: each class, the confusions, and calibration.

    Parameters
    ----------
    model : TableClassifier
        A fitted model.
    X, y : Table, array
        Rows to test on.
    w : array, optional
        Their weights.
    """
    p = np.asarray(model.predict_proba(X), np.float64)
    at, found = np.searchsorted(model.classes_, y), p.argmax(axis=1)
    matrix = confusion_matrix(at, found, labels=range(p.shape[1]), sample_weight=w)
    order = np.argsort(-matrix.sum(axis=1), kind="stable")[:SHOWN]
    names = [_short(str(model.classes_[k])) for k in order]
    width = max([len("class"), *map(len, names)])
    lines = [f"  {'class':<{width}}  {'rows':>6}  recall  precision  taken for"]
    for k, name in zip(order, names, strict=True):
        right, rows, taken = matrix[k, k], matrix[k].sum(), matrix[:, k].sum()
        recall = f"{right / rows:.3f}" if rows else "-"
        precision = f"{right / taken:.3f}" if taken else "-"
        others = [(matrix[k, j], j) for j in range(p.shape[1]) if j != k and matrix[k, j]]
        wrong = [
            f"{_short(str(model.classes_[j]))} ({n:g})"
            for n, j in sorted(others, key=lambda pair: (-pair[0], pair[1]))[:3]
        ]
        lines.append(
            f"  {name:<{width}}  {rows:>6g}  {recall:>6}  {precision:>9}  {', '.join(wrong)}".rstrip()
        )
    if more := p.shape[1] - len(order):
        lines.append(f"  and {more} more classes")
    square = (p / p.sum(axis=1, keepdims=True) - np.eye(p.shape[1])[at]) ** 2
    brier = float(np.average(square.sum(axis=1), weights=w)) / (2 if p.shape[1] == 2 else 1)
    sure, right = p.max(axis=1), float(np.average(found == at, weights=w))
    lines.append(
        f"calibration: it is {np.average(sure, weights=w):.1%} sure on average and right in "
        f"{right:.1%}; calibration error {calibration_error(at, p):.3f}, Brier score {brier:.4g}"
    )
    return lines


def _short(text: str, limit: int = 20) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


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
    scores = {name: {c: row.get(c, float("nan")) for c in columns} for name, row in scores.items()}
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
