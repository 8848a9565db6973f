"""What every loss promises far from its targets."""

import numpy as np
import pytest

import chainrule as cr


@pytest.mark.parametrize("size", [0.0, 1.0, 1000.0, -1000.0])
@pytest.mark.parametrize(
    "loss",
    [
        "SquaredError",
        "AbsoluteError",
        "Huber",
        "LogCosh",
        "Quantile",
        "Poisson",
        "Hinge",
        "SquaredHinge",
        "SigmoidCrossEntropy",
        "SoftmaxCrossEntropy",
        "KLDivergence",
    ],
)
def test_float32_far_out_is_finite(loss, size):
    y = [[1.0, 0.0]] if loss in ("SoftmaxCrossEntropy", "KLDivergence") else [[1.0, 1.0]]
    net = cr.Network(cr.Dense(2, init=[[size, -size]]), loss=getattr(cr, loss)(), inputs=(1,))
    L, g = net.loss_and_grad([[1.0]], y)
    assert np.isfinite(L) and all(np.isfinite(d).all() for d in g.values())
    assert np.isfinite(net.predict([[1.0]])).all()
