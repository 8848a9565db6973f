"""What the activations promise at zero and far out."""

import math

import numpy as np
import pytest
from tests.layers.networks import network, predict

import chainrule as cr


@pytest.mark.parametrize(
    ("layer", "at_zero", "slope_at_zero", "low", "high"),
    [
        (cr.Identity(), 0, 1, -1000, 1000),
        (cr.Sigmoid(), 0.5, 0.25, 0, 1),
        (cr.Tanh(), 0, 1, -1, 1),
        (cr.ReLU(), 0, 0, 0, 1000),
        (cr.LeakyReLU(), 0, 0.01, -10, 1000),
        (cr.ELU(alpha=0.5), 0, 0.5, -0.5, 1000),
        (cr.SELU(), 0, 1.7580993408473766, -1.7580993408473766, 1050.7009873554805),
        (cr.GELU(), 0, 0.5, 0, 1000),
        (cr.SiLU(), 0, 0.5, 0, 1000),
        (cr.Softplus(), math.log(2), 0.5, 0, 1000),
        (cr.Softsign(), 0, 1, -1000 / 1001, 1000 / 1001),
    ],
    ids=lambda v: repr(v) if isinstance(v, cr.Layer) else "",
)
def test_an_activation_at_zero_and_far_out(layer, at_zero, slope_at_zero, low, high):
    """The slope at a kink is the usual one: 0 for ReLU, the left slope for its relatives."""
    assert predict(layer, [[0.0], [-1000.0], [1000.0]]).ravel() == pytest.approx(
        [at_zero, low, high], abs=1e-15
    )
    net = network(cr.Dense(1, bias=False, init=[[0.0]]), layer, inputs=(1,))
    gradient = net.loss_and_grad([[1.0]], [[at_zero - 0.5]])[1]["W1"]  # dL/dp = 2 (p − y) = 1
    assert gradient.item() == pytest.approx(slope_at_zero, rel=1e-14)


def test_nan_stays_nan():
    for layer in (
        cr.Sigmoid(),
        cr.Tanh(),
        cr.ReLU(),
        cr.ELU(),
        cr.SELU(),
        cr.GELU(),
        cr.SiLU(),
        cr.LeakyReLU(),
    ):
        step = network(layer, inputs=(1,)).programs.predict.steps[0]
        assert np.isnan(step.op.forward(np.array([[np.nan]]), **step.attrs)).all(), layer
