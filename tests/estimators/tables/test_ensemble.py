"""Several networks as one."""

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")

from tests.estimators.tables.model_cases import RNG

import chainrule as cr
from chainrule.estimators.tables.ensemble import average


def test_the_network_is_the_mean_of_its_members():
    loss = cr.SoftmaxCrossEntropy()
    members = [
        cr.Network(
            cr.Dense(4), cr.SiLU(), cr.Dropout(0.5), cr.Dense(3), loss=loss, inputs=(2,), seed=s
        )
        for s in range(3)
    ]
    X = RNG.normal(size=(5, 2))
    whole = average(members)
    z = np.mean([net.activations(X)["z2"] for net in members], axis=0)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    np.testing.assert_allclose(whole.predict(X), e / e.sum(axis=1, keepdims=True), rtol=1e-5)
    assert average(members[:1]) is members[0]
