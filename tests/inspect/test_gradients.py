"""Every number of one pass, against the chain rule by hand."""

import numpy as np
import pytest

import chainrule as cr


def data(n=40, columns=3, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, columns))
    return X, (X @ rng.normal(size=(columns, classes))).argmax(axis=1)


def classifier(**options):
    return cr.Network(cr.Dense(5), cr.Tanh(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), **options)


def test_gradients_hold_deltas_one_row_an_example():
    X, y = data()
    net = classifier(inputs=(3,), dtype="float64")
    d = net.gradients(X, y)
    assert d["dz1"].shape == (40, 5) and d["dW1"].shape == (3, 5)
    np.testing.assert_allclose(X.T @ d["dz1"], d["dW1"], atol=1e-14)
    loss, grad = net.loss_and_grad(X, y)
    np.testing.assert_allclose(grad["W2"], d["dW2"])
    assert loss > 0


def test_influence_sums_to_the_gradient():
    X, y = data()
    net = classifier(inputs=(3,), dtype="float64")
    each = net.influence("W1", X, y)
    assert each.shape == (40, 3, 5)
    np.testing.assert_allclose(each.sum(axis=0), net.gradients(X, y)["dW1"], atol=1e-14)
    alone = net.loss_and_grad(X[7:8], y[7:8])[1]["W1"] / 40
    np.testing.assert_allclose(each[7], alone, atol=1e-14)
    with pytest.raises(cr.ParameterError, match="expected a parameter"):
        net.influence("z1", X, y)


def test_sample_weights_are_an_input():
    X, y = data()
    net = classifier(inputs=(3,), dtype="float64")
    count = np.arange(40) % 3
    weighted = net.loss_and_grad(X, y, sample_weight=count)
    repeated = net.loss_and_grad(np.repeat(X, count, axis=0), np.repeat(y, count))
    assert weighted[0] == pytest.approx(repeated[0], rel=1e-12)
    np.testing.assert_allclose(weighted[1]["W1"], repeated[1]["W1"], atol=1e-13)
