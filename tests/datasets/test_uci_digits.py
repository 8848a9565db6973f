"""What uci_digits.py promises."""

import numpy as np
import pytest

from chainrule import datasets


def test_digits_are_whole():
    X, y = datasets.digits()
    assert X.shape == (1797, 64) and X.dtype == np.uint8 and X.max() == 16
    assert y.shape == (1797,) and y.dtype == np.int64
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert X[0].reshape(8, 8)[1].tolist() == [0, 0, 13, 15, 10, 15, 5, 0]
    X[:] = 0
    assert datasets.digits()[0].max() == 16, "the arrays are the caller's own"


def test_digits_are_scikit_learns():
    sklearn_datasets = pytest.importorskip("sklearn.datasets")
    X, y = sklearn_datasets.load_digits(return_X_y=True)
    ours, labels = datasets.digits()
    assert np.array_equal(ours, X) and np.array_equal(labels, y)


def test_the_attribution_is_beside_the_digits():
    from importlib.resources import files

    text = files("chainrule.datasets").joinpath("digits.txt").read_text(encoding="utf-8")
    assert all(words in text for words in ("Alpaydin", "Kaynak", "UCI", "CC BY 4.0"))
