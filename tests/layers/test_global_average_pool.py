"""What the layer of global_average_pool.py promises beyond the contracts."""

import numpy as np
from tests.layers.networks import predict

import chainrule as cr


def test_it_is_the_mean_of_each_channel():
    X = np.random.default_rng(0).normal(size=(3, 5, 4, 6))
    assert np.allclose(predict(cr.GlobalAveragePool(), X), X.mean(axis=(1, 2)), atol=1e-14)
    assert np.allclose(predict(cr.GlobalAveragePool(), X[:, 0]), X[:, 0].mean(axis=1), atol=1e-14)
