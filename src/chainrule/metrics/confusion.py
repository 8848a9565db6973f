"""The confusion matrix, and precision, recall and F1, which follow from it."""

import numpy as np

from ..arrays import Array
from .classes import read_classes


def confusion_matrix(y: Array, p: Array) -> Array:
    """Return how often each class was predicted as each class.

    Parameters
    ----------
    y, p : Array
        Targets and predictions, in any form of `chainrule.metrics`.

    Returns
    -------
    matrix : Array
        (K, K) int64. The row is the true class, the column the predicted one.

    Raises
    ------
    DataError
        As in `accuracy`.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 2])
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 0, 1]])
    """
    return _counts("confusion_matrix", y, p)


def _counts(where: str, y: Array, p: Array) -> Array:
    """Return the confusion matrix, with the name of the metric for errors."""
    truth, predicted, classes = read_classes(where, y, p)
    return (
        np.bincount(classes * truth + predicted, minlength=classes**2)
        .reshape(classes, classes)
        .astype(np.int64)
    )


def by_class(y: Array, p: Array) -> dict[str, Array]:
    """Return precision, recall and F1 of each class.

    precision = right / predicted,   recall = right / true,   F1 = 2 right / (predicted + true).
    0 / 0 counts as 0.

    Parameters
    ----------
    y, p : Array
        Targets and predictions, in any form of `chainrule.metrics`.

    Returns
    -------
    scores : dict of Array
        "precision", "recall" and "f1", (K,) float64. "support" and "predicted", (K,) int64: how
        many rows have each class, and for how many it is predicted.

    Raises
    ------
    DataError
        As in `accuracy`.

    Examples
    --------
    >>> by_class([0, 0, 1, 1], [0, 1, 1, 1])["recall"]
    array([0.5, 1. ])
    """
    return _scores("by_class", y, p)


def _scores(where: str, y: Array, p: Array) -> dict[str, Array]:
    """Compute `by_class`, with the name of the metric for errors."""
    matrix = _counts(where, y, p)
    right, true, predicted = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    return {
        "precision": right / np.maximum(predicted, 1),
        "recall": right / np.maximum(true, 1),
        "f1": 2 * right / np.maximum(predicted + true, 1),
        "support": true,
        "predicted": predicted,
    }


def precision(y: Array, p: Array) -> float:
    """Return the precision: of the rows predicted as a class, the fraction that is right.

    It is the mean over the classes (macro average). A class that is neither in y nor in p does not
    count. `by_class` gives the numbers of each class.

    Parameters
    ----------
    y, p : Array
        Targets and predictions, in any form of `chainrule.metrics`.

    Raises
    ------
    DataError
        As in `accuracy`.

    Examples
    --------
    >>> precision([0, 0, 1, 1], [0, 1, 1, 1])
    0.8333333333333333
    """
    return _macro("precision", y, p)


def recall(y: Array, p: Array) -> float:
    """Return the recall: of the rows of a class, the fraction that is found.

    It is the mean over the classes (macro average). A class that is neither in y nor in p does not
    count. `by_class` gives the numbers of each class.

    Parameters
    ----------
    y, p : Array
        Targets and predictions, in any form of `chainrule.metrics`.

    Raises
    ------
    DataError
        As in `accuracy`.

    Examples
    --------
    >>> recall([0, 0, 1, 1], [0, 1, 1, 1])
    0.75
    """
    return _macro("recall", y, p)


def f1(y: Array, p: Array) -> float:
    """Return F1, the harmonic mean of precision and recall.

    It is the mean over the classes (macro average). A class that is neither in y nor in p does not
    count. `by_class` gives the numbers of each class.

    Parameters
    ----------
    y, p : Array
        Targets and predictions, in any form of `chainrule.metrics`.

    Raises
    ------
    DataError
        As in `accuracy`.

    Examples
    --------
    >>> f1([0, 0, 1, 1], [0, 1, 1, 1])
    0.7333333333333334
    """
    return _macro("f1", y, p)


def _macro(name: str, y: Array, p: Array) -> float:
    """Return the mean of one score over the classes that occur."""
    scores = _scores(name, y, p)
    return float(np.mean(scores[name][scores["support"] + scores["predicted"] > 0]))
