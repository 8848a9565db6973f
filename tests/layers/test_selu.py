"""What the layer of selu.py promises beyond the contracts."""

import numpy as np
from tests.layers.networks import predict

import chainrule as cr
from chainrule import random


def test_selu_keeps_mean_and_variance():
    z = random.normal((0, 0), random.DATA, 0, np.arange(50_000), 1)
    a = predict(cr.SELU(), z)
    assert abs(a.mean()) < 0.01 and abs(a.var() - 1) < 0.02
