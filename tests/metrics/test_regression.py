"""What regression.py promises."""

import numpy as np
import pytest

from chainrule import metrics
from chainrule.errors import DataError

NUMBER_METRICS = [metrics.mean_absolute_error, metrics.mean_squared_error, metrics.r2]


def test_errors_of_numbers_by_hand():
    y, p = [1.0, 2.0, 3.0], [2.0, 2.0, 1.0]
    assert metrics.mean_absolute_error(y, p) == 1
    assert metrics.mean_squared_error(y, p) == pytest.approx(5 / 3)
    assert metrics.r2(y, p) == -1.5
    assert metrics.r2([1, 1], [1, 1]) == 1 and metrics.r2([1, 1], [1, 2]) == 0


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


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
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
