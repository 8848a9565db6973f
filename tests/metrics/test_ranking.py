"""What ranking.py promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import metrics
from chainrule.errors import DataError


def test_the_area_under_the_curve_by_hand():
    assert metrics.roc_auc([0, 0, 1, 1], [1, 2, 3, 4]) == 1
    assert metrics.roc_auc([0, 0, 1, 1], [4, 3, 2, 1]) == 0
    assert metrics.roc_auc([0, 1, 0, 1], [5, 5, 5, 5]) == 0.5
    assert metrics.roc_auc([0, 1, 1], [0.5, 0.5, 0.9]) == 0.75
    assert metrics.roc_auc([-1, 1, 1], [[-3.0], [-3.0], [2.0]]) == 0.75


@settings(deadline=None, max_examples=40)
@given(
    y=st.lists(st.integers(0, 1), min_size=2, max_size=40),
    seed=st.integers(0, 999),
    levels=st.integers(1, 8),
)
def test_the_area_is_scikit_learns_and_the_slow_count(y, seed, levels):
    theirs = pytest.importorskip("sklearn.metrics")
    if len(set(y)) < 2:
        return
    p = np.random.RandomState(seed).randint(0, levels, len(y)) / levels
    pairs = [
        (a > b) + (a == b) / 2
        for a, i in zip(p, y, strict=True)
        if i
        for b, j in zip(p, y, strict=True)
        if not j
    ]
    assert metrics.roc_auc(y, p) == pytest.approx(np.mean(pairs))
    assert metrics.roc_auc(y, p[:, None]) == pytest.approx(theirs.roc_auc_score(y, p))
    assert metrics.roc_auc(y, np.stack([1 - p, p], axis=1)) == pytest.approx(
        theirs.roc_auc_score(y, p)
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: metrics.roc_auc([1, 1], [0.5, 0.2]),
            DataError,
            r"expected rows of the classes 0 and 1, got \[0, 2\]",
        ),
        (
            lambda: metrics.roc_auc([0, 1, 2], [1, 2, 3]),
            DataError,
            r"got \[1, 1, 1\] rows per class",
        ),
        (
            lambda: metrics.roc_auc([0, 1], np.zeros((2, 3, 4))),
            DataError,
            r"expected p of shape \(N,\), \(N, 1\) or \(N, 2\)",
        ),
    ],
)
def test_bad_questions_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_roc_auc_of_more_classes_and_labels_is_scikit_learns():
    theirs = pytest.importorskip("sklearn.metrics").roc_auc_score
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(4), 90).round(2) + 0.01
    p /= p.sum(axis=1, keepdims=True)
    y = rng.integers(0, 4, 90)
    assert metrics.roc_auc(y, p) == pytest.approx(theirs(y, p, multi_class="ovr"), rel=1e-12)
    assert metrics.roc_auc(np.eye(4)[y], p) == pytest.approx(
        theirs(y, p, multi_class="ovr"), rel=1e-12
    )
    for labels in (2, 5):
        many, scores = rng.integers(0, 2, (90, labels)), rng.random((90, labels)).round(1)
        assert metrics.roc_auc(many, scores) == pytest.approx(theirs(many, scores), rel=1e-12)
    with pytest.raises(
        DataError, match=r"roc_auc, column 3: expected rows of the classes 0 and 1, got \[90, 0\]"
    ):
        metrics.roc_auc(np.minimum(y, 2), p)
    with pytest.raises(DataError, match="roc_auc: expected classes 0 to 3"):
        metrics.roc_auc(y + 1, p)


@pytest.mark.parametrize("seed", range(8))
def test_average_precision_is_that_of_scikit_learn(seed):
    theirs = pytest.importorskip("sklearn.metrics").average_precision_score
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, 50), rng.integers(0, 9, 50) / 9  # many ties
    y[:2] = 0, 1
    expected = pytest.approx(theirs(y, p))
    assert metrics.average_precision(y, p) == expected
    assert metrics.average_precision(y, np.column_stack([1 - p, p])) == expected
    assert metrics.average_precision(np.where(y, 1, -1), p) == expected
    classes, scores = np.arange(50) % 3, rng.random((50, 3))
    rows = np.eye(3)[classes]
    assert metrics.average_precision(classes, scores) == pytest.approx(theirs(rows, scores))
    labels = rng.integers(0, 2, (50, 3))
    assert metrics.average_precision(labels, scores) == pytest.approx(theirs(labels, scores))
    with pytest.raises(DataError, match="average_precision, y: expected rows of"):
        metrics.average_precision([0, 0], [0.1, 0.2])
