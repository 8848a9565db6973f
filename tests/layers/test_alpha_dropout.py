"""AlphaDropout keeps mean 0 and variance 1."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines.reference import Reference
from chainrule.layers.alpha_dropout import LOWEST

N, D = 2000, 50


def in_training(rate, X):
    """Return what the layer makes of X in a training step."""
    net = cr.Network(cr.AlphaDropout(rate), loss=cr.SquaredError(), inputs=(D,), dtype="float64")
    program = net.programs.train
    inputs = {"x": X, "y": X, "c": np.full(N, 1 / N), "row": np.arange(N), "key": np.array([0, 1])}
    values = Reference(program).forward(net.theta, inputs, [slice(0, N)])
    output = next(s.inputs[0] for s in program.steps if s.op.name == "squared_error")
    return values[output][0]


@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_mean_and_variance_stay(rate):
    X = np.random.default_rng(0).normal(size=(N, D))
    h = in_training(rate, X)
    assert abs(h.mean()) < 0.02 and abs(h.std() - 1) < 0.02
    a = ((1 - rate) * (1 + rate * LOWEST**2)) ** -0.5
    dropped = np.isclose(h, a * LOWEST - a * rate * LOWEST)
    assert abs(dropped.mean() - rate) < 0.01
    assert np.allclose(h[~dropped], (a * X - a * rate * LOWEST)[~dropped])
