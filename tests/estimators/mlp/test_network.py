"""The Network of an MLP: its weights are coefs_ and intercepts_."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from scipy.sparse import csr_matrix
from tests.estimators.mlp.sklearn_cases import PAIRS, assert_same

from chainrule.errors import ParameterError
from chainrule.estimators import MLPClassifier


def test_whoever_overwrites_the_weights_is_obeyed(data, engine):
    X, y = data["digits"]
    pair = [cls(10, max_iter=3, random_state=0, warm_start=True).fit(X, y) for cls in PAIRS[0]]
    rng = np.random.RandomState(3)
    new = rng.normal(size=(64, 10))
    for model in pair:
        model.coefs_[0] = new.copy()
        model.intercepts_[1][:] = 0.25
    np.testing.assert_allclose(pair[0].predict_proba(X), pair[1].predict_proba(X), atol=1e-12)
    for model in pair:
        model.partial_fit(X, y)
        model.coefs_ = [0.5 * W for W in model.coefs_]
        model.fit(X, y)
    assert_same(*pair, 1e-9)
    assert np.shares_memory(pair[0].network_.theta, pair[0].coefs_[1])


def test_the_network_is_the_objective(data, engine):
    X, y = data["digits"]
    model = MLPClassifier(7, max_iter=2, alpha=0.1, random_state=0, batch_size=len(X)).fit(X, y)
    loss, _ = model.network_.loss_and_grad(X, y)
    model.partial_fit(X, y)
    assert model.loss_ == pytest.approx(loss, rel=1e-12)
    assert "dW1" in model.network_.equations()
    values = model.hidden(X, layer=0)
    np.testing.assert_allclose(
        values, np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0), atol=1e-12
    )
    np.testing.assert_allclose(model.hidden(csr_matrix(X)), values, atol=1e-12)
    with pytest.raises(ParameterError, match="layer must be"):
        model.hidden(X, layer=1)
