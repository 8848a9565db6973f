"""The objective of the MLPs, batch by batch."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from scipy.sparse import csr_matrix
from tests.estimators.mlp.sklearn_cases import PAIRS

from chainrule import Network
from chainrule.estimators.mlp.batches import Batches
from chainrule.estimators.mlp.network import build
from chainrule.layers import Tanh
from chainrule.losses import SquaredError
from chainrule.losses.penalty import L2
from chainrule.optimizers import SGD


def test_the_loss_is_not_cut_off(data):
    X, y = data["two"]
    a, b = (
        cls((), max_iter=1, solver="sgd", learning_rate_init=1e-9, random_state=0)
        for cls in PAIRS[0]
    )
    for model in (a, b):
        model.partial_fit(X, y, classes=[False, True])
        model.coefs_[0][...], model.intercepts_[0][...] = 0, -100
        model.partial_fit(X, y)
    assert a.loss_ == pytest.approx(100 * y.mean())  # softplus(-100) - y (-100)
    assert b.loss_ == pytest.approx(-np.log(np.finfo(float).eps) * y.mean())
    np.testing.assert_allclose(a.coefs_[0], b.coefs_[0], atol=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("rows", ["two", "iris", "linnerud", "counts"])
def test_a_weight_is_a_number_of_rows(solver, rows, data, engine):
    X, y = data[rows]
    cls = PAIRS[rows in ("linnerud", "counts")][0]
    k = np.random.RandomState(0).randint(1, 4, len(X))
    X2, y2 = np.repeat(X, k, axis=0), np.repeat(y, k, axis=0)
    settings = {
        "solver": solver,
        "max_iter": 10,
        "shuffle": False,
        "random_state": 0,
        "activation": "tanh",
    }
    if rows == "counts":
        settings["loss"] = "poisson"
    settings["hidden_layer_sizes"] = 5
    a = cls(batch_size=len(X), **settings).fit(X, y, sample_weight=k.astype(float))
    b = cls(batch_size=len(X2), **settings).fit(X2, y2)
    for ours, theirs in zip(a.coefs_ + a.intercepts_, b.coefs_ + b.intercepts_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 if solver != "lbfgs" else 1e-7)
    assert a.loss_ == pytest.approx(b.loss_, rel=1e-9)


def batches_of(X, y, weights, size, alpha=0.5):
    net = build([3, 4, 1], [(Tanh(),)], SquaredError(outputs="sum", half=True), L2(1.0), "float64")
    net.theta[...] = np.random.default_rng(0).normal(size=net.theta.size)
    return Batches(net, X, y, weights, alpha, size)


def test_an_epoch_is_one_step_for_each_batch(engine):
    """By hand, batch after batch: λ = α / Σ w of the batch, and the mean of the losses by rows."""
    rng = np.random.default_rng(1)
    X, y, w = rng.normal(size=(7, 3)), rng.normal(size=(7, 1)), rng.uniform(0.5, 2, 7)
    order, rule = rng.permutation(7), SGD(lr=0.1)
    batches = batches_of(X, y, w, 3)
    theta, slots = batches.net.theta.copy(), rule.start(batches.net.theta)
    loss = batches.epoch(order, rule, slots, 0)
    net, losses = batches_of(X, y, w, 3).net, []
    for rows in (order[:3], order[3:6], order[6:]):
        total = w[rows].sum()
        twin = Network(
            *(
                layer if not hasattr(layer, "penalty") else replace(layer, penalty=L2(0.5 / total))
                for layer in net.layers
            ),
            loss=net.loss,
            inputs=(3,),
            dtype="float64",
        )
        twin.theta[...] = theta
        L, g = twin.loss_and_grad(X[rows], y[rows], sample_weight=w[rows])
        losses.append(L * len(rows))
        for name, gradient in g.items():
            twin.parameters[name][...] -= 0.1 * gradient
        theta = twin.theta.copy()
    np.testing.assert_allclose(batches.net.theta, theta, rtol=0, atol=1e-12)
    assert loss == pytest.approx(sum(losses) / 7)


def test_sparse_rows_take_the_same_steps(engine):
    rng = np.random.default_rng(2)
    X, y = np.where(rng.random((9, 3)) > 0.5, rng.random((9, 3)), 0), rng.normal(size=(9, 1))
    dense, sparse = (batches_of(rows, y, None, 4) for rows in (X, csr_matrix(X)))
    rule = SGD(lr=0.1)
    losses = [
        batches.epoch(np.arange(9), rule, rule.start(batches.net.theta), 0)
        for batches in (dense, sparse)
    ]
    assert losses[0] == losses[1]
    np.testing.assert_array_equal(dense.net.theta, sparse.net.theta)


def test_batches_with_one_lambda_are_one_call():
    X, y = np.zeros((10, 3)), np.zeros((10, 1))
    assert batches_of(X, y, None, 4)._runs(np.array([4.0, 4.0, 2.0])) == [(0, 2), (2, 3)]
    assert batches_of(X, y, None, 4, alpha=0.0)._runs(np.array([4.0, 4.0, 2.0])) == [(0, 3)]
