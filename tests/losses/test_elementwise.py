"""What elementwise.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.losses.rows import network

import chainrule as cr


def test_at_a_kink_the_gradient_is_the_fields():
    def gradient(loss, p, y):
        net = cr.Network(cr.Dense(1, init=[[p]]), loss=loss, inputs=(1,), dtype="float64")
        return net.loss_and_grad([[1.0]], [[y]])[1]["W1"].item()

    assert gradient(cr.AbsoluteError(), 2.0, 2.0) == 0
    assert gradient(cr.Quantile(q=0.9), 2.0, 2.0) == -0.9
    assert gradient(cr.Hinge(), 1.0, 1.0) == 0
    assert gradient(cr.Huber(), 1.0, 0.0) == 1


def test_several_axes_of_outputs_are_one_sum():
    rng = np.random.default_rng(2)
    p, y = rng.normal(size=(2, 3, 2, 2))
    for loss in (
        cr.SquaredError(),
        cr.AbsoluteError(outputs="sum"),
        cr.Huber(),
        cr.LogCosh(),
        cr.Quantile(),
    ):
        images = cr.Network(cr.Identity(), loss=loss, inputs=(2, 2), dtype="float64").loss_and_grad(
            p, y
        )[0]
        rows = network(loss, 4).loss_and_grad(p.reshape(3, 4), y.reshape(3, 4))[0]
        assert images == pytest.approx(rows)
