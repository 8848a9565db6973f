"""What classes.py promises."""

import numpy as np
import pytest
from tests.metrics.answers import PREDICTED, P, Y

from chainrule import metrics
from chainrule.errors import DataError

CLASS_METRICS = [
    metrics.accuracy,
    metrics.precision,
    metrics.recall,
    metrics.f1,
    metrics.confusion_matrix,
]


NUMBER_METRICS = [metrics.mean_absolute_error, metrics.mean_squared_error, metrics.r2]


EVERY_METRIC = [*CLASS_METRICS, *NUMBER_METRICS, metrics.roc_auc, metrics.by_class, metrics.report]


TRUTHS = {
    "indices": Y,
    "column": Y[:, None],
    "one-hot": np.eye(3)[Y],
    "list": Y.tolist(),
    "float": Y.astype(float),
    "uint8": Y.astype(np.uint8),
    "smoothed": 0.9 * np.eye(3)[Y] + 0.1 / 3,
}


GUESSES = {
    "probabilities": P,
    "float32": P.astype(np.float32),
    "indices": PREDICTED,
    "column": PREDICTED[:, None],
    "whole floats": PREDICTED.astype(float),
    "one-hot": np.eye(3)[PREDICTED],
    "lists": P.tolist(),
}


@pytest.mark.parametrize("metric", CLASS_METRICS, ids=lambda m: m.__name__)
@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize("guess", GUESSES)
def test_every_form_of_three_classes(metric, truth, guess):
    assert np.array_equal(metric(TRUTHS[truth], GUESSES[guess]), metric(Y, P))


@pytest.mark.parametrize(
    ("y", "p"),
    [
        ([0, 1, 1, 0], [[0.2], [0.5], [0.4], [0.6]]),
        ([0, 1, 1, 0], [0.2, 0.5, 0.4, 0.6]),
        ([[0.0], [1.0], [1.0], [0.0]], [[-2.0], [3.0], [0.0], [1.0]]),
        ([False, True, True, False], [0, 1, 0, 1]),
        ([0, 1, 1, 0], [False, True, False, True]),
        ([-1, 1, 1, -1], [[-0.1], [0.0], [-2.0], [4.0]]),
        ([-1, 1, 1, -1], [-1, 1, -1, 1]),
        ([[1, 0], [0, 1], [0, 1], [1, 0]], [[0.8, 0.2], [0.4, 0.6], [0.7, 0.3], [0.1, 0.9]]),
    ],
)
def test_every_form_of_two_classes(y, p):
    assert metrics.confusion_matrix(y, p).tolist() == [[1, 1], [1, 1]]
    assert metrics.accuracy(y, p) == 0.5


@pytest.mark.parametrize("metric", EVERY_METRIC, ids=lambda m: m.__name__)
@pytest.mark.parametrize(
    ("y", "p", "message"),
    [
        ([0, 1, 1], [0, 1], "y has 3 rows but p has 2. Each prediction needs one target."),
        ([], [], "expected at least one row in y"),
        ([0, 1], np.zeros((2, 0)), "expected at least one row in p"),
        (1, 1, "expected at least one row in y"),
        (["a", "b"], [0, 1], "expected y of numbers"),
        ([0, 1], [[0.5], [0.5, 0.5]], "expected p of numbers"),
        ([0, 1], [0.5, np.nan], "expected finite p"),
        ([np.inf, 1], [0.5, 0.5], "expected finite y"),
    ],
)
def test_bad_rows_are_named(metric, y, p, message):
    with pytest.raises(DataError, match=message):
        metric(y, p)


@pytest.mark.parametrize("metric", CLASS_METRICS, ids=lambda m: m.__name__)
@pytest.mark.parametrize(
    ("y", "p", "message"),
    [
        (
            [0, 3],
            [[0.5, 0.2, 0.3], [0.5, 0.2, 0.3]],
            "expected classes 0 to 2, as p has 3 columns, got class 3 in y",
        ),
        (
            [[1, 0], [0, 1]],
            [[0.5, 0.2, 0.3], [0.5, 0.2, 0.3]],
            "as p has 3 columns, got 2 columns in y",
        ),
        ([0.5, 1], [0, 1], "expected y of class indices 0, 1, 2, ..., got 0.5"),
        ([-2, 1], [0, 1], "expected y of class indices 0, 1, 2, ..., got -2"),
        ([0, 2], [0.5, 0.2], "expected p of class indices 0, 1, 2, ..., got 0.5"),
        ([0, 1], [0, -1], "expected p of class indices 0, 1, 2, ..., got -1"),
        ([[1, 1], [0, 1]], [[0.5, 0.5], [0.5, 0.5]], "expected y of class indices or one-hot rows"),
        (
            [0, 1],
            np.zeros((2, 2, 2)),
            r"expected p of shape \(N,\), \(N, 1\) or \(N, K\), got \(2, 2, 2\)",
        ),
    ],
)
def test_what_is_no_class_is_named(metric, y, p, message):
    with pytest.raises(DataError, match=message):
        metric(y, p)
