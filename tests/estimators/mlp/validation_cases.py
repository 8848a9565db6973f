"""Rows and settings for tests of MLPs with validation rows."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.7")

from sklearn.datasets import load_iris, make_friedman1

from chainrule.estimators import MLPClassifier

X, Y = load_iris(return_X_y=True)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
ROWS, HEIGHTS = make_friedman1(90, random_state=0)
BASE = {
    "hidden_layer_sizes": (6, 4),
    "max_iter": 8,
    "random_state": 0,
    "learning_rate_init": 0.02,
    "batch_size": 25,
}
TRAIN, HELD = np.arange(150) % 3 > 0, np.arange(150) % 3 == 0


def with_held(rows=X, y=WORDS, cls=MLPClassifier, weights=(), **settings):
    return cls(**BASE | settings).fit(
        rows[TRAIN], y[TRAIN], validation_data=(rows[HELD], y[HELD], *weights)
    )
