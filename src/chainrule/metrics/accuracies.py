"""Accuracy, and accuracy among the k most probable classes."""

from collections.abc import Callable

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..settings import is_whole
from .classes import read_classes


def accuracy(y: Array, p: Array) -> float:
    """Return the fraction of rows whose class is predicted.

    Parameters
    ----------
    y, p : Array
        Targets and predictions, in any form of `chainrule.metrics`.

    Raises
    ------
    DataError
        The arrays are empty, differ in length, or are not classes.

    Examples
    --------
    >>> accuracy([0, 1, 2], [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])
    0.6666666666666666
    >>> accuracy([[0], [1]], [[0.2], [0.6]])
    1.0
    """
    truth, predicted, _ = read_classes("accuracy", y, p)
    return float(np.mean(truth == predicted))


def top_k_accuracy(k: int) -> Callable[[Array, Array], float]:
    """Return the metric: the fraction of rows whose class is among the k most probable ones.

    Classes of equal probability are ranked by their index, as argmax does, so k = 1 is the
    accuracy.

    Parameters
    ----------
    k : int
        Number of guesses per row, ≥ 1.

    Returns
    -------
    metric : callable
        `metric(y, p)` for probabilities p (N, K). Its name is "top_k_accuracy" with the number k.

    Raises
    ------
    ParameterError
        k is not a whole number ≥ 1.
    DataError
        When the metric is called: p does not have K columns, or as in `accuracy`.

    Examples
    --------
    >>> top_2_accuracy = top_k_accuracy(2)
    >>> top_2_accuracy([0, 1, 2], [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])
    0.6666666666666666
    """
    if not (is_whole(k) and k >= 1):
        raise ParameterError(
            f"top_k_accuracy(k={k!r}): k must be a whole number ≥ 1. The usual value is 5."
        )
    name = f"top_{k}_accuracy"

    def metric(y: Array, p: Array) -> float:
        truth, _, classes = read_classes(name, y, p)
        p = np.asarray(p)
        if p.ndim != 2 or p.shape[1] < 2:
            raise DataError(
                name, "probabilities p (N, K) of two or more classes", f"{p.shape}", "Use accuracy."
            )
        own = p[np.arange(len(p)), truth][:, None]
        before = (p > own) | ((p == own) & (np.arange(classes) < truth[:, None]))
        return float(np.mean(before.sum(axis=1) < k))

    metric.__name__ = metric.__qualname__ = name
    return metric
