"""What the layer of shared.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Shared("tower", cr.Tanh), r"got the class Tanh"),
        (lambda: cr.Shared("a/b", cr.Tanh()), r"tower must be a word"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("chain", "inputs", "message"),
    [
        (
            [cr.Shared("t", cr.Dense(2)), cr.Shared("t", cr.Dense(2))],
            (3,),
            r"t/dense1.*expected the shape \(3, 2\) that t/dense1/W has",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


def test_shared_parameters_exist_once_and_collect_both_gradients():
    tower = cr.Shared("tower", cr.Dense(2, penalty=cr.L2(0.1)))
    net = network(tower, cr.Tanh(), tower, inputs=(2,))
    assert [p.path for p in net.programs.train.params] == ["tower/dense1/W", "tower/dense1/b"]
    assert sum(s.op.name == "half_squared_norm" for s in net.programs.train.steps) == 1, (
        "its penalty counts once"
    )
    rng = np.random.default_rng(7)
    X, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    assert net.check_gradients(X, y).passed
    two = network(cr.Dense(2), cr.Tanh(), cr.Dense(2), inputs=(2,))
    two.theta[...] = np.tile(net.theta, 2)
    g, h = net.loss_and_grad(X, y)[1], two.loss_and_grad(X, y)[1]
    assert g["W1"] == pytest.approx(h["W1"] + h["W2"] + 0.1 * net.parameters["W1"])
    assert g["b1"] == pytest.approx(h["b1"] + h["b2"])


def test_different_towers_share_nothing():
    net = network(cr.Shared("a", cr.Dense(2)), cr.Shared("b", cr.Dense(2)), inputs=(2,))
    assert [p.path for p in net.programs.train.params] == [
        "a/dense1/W",
        "a/dense1/b",
        "b/dense1/W",
        "b/dense1/b",
    ]
