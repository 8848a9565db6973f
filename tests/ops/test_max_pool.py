"""What max_pool.py promises."""

import numpy as np
from tests.layers.networks import image

from chainrule import ops


def test_pooling_of_nan_is_nan():
    X = image([1.0, np.nan], [3.0, 2.0])
    assert np.isnan(ops.max_pool(X, size=(2, 2), stride=(2, 2))).all()
    assert ops.max_pool.backward(np.ones((1, 1, 1, 1)), None, X, (2, 2), (2, 2))[
        0
    ].ravel().tolist() == [0, 1, 0, 0]
