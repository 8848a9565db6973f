"""Regressors with layers of the user: counts and weights."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.networks.network_cases import X, Y

import chainrule as cr
from chainrule.estimators import NetworkClassifier, NetworkRegressor


def test_counts():
    rate = np.exp(X[:, 0])
    y = np.random.RandomState(0).poisson(rate)
    model = NetworkRegressor(loss=cr.Poisson(), epochs=60, random_state=0).fit(X, y)
    assert (model.predict(X) > 0).all()
    assert np.corrcoef(model.predict(X), rate)[0, 1] > 0.9


@pytest.mark.parametrize("cls", [NetworkClassifier, NetworkRegressor])
def test_a_weight_is_a_number_of_rows(cls):
    k = np.random.RandomState(0).randint(0, 4, len(X))
    settings = {"epochs": 5, "batch_size": None, "random_state": 0}
    a = cls(**settings).fit(X, Y, sample_weight=k)
    b = cls(**settings).fit(np.repeat(X, k, axis=0), np.repeat(Y, k))
    np.testing.assert_allclose(a.network_.theta, b.network_.theta, rtol=0, atol=1e-12)
