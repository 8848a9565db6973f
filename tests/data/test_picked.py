"""Rows that are picked from a memory map look like an array of these rows."""

import numpy as np

from chainrule.data import picked
from chainrule.data.picked import PickedRows, is_large_map

ALL = np.arange(60.0).reshape(20, 3)


def test_they_look_like_an_array_of_these_rows():
    numbers = np.array([19, 0, 7, 7])
    found, same = PickedRows(ALL, numbers), ALL[numbers]
    assert (found.shape, found.ndim, found.dtype) == (same.shape, same.ndim, same.dtype)
    assert (len(found), found.nbytes) == (4, same.nbytes)
    for rows in (slice(1, 3), slice(0, 99), np.array([3, 0]), np.array([], int)):
        assert (found[rows] == same[rows]).all()
    again = found.pick(np.array([2, 0]))
    assert (again[:] == same[[2, 0]]).all()


def test_only_a_large_memory_map_is_one(tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", ALL)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert not is_large_map(mapped)
    monkeypatch.setattr(picked, "LARGE", 1)
    assert is_large_map(mapped) and is_large_map(np.asarray(mapped)[2:])
    assert not is_large_map(ALL) and not is_large_map(mapped[:, :2]) and not is_large_map([1])
