"""The Network of an MLP: its weights are coefs_ and intercepts_."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from scipy.sparse import csr_matrix
from tests.estimators.mlp.sklearn_cases import PAIRS, assert_same

from chainrule.errors import ParameterError
from chainrule.estimators import MLPClassifier
from chainrule.estimators.mlp.network import build, half_squares, outputs, put, views
from chainrule.layers import BatchNorm, ReLU
from chainrule.losses import SoftmaxCrossEntropy
from chainrule.losses.penalty import L2


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


@pytest.mark.parametrize("heads", [2, [2, 3]], ids=["one", "several"])
def test_the_weights_are_views_into_theta(heads):
    loss = SoftmaxCrossEntropy()
    net = build([4, 3, heads], [(BatchNorm(), ReLU())], loss, L2(0.1), np.float32)
    Ws, bs, rest = views(net)
    units = [3, *(heads if isinstance(heads, list) else [heads])]
    assert [W.shape for W in Ws] == [(4, 3), *((3, n) for n in units[1:])]
    assert [b.shape for b in bs] == [(n,) for n in units]
    assert {path.partition("/")[0] for path in rest} == {"batch_norm1"}
    put(net, [np.full(W.shape, 2.0) for W in Ws], bs, {"batch_norm1/gamma": np.full(3, 5.0)})
    assert all(np.shares_memory(W, net.theta) and (W == 2).all() for W in Ws)
    assert (rest["batch_norm1/gamma"] == 5).all()
    assert half_squares(net) == 0.5 * 4 * sum(W.size for W in Ws)
    found = outputs(net, np.ones((6, 4), np.float32))
    assert found.shape == (6, sum(units[1:])) and found.dtype == np.float32


def test_outputs_of_float64_and_of_sparse_rows():
    net = build([4, 2], [], SoftmaxCrossEntropy(), None, np.float32)
    rows = np.random.default_rng(0).normal(size=(6, 4))
    wide = outputs(net, rows)
    assert wide.dtype == np.float64
    np.testing.assert_allclose(wide, outputs(net, rows.astype(np.float32)), atol=1e-6)
    np.testing.assert_array_equal(outputs(net, csr_matrix(rows)), wide)
    assert outputs(net, csr_matrix((0, 4))).shape == (0, 2)
