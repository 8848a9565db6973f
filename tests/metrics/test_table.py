"""What table.py promises."""

import numpy as np
import pytest
from tests.metrics.answers import rows

from chainrule import metrics
from chainrule.errors import DataError


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


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: metrics.report([0, 1], [0, 1], ["a"]),
            DataError,
            "expected 2 labels, one per class, got 1",
        ),
    ],
)
def test_bad_questions_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
