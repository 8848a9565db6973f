"""What the layer of softmax.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import predict

import chainrule as cr


def test_softmax_is_a_distribution_that_a_shift_does_not_change():
    z = np.random.default_rng(0).normal(size=(5, 2, 4))
    p = predict(cr.Softmax(), z)
    assert p.sum(axis=-1) == pytest.approx(np.ones((5, 2))) and (p > 0).all()
    assert predict(cr.Softmax(), z + 1000) == pytest.approx(p)
    assert np.exp(predict(cr.LogSoftmax(), z)) == pytest.approx(p)
