"""What penalty.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.L1(-1), r"L1\(rate=-1\): rate must be a number ≥ 0"),
        (lambda: cr.L2("a"), r"rate must be a number ≥ 0"),
        (lambda: cr.ElasticNet(0.1, -1), r"l2 must be a number ≥ 0"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


def test_a_penalty_adds_its_gradient():
    X, y = np.random.default_rng(8).normal(size=(2, 6, 3))
    plain = network(cr.Dense(3), inputs=(3,))
    W = plain.parameters["W1"]
    loss, g = plain.loss_and_grad(X, y)
    for penalty, omega, extra in [
        (cr.L2(0.3), 0.3 * (W**2).sum() / 2, 0.3 * W),
        (cr.L1(0.2), 0.2 * np.abs(W).sum(), 0.2 * np.sign(W)),
        (
            cr.ElasticNet(0.2, 0.3),
            0.2 * np.abs(W).sum() + 0.3 * (W**2).sum() / 2,
            0.2 * np.sign(W) + 0.3 * W,
        ),
    ]:
        net = network(cr.Dense(3, penalty=penalty), inputs=(3,))
        penalized, h = net.loss_and_grad(X, y)
        assert penalized == pytest.approx(loss + omega)
        assert h["W1"] == pytest.approx(g["W1"] + extra) and h["b1"] == pytest.approx(g["b1"])
        assert net.check_gradients(X, y).passed
