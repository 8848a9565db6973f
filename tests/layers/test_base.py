"""What the layer of base.py promises beyond the contracts."""

import numpy as np
from tests.layers.networks import network

import chainrule as cr


def test_what_is_not_trainable_stays():
    net = network(
        cr.Dense(3, trainable=False), cr.BatchNorm(trainable=False), cr.Dense(2), inputs=(3,)
    )
    before = {name: v.copy() for name, v in net.parameters.items()}
    net.fit(np.eye(3), np.ones((3, 2)), epochs=2, verbose=0)
    moved = {name for name, v in net.parameters.items() if not np.array_equal(v, before[name])}
    assert moved == {"W3", "b3"}
