"""NetworkRegressor is its network, and learns."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from sklearn.datasets import make_friedman1
from sklearn.preprocessing import StandardScaler
from tests.estimators.networks.network_cases import LAYERS, SETTINGS, WORDS, X, by_hand

import chainrule as cr
from chainrule.estimators import NetworkClassifier, NetworkRegressor


@pytest.mark.parametrize("several", [False, True])
def test_the_regressor_is_its_network(several):
    y = X[:, :2] * 3 + 1 if several else X[:, 0] * 3 + 1
    model = NetworkRegressor(**SETTINGS, loss=cr.Huber(), optimizer=cr.Momentum(lr=0.1)).fit(
        X[:, 2:], y
    )
    rows, optimizer = X[:, 2:], cr.Momentum(lr=0.1)
    net, _ = by_hand(
        *LAYERS, cr.Dense(1 + several), loss=cr.Huber(), y=y, rows=rows, optimizer=optimizer
    )
    assert (model.network_.theta == net.theta).all()
    assert (
        model.predict(rows) == (net.predict(rows) if several else net.predict(rows)[:, 0])
    ).all()


def test_they_learn():
    X_train, y_train, X_test, y_test = X[::2], WORDS[::2], X[1::2], WORDS[1::2]
    assert NetworkClassifier(random_state=0).fit(X_train, y_train).score(X_test, y_test) > 0.92
    rows, y = make_friedman1(400, random_state=0)
    y = (y - y.mean()) / y.std()
    rows = StandardScaler().fit_transform(rows)
    model = NetworkRegressor(random_state=0).fit(rows[:300], y[:300])
    assert model.score(rows[300:], y[300:]) > 0.85
    several = NetworkRegressor(random_state=0).fit(rows[:300], np.column_stack([y, -y])[:300])
    assert (
        several.predict(rows).shape == (400, 2)
        and several.score(rows[300:], np.column_stack([y, -y])[300:]) > 0.8
    )
