"""Metrics: by hand, against scikit-learn, and every form in which classes are written."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import metrics
from chainrule.errors import DataError, ParameterError

CLASS_METRICS = [
    metrics.accuracy,
    metrics.precision,
    metrics.recall,
    metrics.f1,
    metrics.confusion_matrix,
]
NUMBER_METRICS = [metrics.mean_absolute_error, metrics.mean_squared_error, metrics.r2]
EVERY_METRIC = [*CLASS_METRICS, *NUMBER_METRICS, metrics.roc_auc, metrics.by_class, metrics.report]

Y = np.array([0, 1, 2, 2, 1, 0])
P = np.array(
    [
        [0.6, 0.3, 0.1],
        [0.3, 0.4, 0.3],
        [0.5, 0.2, 0.3],
        [0.1, 0.2, 0.7],
        [0.1, 0.2, 0.7],
        [0.8, 0.1, 0.1],
    ]
)
PREDICTED = P.argmax(axis=1)  # 0 1 0 2 2 0: four of six


def rows(seed, n=80, classes=4):
    """Targets, and probabilities that lean towards them."""
    random = np.random.RandomState(seed)
    y = random.randint(0, classes, n)
    p = random.rand(n, classes) + np.eye(classes)[y] * random.rand(n, 1)
    return y, p / p.sum(axis=1, keepdims=True)


# ---------------------------------------------------------------- by hand


def test_a_confusion_matrix_by_hand():
    assert metrics.confusion_matrix(Y, P).tolist() == [[2, 0, 0], [0, 1, 1], [1, 0, 1]]


def test_scores_by_hand():
    assert metrics.accuracy(Y, P) == pytest.approx(4 / 6)
    assert metrics.precision(Y, P) == pytest.approx((2 / 3 + 1 + 1 / 2) / 3)
    assert metrics.recall(Y, P) == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    assert metrics.f1(Y, P) == pytest.approx((4 / 5 + 2 / 3 + 1 / 2) / 3)
    assert metrics.by_class(Y, P)["support"].tolist() == [2, 2, 2]
    assert metrics.by_class(Y, P)["predicted"].tolist() == [3, 1, 2]


def test_top_k_by_hand():
    assert [metrics.top_k_accuracy(k)(Y, P) for k in (1, 2, 3, 9)] == pytest.approx(
        [4 / 6, 1, 1, 1]
    )
    assert metrics.top_k_accuracy(3).__name__ == "top_3_accuracy"
    equal = np.full((4, 4), 0.25)
    assert metrics.top_k_accuracy(2)(np.arange(4), equal) == 0.5, "ties go to the lower index"
    assert metrics.top_k_accuracy(1)(np.arange(4), equal) == metrics.accuracy(np.arange(4), equal)


def test_the_area_under_the_curve_by_hand():
    assert metrics.roc_auc([0, 0, 1, 1], [1, 2, 3, 4]) == 1
    assert metrics.roc_auc([0, 0, 1, 1], [4, 3, 2, 1]) == 0
    assert metrics.roc_auc([0, 1, 0, 1], [5, 5, 5, 5]) == 0.5
    assert metrics.roc_auc([0, 1, 1], [0.5, 0.5, 0.9]) == 0.75
    assert metrics.roc_auc([-1, 1, 1], [[-3.0], [-3.0], [2.0]]) == 0.75


def test_errors_of_numbers_by_hand():
    y, p = [1.0, 2.0, 3.0], [2.0, 2.0, 1.0]
    assert metrics.mean_absolute_error(y, p) == 1
    assert metrics.mean_squared_error(y, p) == pytest.approx(5 / 3)
    assert metrics.r2(y, p) == -1.5
    assert metrics.r2([1, 1], [1, 1]) == 1 and metrics.r2([1, 1], [1, 2]) == 0


# ---------------------------------------------------------------- every form of the same classes

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


def test_a_matrix_has_a_row_for_each_class_of_the_network():
    assert metrics.confusion_matrix([0, 1], np.eye(5)[[0, 1]]).shape == (5, 5)
    assert metrics.confusion_matrix([0, 0], [[0.1], [0.2]]).shape == (2, 2)
    assert metrics.confusion_matrix([0, 0], [0, 3]).shape == (4, 4)


# ---------------------------------------------------------------- against scikit-learn


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


@pytest.mark.parametrize("seed", range(5))
def test_the_report_is_scikit_learns(seed):
    theirs = pytest.importorskip("sklearn.metrics")
    y, p = rows(seed, n=30 + 400 * seed, classes=4)
    names = ["ant", "bee", "a very long-winded name", "dog"]
    assert metrics.report(y, p) == theirs.classification_report(y, p.argmax(axis=1))
    assert metrics.report(y, p, names) == theirs.classification_report(
        y, p.argmax(axis=1), target_names=names
    )


def test_the_report_leaves_out_classes_that_never_occur():
    text = metrics.report([0, 0, 2], np.eye(4)[[0, 2, 2]])
    assert [line.split()[0] for line in text.splitlines()[2:4]] == ["0", "2"]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_top_k_is_scikit_learns(k):
    theirs = pytest.importorskip("sklearn.metrics")
    y, p = rows(k)
    assert metrics.top_k_accuracy(k)(y, p) == pytest.approx(theirs.top_k_accuracy_score(y, p, k=k))


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


@pytest.mark.parametrize("shape", [(20,), (20, 1), (20, 3)])
def test_errors_of_numbers_are_scikit_learns(shape):
    theirs = pytest.importorskip("sklearn.metrics")
    random = np.random.RandomState(0)
    y, p = random.randn(*shape), random.randn(*shape)
    assert metrics.mean_absolute_error(y, p) == pytest.approx(theirs.mean_absolute_error(y, p))
    assert metrics.mean_squared_error(y, p) == pytest.approx(theirs.mean_squared_error(y, p))
    assert metrics.r2(y, p) == pytest.approx(theirs.r2_score(y, p))


@pytest.mark.parametrize("metric", NUMBER_METRICS, ids=lambda m: m.__name__)
def test_a_column_is_never_broadcast_against_a_row(metric):
    y, p = np.arange(4.0), np.arange(4.0)[:, None] + 1
    assert metric(y, p) == metric(y, p[:, 0]) == metric(y[:, None], p)


def test_bytes_do_not_wrap_around():
    assert metrics.mean_absolute_error(np.uint8([250]), np.uint8([255])) == 5
    assert metrics.mean_squared_error(np.uint8([0]), np.uint8([255])) == 255**2


# ---------------------------------------------------------------- what cannot be


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
        (
            lambda: metrics.roc_auc([1, 1], [0.5, 0.2]),
            DataError,
            r"expected rows of the classes 0 and 1, got \[0, 2\]",
        ),
        (lambda: metrics.roc_auc([0, 1, 2], [1, 2, 3]), DataError, r"got \[1, 1, 1\] rows per class"),
        (
            lambda: metrics.roc_auc([0, 1], np.zeros((2, 3, 4))),
            DataError,
            r"expected p of shape \(N,\), \(N, 1\) or \(N, 2\)",
        ),
        (
            lambda: metrics.report([0, 1], [0, 1], ["a"]),
            DataError,
            "expected 2 labels, one per class, got 1",
        ),
        (
            lambda: metrics.r2([[1, 2]], [[1, 2, 3]]),
            DataError,
            r"expected y and p of one shape, got \(1, 2\) and \(1, 3\)",
        ),
    ],
)
def test_bad_questions_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", ["precision", "recall", "f1", "confusion_matrix", "by_class"])
def test_an_error_names_the_metric_that_was_asked_for(name):
    with pytest.raises(DataError, match=f"^{name}: expected at least one row"):
        getattr(metrics, name)([], [])


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
