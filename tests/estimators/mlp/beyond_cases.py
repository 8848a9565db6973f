"""Rows, settings and helpers for tests of the MLPs beyond scikit-learn."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from sklearn.datasets import load_iris, make_friedman1

from chainrule.estimators import MLPClassifier

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
ROWS, HEIGHTS = make_friedman1(120, random_state=0)
HEIGHTS = (HEIGHTS - HEIGHTS.mean()) / HEIGHTS.std()
BASE = {
    "hidden_layer_sizes": (8, 6),
    "max_iter": 8,
    "random_state": 0,
    "learning_rate_init": 0.02,
    "batch_size": 50,
}


def fitted(cls=MLPClassifier, rows=X, y=WORDS, sample_weight=None, **settings):
    return cls(**BASE | settings).fit(rows, y, sample_weight=sample_weight)


def assert_same(a, b, tolerance=0.0):
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)
