"""Every number of one pass, against the chain rule by hand."""

import numpy as np
import pytest
from tests.model.rows import classifier, data

import chainrule as cr


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


def test_activations_are_all_values_by_symbol():
    X, _ = data()
    net = classifier(inputs=(3,), dtype="float64")
    values, W = net.activations(X), net.parameters
    assert list(values) == ["x", "z1", "a1", "z2", "p"]
    np.testing.assert_allclose(values["z1"], X @ W["W1"] + W["b1"], atol=1e-14)
    np.testing.assert_allclose(values["a1"], np.tanh(values["z1"]), atol=1e-14)
    np.testing.assert_allclose(values["z2"], values["a1"] @ W["W2"] + W["b2"], atol=1e-14)


def test_score_mode_has_no_dropout_and_changes_no_statistics():
    X, y = data()
    layers = cr.Dense(5), cr.BatchNorm(), cr.Dropout(0.5), cr.Dense(3)
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(3,))
    before = net.theta.copy()
    first, again = net.loss_and_grad(X, y), net.loss_and_grad(X, y)
    assert first[0] == again[0]
    for name, d in first[1].items():
        np.testing.assert_array_equal(d, again[1][name])
    net.gradients(X, y)
    net.influence("W1", X, y)
    np.testing.assert_array_equal(net.theta, before)


def test_frozen_parameters_have_gradients_too():
    X, y = data()
    net = classifier(inputs=(3,)).freeze("dense1")
    assert set(net.loss_and_grad(X, y)[1]) == {"W1", "b1", "W2", "b2"}
