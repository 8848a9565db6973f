"""The checksum of arrays."""

import numpy as np
import pytest

from chainrule.files.checksum import checksum

ARRAYS = [np.arange(1000.0), np.arange(7, dtype=np.float32), np.zeros(0)]


def test_it_is_the_same_for_the_same_bits():
    assert checksum(ARRAYS) == checksum([a.copy() for a in ARRAYS])


@pytest.mark.parametrize("place", [0, 511, 999])
def test_it_changes_with_one_bit(place):
    changed = [a.copy() for a in ARRAYS]
    changed[0].view(np.uint64)[place] ^= np.uint64(1)
    assert checksum(changed) != checksum(ARRAYS)


def test_it_changes_with_the_order():
    assert checksum([ARRAYS[0][::-1], *ARRAYS[1:]]) != checksum(ARRAYS)
