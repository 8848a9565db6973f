"""What concatenate.py promises."""

import numpy as np

from chainrule import ops


def test_it_joins_arrays():
    x = np.ones((2, 3))
    assert ops.concatenate(x, x, axis=1).shape == (2, 6)
