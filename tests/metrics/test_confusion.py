"""What confusion.py promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.answers import P, Y, rows

from chainrule import metrics
from chainrule.errors import DataError


def test_a_confusion_matrix_by_hand():
    assert metrics.confusion_matrix(Y, P).tolist() == [[2, 0, 0], [0, 1, 1], [1, 0, 1]]


def test_scores_by_hand():
    assert metrics.accuracy(Y, P) == pytest.approx(4 / 6)
    assert metrics.precision(Y, P) == pytest.approx((2 / 3 + 1 + 1 / 2) / 3)
    assert metrics.recall(Y, P) == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert metrics.f1(Y, P) == pytest.approx((4 / 5 + 2 / 3 + 1 / 2) / 3)
    assert metrics.by_class(Y, P)["support"].tolist() == [2, 2, 2]
    assert metrics.by_class(Y, P)["predicted"].tolist() == [3, 1, 2]


def test_a_matrix_has_a_row_for_each_class_of_the_network():
    assert metrics.confusion_matrix([0, 1], np.eye(5)[[0, 1]]).shape == (5, 5)
    assert metrics.confusion_matrix([0, 0], [[0.1], [0.2]]).shape == (2, 2)
    assert metrics.confusion_matrix([0, 0], [0, 3]).shape == (4, 4)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 60), classes=st.integers(2, 7))
def test_scores_are_scikit_learns(seed, n, classes):
    theirs = pytest.importorskip("sklearn.metrics")
    y, p = rows(seed, n, classes)
    guess = p.argmax(axis=1)
    macro = {"average": "macro", "zero_division": 0}
    assert metrics.accuracy(y, p) == pytest.approx(theirs.accuracy_score(y, guess))
    assert metrics.precision(y, p) == pytest.approx(theirs.precision_score(y, guess, **macro))
    assert metrics.recall(y, p) == pytest.approx(theirs.recall_score(y, guess, **macro))
    assert metrics.f1(y, p) == pytest.approx(theirs.f1_score(y, guess, **macro))
    labels = np.arange(classes)
    assert np.array_equal(
        metrics.confusion_matrix(y, p), theirs.confusion_matrix(y, guess, labels=labels)
    )
    each = theirs.precision_recall_fscore_support(y, guess, labels=labels, zero_division=0)
    for name, expected in zip(("precision", "recall", "f1", "support"), each, strict=True):
        assert metrics.by_class(y, p)[name] == pytest.approx(expected)


@pytest.mark.parametrize("name", ["precision", "recall", "f1", "confusion_matrix", "by_class"])
def test_an_error_names_the_metric_that_was_asked_for(name):
    with pytest.raises(DataError, match=f"^{name}: expected at least one row"):
        getattr(metrics, name)([], [])
