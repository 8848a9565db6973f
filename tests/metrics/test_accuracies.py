"""What accuracies.py promises."""

import numpy as np
import pytest
from tests.metrics.answers import P, Y, rows

from chainrule import metrics
from chainrule.errors import DataError, ParameterError


def test_top_k_by_hand():
    assert [metrics.top_k_accuracy(k)(Y, P) for k in (1, 2, 3, 9)] == pytest.approx(
        [4 / 6, 1, 1, 1]
    )
    assert metrics.top_k_accuracy(3).__name__ == "top_3_accuracy"
    equal = np.full((4, 4), 0.25)
    assert metrics.top_k_accuracy(2)(np.arange(4), equal) == 0.5, "ties go to the lower index"
    assert metrics.top_k_accuracy(1)(np.arange(4), equal) == metrics.accuracy(np.arange(4), equal)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_top_k_is_scikit_learns(k):
    theirs = pytest.importorskip("sklearn.metrics")
    y, p = rows(k)
    assert metrics.top_k_accuracy(k)(y, p) == pytest.approx(theirs.top_k_accuracy_score(y, p, k=k))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: metrics.top_k_accuracy(0),
            ParameterError,
            r"top_k_accuracy\(k=0\): k must be a whole number ≥ 1",
        ),
        (
            lambda: metrics.top_k_accuracy(2)([0, 1], [0, 1]),
            DataError,
            r"top_2_accuracy: expected probabilities p \(N, K\)",
        ),
    ],
)
def test_bad_questions_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
