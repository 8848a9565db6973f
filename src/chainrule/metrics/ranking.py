"""How well scores put rows in order: the areas under the ROC and the precision-recall curve."""

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .classes import read_classes, read_rows, read_truth


def roc_auc(y: Array, p: Array) -> float:
    """Return the area under the ROC curve.

    It is the probability that a row of class 1 scores higher than a row of class 0:
    AUC = (R − n₁ (n₁ + 1) / 2) / (n₀ n₁), with R the sum of the ranks of the n₁ rows of class 1;
    ties share their mean rank. For more classes, or for several labels per row, it is the mean over
    the columns: each class against all others (macro average).

    Parameters
    ----------
    y : Array
        Two classes: 0 and 1, −1 and 1, or one-hot rows (N, 2). K classes: their indices, or one-hot
        rows (N, K). K labels: rows of 0 and 1, (N, K).
    p : Array
        Scores (N,) or (N, 1), or probabilities (N, 2) or (N, K). Only their order counts.

    Raises
    ------
    DataError
        A class or label has no row or every row, there is only one class, or y and p are empty or
        differ in length.

    References
    ----------
    Hanley & McNeil, "The meaning and use of the area under a receiver operating
    characteristic (ROC) curve",
    Radiology 143 (1982).

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    >>> roc_auc([0, 1, 2, 2], [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8], [0.1, 0.4, 0.5]])
    1.0
    """
    y, p = read_rows("roc_auc", y, p)
    if p.ndim == 2 and (p.shape[1] > 2 or _several_labels(y, p)):
        return float(
            np.mean(
                [
                    _area(column, p[:, k], f"column {k}")
                    for k, column in enumerate(_columns("roc_auc", y, p))
                ]
            )
        )
    return _area(*_one_column("roc_auc", y, p), "y")


def average_precision(y: Array, p: Array) -> float:
    """Return the average precision, the area under the precision-recall curve.

    Rows are taken from the highest score down: AP = Σₖ (Rₖ − Rₖ₋₁) Pₖ, with the precision Pₖ and the
    recall Rₖ after the k-th different score. A random order has AP = the share of class 1, so it
    tells more than the ROC curve if class 1 is rare. For more classes, or for several labels per
    row, it is the mean over the columns (macro average).

    Parameters
    ----------
    y : Array
        As in `roc_auc`.
    p : Array
        Scores (N,) or (N, 1), or probabilities (N, 2) or (N, K). Only their order counts.

    Raises
    ------
    DataError
        A class or label has no row, or y and p are empty or differ in length.

    References
    ----------
    Davis & Goadrich, "The relationship between precision-recall and ROC curves", ICML 2006.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333
    """
    y, p = read_rows("average_precision", y, p)
    if p.ndim == 2 and (p.shape[1] > 2 or _several_labels(y, p)):
        columns = _columns("average_precision", y, p)
        found = [_precision(c, p[:, k], f"column {k}") for k, c in enumerate(columns)]
        return float(np.mean(found))
    return _precision(*_one_column("average_precision", y, p), "y")


def _one_column(where: str, y: Array, p: Array) -> tuple[Array, Array]:
    """Return the class of each row, 0 or 1, and the score of class 1."""
    truth, _ = read_truth(where, y)
    scores = p[:, 1] if p.ndim == 2 and p.shape[1] == 2 else p
    if scores.ndim != 1:
        raise DataError(
            where,
            "p of shape (N,), (N, 1) or (N, 2)",
            f"{p.shape}",
            "Take the scores of one class.",
        )
    return truth, scores


def _precision(truth: Array, scores: Array, where: str) -> float:
    """Return the average precision for one column of 0 and 1."""
    if truth.max() != 1:
        raise DataError(
            f"average_precision, {where}",
            "rows of the classes 0 and 1",
            f"{np.bincount(truth).tolist()} rows per class",
            "Compare two classes, one of them with a row.",
        )
    order = np.argsort(-scores, kind="stable")
    truth, scores = truth[order], scores[order]
    last = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)  # of each different score
    right = np.cumsum(truth)[last]
    share = np.diff(right, prepend=0) / truth.sum()  # Rₖ − Rₖ₋₁
    return float(np.sum(share * right / (last + 1)))


def _several_labels(y: Array, p: Array) -> bool:
    """Return True if rows have 0, 1 or more labels, each label a column of 0 and 1."""
    return (
        y.shape == p.shape
        and bool(np.isin(y, (0, 1)).all())
        and not bool((y.sum(axis=1) == 1).all())
    )


def _columns(where: str, y: Array, p: Array) -> Array:
    """Return for each class or label which rows have it: (K, N)."""
    if _several_labels(y, p):
        labels: Array = y.astype(np.int64).T
        return labels
    truth, _, classes = read_classes(where, y, p)
    found: Array = (truth == np.arange(classes)[:, None]).astype(np.int64)
    return found


def _area(truth: Array, scores: Array, where: str) -> float:
    """Return the area for one column of 0 and 1."""
    count = np.bincount(truth, minlength=2)
    if len(count) > 2 or not count.all():
        raise DataError(
            f"roc_auc, {where}",
            "rows of the classes 0 and 1",
            f"{count.tolist()} rows per class",
            "Compare two classes.",
        )
    _, place, repeats = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(repeats) - (repeats - 1) / 2)[place]
    n0, n1 = count.tolist()
    return float((rank[truth == 1].sum() - n1 * (n1 + 1) / 2) / (n0 * n1))
