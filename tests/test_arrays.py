"""What arrays.py promises."""

import numpy as np
import pytest

from chainrule.arrays import copies_apart, is_finite, zeros_apart


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [40_000, (200, 200), (3,), (0, 5)])
def test_large_arrays_begin_with_a_cache_line_at_different_places_of_a_page(shape, dtype):
    made = [zeros_apart(shape, dtype, k) for k in range(5)]
    for a in made:
        assert a.shape == np.zeros(shape).shape and a.dtype == dtype and not a.any()
        assert a.flags.c_contiguous and a.flags.writeable
    if a.size > 100:
        places = [a.ctypes.data % 4096 for a in made]
        assert len(set(places)) == 5 and not any(place % 64 for place in places)


def test_copies_have_the_numbers_and_types_of_the_arrays():
    arrays = {"a": np.arange(20_000.0), "b": np.array(3), "c": np.ones((300, 100), np.float32).T}
    for name, copy in copies_apart(arrays).items():
        np.testing.assert_array_equal(copy, arrays[name], strict=True)
        assert not np.shares_memory(copy, arrays[name])
