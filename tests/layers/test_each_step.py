"""What the layer of each_step.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.EachStep(cr.Tanh), r"got the class Tanh"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("chain", "inputs", "message"),
    [
        (
            [cr.EachStep(cr.Dense(2))],
            (3,),
            r"each_step1, .*expected input of shape \(N, T, D\), got \(N, 3\)",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


def test_each_step_is_the_layer_on_each_step():
    X = np.random.default_rng(5).normal(size=(3, 5, 2))
    net = network(cr.EachStep(cr.Sequential(cr.Dense(4), cr.Tanh())), inputs=(5, 2))
    W, b = net.parameters.values()
    assert (W.shape, b.shape) == ((2, 4), (4,))
    assert net.predict(X) == pytest.approx(np.tanh(X @ W + b))


def test_each_step_and_dense_on_all_steps_have_one_gradient():
    """dW is the sum over rows and steps, as for one Dense on N T rows."""
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(4, 3, 2)), rng.normal(size=(4, 3, 5))
    steps, rows = (
        network(cr.EachStep(cr.Dense(5)), inputs=(3, 2)),
        network(cr.Dense(5), inputs=(2,)),
    )
    rows.theta[...] = steps.theta
    loss, g = steps.loss_and_grad(X, y)
    other, h = rows.loss_and_grad(X.reshape(12, 2), y.reshape(12, 5))
    assert loss == pytest.approx(other)
    assert all(g[k] == pytest.approx(h[k]) for k in ("W1", "b1"))
