"""How good probabilities are, not only whether the largest one is right."""

import numpy as np

from ..arrays import Array
from ..errors import DataError, ParameterError
from ..settings import is_whole
from .classes import read_classes, read_rows

LEAST = 1e-15  # a probability, inside the logarithm


def log_loss(y: Array, p: Array) -> float:
    """Return the mean of −log p of the true class, in nats.

    A probability below 1e-15 counts as 1e-15.

    Parameters
    ----------
    y : Array
        Classes, in any form of `chainrule.metrics`.
    p : Array
        Probabilities (N, K), or those of class 1, (N,) or (N, 1).

    Raises
    ------
    DataError
        p are no probabilities, or as in `accuracy`.

    Examples
    --------
    >>> round(log_loss([0, 1], [0.2, 0.6]), 4)
    0.367
    """
    truth, p = _read("log_loss", y, p)
    return float(np.mean(-np.log(p[np.arange(len(p)), truth].clip(LEAST))))


def brier(y: Array, p: Array) -> float:
    """Return the Brier score, the mean squared error of the probabilities.

    For two classes (p₁ − y)², for more Σₖ (pₖ − [y = k])²; the mean over the rows. 0 is perfect.

    Parameters
    ----------
    y, p : Array
        As in `log_loss`.

    Raises
    ------
    DataError
        As in `log_loss`.

    References
    ----------
    Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78
    (1950).

    Examples
    --------
    >>> round(brier([0, 1], [0.2, 0.6]), 4)
    0.1
    """
    truth, p = _read("brier", y, p)
    off = p - (truth[:, None] == np.arange(p.shape[1]))
    return float(np.mean((off**2).sum(axis=1)) / (2 if p.shape[1] == 2 else 1))


def calibration_error(y: Array, p: Array, bins: int = 10) -> float:
    """Return the expected calibration error: how far "90 % sure" is from right in 90 %.

    The rows are grouped by the probability of the predicted class, in bins of equal width; the
    error is Σ (rows of the bin / N) |share that is right − mean probability|.

    Parameters
    ----------
    y, p : Array
        As in `log_loss`.
    bins : int
        Number of bins between 0 and 1, ≥ 1.

    Raises
    ------
    ParameterError
        bins is not a whole number ≥ 1.
    DataError
        As in `log_loss`.

    References
    ----------
    Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", ICML 2017, equation 3.

    Examples
    --------
    >>> round(calibration_error([0, 1, 1, 1], [0.9, 0.9, 0.9, 0.9]), 4)
    0.15
    """
    if not (is_whole(bins) and bins >= 1):
        raise ParameterError(
            f"calibration_error(bins={bins!r}): bins must be a whole number ≥ 1. "
            "The usual value is 10."
        )
    truth, p = _read("calibration_error", y, p)
    sure, right = p.max(axis=1), p.argmax(axis=1) == truth
    group = np.ceil(sure * bins).astype(int).clip(1, bins) - 1
    gaps = np.bincount(group, right - sure, bins)  # n_b (share that is right − mean probability)
    return float(np.abs(gaps).sum() / len(p))


def _read(where: str, y: Array, p: Array) -> tuple[Array, Array]:
    """Return the class of each row, and its probabilities (N, K)."""
    y, p = read_rows(where, y, p)
    p = p.astype(np.float64)
    if p.ndim == 1:
        p = np.column_stack([1 - p, p])
    truth, _, _ = read_classes(where, y, p)
    if p.min() < 0 or not np.allclose(p.sum(axis=1), 1, atol=1e-3):
        wrong = int(np.argmax((p.min(axis=1) < 0) | (np.abs(p.sum(axis=1) - 1) > 1e-3)))
        raise DataError(
            f"{where}, row {wrong}",
            "probabilities p from 0 to 1 that sum to 1",
            f"{p[wrong]}"[:60],
            "Give the probabilities that predict gives, not scores.",
        )
    return truth, p / p.sum(axis=1, keepdims=True)
