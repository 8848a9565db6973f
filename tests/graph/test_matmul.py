"""What matmul.py promises."""

import numpy as np
import pytest

from chainrule import ops


def test_rows_do_not_broadcast_against_each_other():
    with pytest.raises(ValueError, match="is not"):
        ops.matmul(np.ones((3, 2, 2)), np.ones((1, 2, 2)))


def test_one_matrix_on_the_right_serves_all_rows():
    a, b = np.random.default_rng(0).normal(size=(3, 2, 4)), np.ones((4, 5))
    assert np.array_equal(ops.matmul(a, b), np.stack([row @ b for row in a]))
