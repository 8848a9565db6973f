"""What splitting.py promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import datasets
from chainrule.errors import DataError, ParameterError


def test_split_has_the_sizes_of_the_articles():
    X, y = datasets.digits()
    X_train, y_train, X_test, y_test = datasets.split(X, y)
    assert X_train.shape == (1347, 64) and X_test.shape == (450, 64)
    assert y_train.shape == (1347,) and y_test.shape == (450,)


@settings(deadline=None)
@given(
    n=st.integers(2, 60),
    test=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**32 - 1),
    stratify=st.booleans(),
)
def test_split_gives_every_row_once_with_its_target(n, test, seed, stratify):
    X, y = np.arange(n) * 10, np.arange(n) % 3
    size = int(np.ceil(test * n))
    if size == n:
        with pytest.raises(DataError, match="expected rows for both parts"):
            datasets.split(X, y, test=test)
        return
    X_train, y_train, X_test, y_test = datasets.split(X, y, test=test, seed=seed, stratify=stratify)
    assert len(X_test) == size and sorted([*X_train, *X_test]) == X.tolist()
    assert np.array_equal(X_train // 10 % 3, y_train) and np.array_equal(X_test // 10 % 3, y_test)
    if stratify:
        exact = np.bincount(y, minlength=3) * size / n
        assert (abs(np.bincount(y_test, minlength=3) - exact) < 1).all()


def test_split_is_shuffled_by_its_seed():
    X = np.arange(100)
    first, second = (datasets.split(X, X, seed=seed)[0] for seed in (0, 1))
    assert np.array_equal(first, datasets.split(X, X)[0])
    assert not np.array_equal(first, second) and not np.array_equal(first, np.sort(first))


def test_split_stratifies_one_hot_rows():
    y = np.eye(2)[np.repeat([0, 1], [90, 10])]
    _, _, _, y_test = datasets.split(np.arange(100), y, test=0.2, stratify=True)
    assert y_test.sum(axis=0).tolist() == [18, 2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: datasets.split([1, 2, 3], [1, 2]),
            DataError,
            "y has 2 rows but X has 3 rows. Each row of X needs one",
        ),
        (lambda: datasets.split(3, [1, 2]), DataError, "y has 2 rows but X has no rows"),
        (lambda: datasets.split([], []), DataError, "expected rows for both parts, got 0 in all"),
        (
            lambda: datasets.split([1, 2], [1, 2], test=1.0),
            ParameterError,
            r"split\(test=1.0\): test must be",
        ),
        (
            lambda: datasets.split([1, 2], [1, 2], seed=0.5),
            ParameterError,
            r"split\(seed=0.5\): seed must be",
        ),
    ],
)
def test_split_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()
