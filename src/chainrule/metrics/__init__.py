"""Metrics: plain functions of targets y and predictions p, as `net.predict` gives them.

Classes may come in every form that a network or a user writes:

    y    class indices (N,) or (N, 1), or one-hot rows (N, K); −1 and 1 are the classes 0 and 1
    p    probabilities (N, K): the largest one wins; or, for two classes, one number per row, (N, 1)
         or (N,): class 1 from ½ on (from 0 on if y is −1 and 1); or class indices
"""

from typing import NoReturn

from ..foreign import missing_name
from .accuracies import accuracy, top_k_accuracy
from .confusion import by_class, confusion_matrix, f1, precision, recall
from .probabilities import brier, calibration_error, log_loss
from .ranking import average_precision, roc_auc
from .regression import mean_absolute_error, mean_squared_error, r2
from .table import report

__all__ = [
    "accuracy",
    "average_precision",
    "brier",
    "by_class",
    "calibration_error",
    "confusion_matrix",
    "f1",
    "log_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "precision",
    "r2",
    "recall",
    "report",
    "roc_auc",
    "top_k_accuracy",
]


def __getattr__(name: str) -> NoReturn:
    """Say what a name of another library is called here."""
    raise AttributeError(missing_name(__name__, name))
