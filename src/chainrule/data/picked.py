"""Some rows of a large memory-mapped array: they are read when they are asked for."""

from __future__ import annotations

from mmap import mmap
from typing import Any

import numpy as np

from ..arrays import Array

LARGE = 1 << 28  # bytes of a memory-mapped array, of which a part is not copied into memory


class PickedRows:
    """Some rows of an array, indexed like an array of these rows.

    Parameters
    ----------
    array : array
        All rows.
    numbers : array of int
        The numbers of the rows that are picked.
    """

    def __init__(self, array: Array, numbers: Array) -> None:
        self.array, self.numbers = array, numbers
        self.shape: tuple[int, ...] = (len(numbers), *array.shape[1:])
        self.dtype: np.dtype[Any] = array.dtype
        self.ndim = array.ndim

    @property
    def nbytes(self) -> int:
        """The bytes of all these rows."""
        return len(self) * self.array[:1].nbytes

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, rows: Any) -> Array:
        """Return these rows as an array in memory."""
        found: Array = self.array.take(self.numbers[rows], axis=0)
        return found

    def pick(self, rows: Array) -> PickedRows:
        """Return some of these rows."""
        return PickedRows(self.array, self.numbers[rows])


def is_large_map(array: Any) -> bool:
    """Return True for a memory-mapped array of which no large part should be copied."""
    if not isinstance(array, np.ndarray) or array.nbytes < LARGE or not array.flags.c_contiguous:
        return False
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base, mmap)
