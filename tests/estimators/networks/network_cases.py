"""Rows, layers and settings for tests of the estimators of networks."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import load_iris
from sklearn.preprocessing import scale

import chainrule as cr

X, Y = load_iris(return_X_y=True)
X = scale(X)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
TWO = np.where(Y == 1, "yes", "no")
LAYERS = (cr.Dense(8), cr.Tanh(), cr.Dropout(0.1))
SETTINGS = {"layers": LAYERS, "epochs": 4, "random_state": 7}
SEED = np.random.RandomState(7).randint(2**31 - 1)


def by_hand(*layers, loss, y, rows=X, epochs=4, seed=SEED, dtype="float64", **options):
    net = cr.Network(*layers, loss=loss, seed=seed, dtype=dtype)
    history = net.fit(rows, y, epochs=epochs, verbose=0, **options)
    return net, history
