"""What arrays.py promises."""

import numpy as np
import pytest

from chainrule.arrays import is_finite


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_vector_is_finite_if_every_number_is(dtype):
    a = np.ones(1000, dtype)
    assert is_finite(a) and is_finite(a[:0])
    for bad in (np.nan, np.inf, -np.inf):
        a[500] = bad
        assert not is_finite(a)


def test_large_numbers_whose_squares_overflow_are_finite():
    with np.errstate(over="ignore"):
        assert is_finite(np.full(3, 1e30, np.float32)) and is_finite(np.full(3, -1e300))
