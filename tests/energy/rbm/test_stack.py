"""Stacks of RBMs and the networks that start with their weights."""

import numpy as np
import pytest
from tests.naive_rbm import BARS

import chainrule as cr
from chainrule.energy import CD, DeepBeliefNetwork


def test_networks_start_with_the_weights_of_the_stack():
    stack = DeepBeliefNetwork(6, 4, seed=1, dtype="float64")
    histories = stack.fit(BARS, epochs=20, verbose=0)
    assert [len(h) for h in histories] == [20, 20]
    top = stack.transform(BARS)
    np.testing.assert_allclose(stack.rbms[1].transform(stack.rbms[0].transform(BARS)), top)
    net = stack.classifier(2)
    np.testing.assert_allclose(net.activations(BARS)["a2"], top)
    auto = stack.autoencoder()
    np.testing.assert_allclose(auto.predict(BARS), stack.inverse_transform(top))
    before = auto.evaluate(BARS, BARS)["loss"]
    auto.fit(BARS, BARS, optimizer=cr.Adam(lr=0.02), epochs=200, verbose=0)
    assert auto.evaluate(BARS, BARS)["loss"] < before
    assert stack.generate(5, steps=20).shape == (5, 9)
    assert not np.shares_memory(auto.theta, stack.rbms[0].theta)


def test_a_gaussian_stack_reconstructs_numbers():
    X = np.random.default_rng(0).normal(size=(30, 3))
    stack = DeepBeliefNetwork(5, kind="gaussian")
    stack.fit(X, epochs=2, verbose=0)
    np.testing.assert_allclose(
        stack.autoencoder().predict(X), stack.inverse_transform(stack.transform(X)), atol=1e-5
    )


@pytest.mark.slow
def test_pre_training_helps_where_labels_are_few():
    X, y = cr.datasets.digits()
    X = X / 16
    stack = DeepBeliefNetwork(64, 64)
    stack.fit(
        X[:1400], sampler=CD(), optimizer=cr.Momentum(lr=0.1, momentum=0.5), epochs=30, verbose=0
    )
    scores = []
    for net in (
        stack.classifier(10),
        cr.Network(*stack.classifier(10).layers, loss=cr.SoftmaxCrossEntropy()),
    ):
        net.fit(X[:100], y[:100], optimizer=cr.Adam(lr=0.01), epochs=60, verbose=0)
        scores.append(net.evaluate(X[1400:], y[1400:], metrics=[cr.metrics.accuracy])["accuracy"])
    assert scores[0] > scores[1] + 0.02 > 0.6


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: DeepBeliefNetwork(3, 0), cr.ParameterError, "whole numbers ≥ 1"),
        (lambda: DeepBeliefNetwork(3).classifier(2), cr.NotBuiltError, "fit first"),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_validation_rows_go_up_with_the_rows():
    stack = DeepBeliefNetwork(5, 4, 3)
    histories = stack.fit(BARS, validation_data=BARS[:4], epochs=2, verbose=0)
    assert [len(h["val_loss"]) for h in histories] == [2, 2, 2]
    one = cr.RBM(5).fit(BARS, validation_data=BARS[:4], epochs=2, verbose=0)
    assert (histories[0]["val_loss"] == one["val_loss"]).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"metrics": "log_likelihood"}, "a layer of at most 24 binary units, got 30 hidden and 40"),
        ({"metrics": "loss"}, "words among"),
        ({"resume": "run.safetensors"}, "each RBM has a run of its own"),
        ({"y": [0] * 14}, "this RBM has no classes"),
        ({"epochs": -1}, "epochs must be"),
    ],
)
def test_what_an_rbm_further_up_would_refuse_is_refused_first(options, words):
    stack = DeepBeliefNetwork(40, 30)
    with pytest.raises(cr.ChainruleError, match=words):
        stack.fit(BARS, verbose=0, **options)
    assert not any(rbm.is_built for rbm in stack.rbms)
