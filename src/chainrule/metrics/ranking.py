"""The area under the ROC curve."""

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
                [_area(column, p[:, k], f"column {k}") for k, column in enumerate(_columns(y, p))]
            )
        )
    truth, _ = read_truth("roc_auc", y)
    scores = p[:, 1] if p.ndim == 2 and p.shape[1] == 2 else p
    if scores.ndim != 1:
        raise DataError(
            "roc_auc",
            "p of shape (N,), (N, 1) or (N, 2)",
            f"{p.shape}",
            "Take the scores of one class.",
        )
    return _area(truth, scores, "y")


def _several_labels(y: Array, p: Array) -> bool:
    """Return True if rows have 0, 1 or more labels, each label a column of 0 and 1."""
    return (
        y.shape == p.shape
        and bool(np.isin(y, (0, 1)).all())
        and not bool((y.sum(axis=1) == 1).all())
    )


def _columns(y: Array, p: Array) -> Array:
    """Return for each class or label which rows have it: (K, N)."""
    if _several_labels(y, p):
        labels: Array = y.astype(np.int64).T
        return labels
    truth, _, classes = read_classes("roc_auc", y, p)
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
