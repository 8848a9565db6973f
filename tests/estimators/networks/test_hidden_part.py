"""The part of a network up to a hidden layer."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

import chainrule as cr
from chainrule.estimators.networks.hidden_part import hidden_part, with_weights


def test_which_layers_have_weights():
    chain = (
        cr.Conv2D(2, name="eye"),
        cr.ReLU(),
        cr.MaxPool2D(2),
        cr.Shared("tower", cr.Conv2D(2, padding="same")),
        cr.Shared("tower", cr.Conv2D(2, padding="same")),
        cr.Residual(cr.Conv2D(2, padding="same"), cr.Tanh()),
        cr.Flatten(),
        cr.Sequential(cr.Dense(3), cr.ReLU()),
        cr.Dense(2),
        cr.Dense(1),
        cr.Identity(),
    )
    net = cr.Network(*chain, loss=cr.SquaredError(), inputs=(8, 8, 1))
    assert with_weights(net) == [0, 3, 4, 5, 7, 8, 9]
    part = hidden_part("here", net, 0)
    assert part.layers == chain[:3] and part.programs.output[1:] == (3, 3, 2)
    images = np.random.RandomState(0).rand(5, 8, 8, 1).astype(np.float32)
    whole = net.activations(images)
    np.testing.assert_allclose(hidden_part("here", net, -1).predict(images), whole["z5"], atol=1e-5)
