"""Signs of ill runs: each rule is seen to speak, with its numbers, and to be silent."""

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule.training import health


def forward(net, X, y):
    """Return the train Program of a network, and its values for these rows."""
    program = net.programs.train
    from chainrule.engines.reference import Reference

    inputs = {"x": np.asarray(X, np.float32), "y": y, "c": np.full(len(X), 1 / len(X), np.float32)}
    inputs |= {"row": np.arange(len(X), dtype=np.int32), "N": np.float32(len(X))}
    wanted = {name: inputs[name] for name in program.inputs}
    parts = Reference(program).forward(net.theta, wanted, [slice(0, len(X))])
    return program, [part[0] for part in parts]


def network(*layers):
    return cr.Network(*layers, cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(3,), seed=0)


X = np.random.default_rng(0).normal(size=(20, 3))
Y = (X[:, 0] > 0).astype(np.int32)


def kinds(signs):
    return [sign.kind for sign in signs]


def test_a_loss_that_grows():
    (sign,) = health.growing_loss(2.0, [2.5, 30.0, 400.0], lr=0.5)
    assert sign.kind == "learning_rate_too_high" and sign.place == ""
    assert str(sign) == (
        "The loss grows: 2 at first, 400 now. NaN is ahead. "
        "Lower lr=0.5, for instance to 0.05, or scale the inputs."
    )
    assert kinds(health.growing_loss(2.0, [math.inf])) == ["learning_rate_too_high"]
    assert kinds(health.growing_loss(2.0, [9000.0, 8000.0])) == ["learning_rate_too_high"]


@pytest.mark.parametrize(
    "looks",
    [[], [30.0], [30.0, 25.0, 28.0], [3.0, 4.0, 5.0], [9000.0, 2.0], [2.0, 9000.0]],
)
def test_noise_and_one_peak_are_no_growth(looks):
    assert health.growing_loss(2.0, looks) == []
    assert health.growing_loss(math.nan, looks) == []


def test_a_continued_run_may_lose_what_it_had_gained():
    looks = [1e-5, 1e-4, 1e-3]
    assert health.growing_loss(1e-5, looks) and not health.growing_loss(1e-5, looks, continued=True)


def test_a_loss_that_is_worse_than_without_training():
    (sign,) = health.high_loss(2.0, [50.0, 60.0, 55.0], lr=100.0)
    assert "2 at first, 55 now" in str(sign) and "to 10" in str(sign)
    assert health.high_loss(2.0, [50.0, 60.0, 15.0]) == []
    assert health.high_loss(2.0, [50.0]) == []


def test_a_loss_that_does_not_move():
    assert kinds(health.still_loss([0.6931] * 12, 400)) == ["guessing"]
    assert health.still_loss([0.6931] * 12, 100) == [] == health.still_loss([0.6931] * 5, 400)
    plateau = 0.25 + 1e-4 * np.exp(-np.arange(5000) / 100)
    assert health.still_loss(plateau, 5000) == []
    converged = np.r_[2.0, np.full(1000, 1e-9)]
    assert health.still_loss(converged, 1000) == []


def test_overfitting_needs_a_clear_rise_while_the_loss_falls():
    loss, n = np.exp(-np.arange(40) / 10), np.arange(40)
    rises = np.r_[np.linspace(1, 0.5, 10), np.linspace(0.5, 1.2, 30)]
    (sign,) = health.overfitting(loss, rises)
    assert sign.kind == "overfitting" and "0.5 in epoch 10 and is 1.2 in epoch 40" in sign.text
    assert health.overfitting(loss[:15], rises[:15]) == []
    assert health.overfitting(np.ones(40), rises) == []  # the loss does not fall
    assert health.overfitting(loss, 0.04 + loss) == []
    flat = np.r_[np.linspace(2, 0.05, 10), np.linspace(0.05, 0.08, 30)]
    assert health.overfitting(loss, flat) == []  # a small rise after a long fall
    assert health.overfitting(loss, np.where(n % 2, 0.5, 0.9)) == []
    assert health.overfitting(loss, np.where(n == 3, np.nan, rises)) == []


def test_a_layer_that_is_dead():
    net = network(cr.Dense(4), cr.ReLU())
    assert health.dead_units(*forward(net, X, Y), learned=False) == []
    net.parameters["b1"][...] = -100
    (sign,) = health.dead_units(*forward(net, X, Y), learned=True)
    assert (sign.kind, sign.place) == ("dead_units", "relu1")
    assert "all 4 units are dead: slope 0 for all 20 rows" in sign.text


def test_a_layer_that_is_dead_in_part():
    net = network(cr.Dense(40), cr.ReLU())
    net.parameters["b1"][1:] = -100
    program, values = forward(net, X, Y)
    (sign,) = health.dead_units(program, values, learned=False)
    assert "39 of 40 units" in sign.text
    assert health.dead_units(program, values, learned=True) == []


def test_channels_of_a_convolution_are_its_units():
    net = cr.Network(
        cr.Conv2D(3, kernel=2),
        cr.ReLU(),
        cr.Flatten(),
        cr.Dense(2),
        inputs=(4, 4, 1),
        loss=cr.SoftmaxCrossEntropy(),
    )
    net.parameters["b1"][...] = -100
    (sign,) = health.dead_units(*forward(net, np.ones((5, 4, 4, 1)), Y[:5]), learned=False)
    assert "all 3 units" in sign.text


@pytest.mark.parametrize("layer", [cr.Sigmoid, cr.Tanh])
def test_saturated_units(layer):
    net = network(cr.Dense(4), layer())
    assert health.saturated_units(*forward(net, X, Y), learned=False) == []
    program, values = forward(net, 1000 * X, Y)
    (sign,) = health.saturated_units(program, values, learned=False)
    assert sign.kind == "saturated_units" and sign.place == f"{layer.__name__.lower()}1"
    assert health.saturated_units(program, values, learned=True) == []


def test_a_sure_output_is_not_saturated():
    net = cr.Network(cr.Dense(1), cr.Sigmoid(), loss=cr.SquaredError(), inputs=(3,), seed=0)
    program, values = forward(net, 1000 * X, Y[:, None].astype(np.float32))
    assert health.saturated_units(program, values, learned=False) == []


def test_weights_that_grow():
    small, large = {"W1": np.ones(3)}, {"W1": np.full(3, 1e6)}
    (sign,) = health.growing_weights(small, small, large)
    assert (sign.kind, sign.place) == ("updates_too_large", "W1") and "now 1e+06" in sign.text
    assert health.growing_weights(small, large, large) == []  # they stay
    assert health.growing_weights(small, small, {"W1": np.full(3, 500.0)}) == []


def test_weights_that_do_not_move():
    before = {"W1": np.ones(4), "W2": np.full(4, 2.0), "W3": np.zeros(4)}
    now = {"W1": np.ones(4) + 1e-9, "W2": np.full(4, 2.0), "W3": np.ones(4)}
    moved = health.movements(before, now)
    assert moved == {"W1": pytest.approx(1e-9, rel=1e-3), "W2": 0.0}
    (sign,) = health.still_weights(moved, 1000, lr=1e-9)
    assert sign.place == "W1" and "with lr=1e-09: 1,000 updates have changed W1 by 1e-09" in str(
        sign
    )
    assert "No weight has moved in 1,000" in str(health.still_weights({"W1": 0.0}, 1000)[0])
    assert health.still_weights(moved, 100) == []
    assert health.still_weights({"W1": 2e-3}, 10**7) == []


def test_gradients_that_vanish():
    (sign,) = health.vanishing_gradients({"W1": 1e-8, "W2": 1e-4, "W3": 0.1}, 500)
    assert sign.place == "W1" and "changed W3 by 0.1 of its size, but W1 by 1e-08" in sign.text
    assert health.vanishing_gradients({"W1": 1e-8, "W2": 1e-8}, 500) == []
    assert health.vanishing_gradients({"W1": 0.01, "W2": 100.0}, 500) == []
    assert health.vanishing_gradients({"W1": 1e-8}, 500) == []
