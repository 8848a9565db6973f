"""Does a row of class 1 come before a row of class 0?"""

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .classes import read_rows, read_truth


def roc_auc(y: Array, p: Array) -> float:
    """The area under the ROC curve: how probable it is that a row of class 1 scores higher than a row of class 0.

    AUC = (R − n₁ (n₁ + 1) / 2) / (n₀ n₁) with R the sum of the ranks of the n₁ rows of class 1; ties share their mean rank.

    Parameters
    ----------
    y : Array
        Targets of two classes: 0 and 1, −1 and 1, or one-hot rows (N, 2).
    p : Array
        Scores (N,) or (N, 1), or probabilities (N, 2). Only their order counts.

    Raises
    ------
    DataError
        If there are not two classes, each with a row; if y and p are empty or differ in length.

    References
    ----------
    Hanley & McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
    Radiology 143 (1982).

    Examples
    --------
    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    y, p = read_rows("roc_auc", y, p)
    truth, _ = read_truth("roc_auc", y)
    scores = p[:, 1] if p.ndim == 2 and p.shape[1] == 2 else p
    if scores.ndim != 1:
        raise DataError("roc_auc", "p of shape (N,), (N, 1) or (N, 2)", f"{p.shape}", "Take the scores of one class.")
    count = np.bincount(truth, minlength=2)
    if len(count) > 2 or not count.all():
        raise DataError(
            "roc_auc", "rows of the classes 0 and 1", f"{count.tolist()} rows a class", "Compare two classes."
        )
    _, place, repeats = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(repeats) - (repeats - 1) / 2)[place]
    n0, n1 = count.tolist()
    return float((rank[truth == 1].sum() - n1 * (n1 + 1) / 2) / (n0 * n1))
