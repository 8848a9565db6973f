"""Tables of scipy.sparse: their rows become dense when they are read, some at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from .cells import check_finite


def is_sparse(X: Any) -> bool:
    """Return True for a matrix or array of scipy.sparse, of any format."""
    return hasattr(X, "tocsr") and hasattr(X, "toarray") and getattr(X, "ndim", 0) == 2


class SparseRows:
    """A sparse table that is indexed by rows like an array, and gives dense rows.

    Only the rows that are asked for become dense, so a table that would not fit in memory can be
    read batch by batch.

    Parameters
    ----------
    table : sparse matrix or array
        Of any format; it is kept as CSR.
    """

    ndim = 2

    def __init__(self, table: Any) -> None:
        self.table = table.tocsr()
        self.shape: tuple[int, int] = self.table.shape
        self.dtype: np.dtype[Any] = self.table.dtype

    @classmethod
    def checked(cls, name: str, table: Any, dtype: np.dtype[Any], *, least: int = 1) -> SparseRows:
        """Return the table after the checks that an array gets.

        Parameters
        ----------
        name : str
            Its name, for messages.
        table : sparse matrix or array
            What the user gave.
        dtype : dtype
            The type in which every number must be finite.
        least : int
            The fewest rows that it may have, 0 or 1.
        """
        rows = cls(table)
        if rows.dtype.kind not in "fiub":
            raise DataError(name, "real numbers", str(rows.dtype), "Make them floats.")
        if len(rows) < least:
            got = f"an empty table of shape {rows.shape}"
            raise DataError(name, "at least one row", got, "Check how it was loaded.")
        try:
            check_finite(name, rows.table.data, dtype)
        except DataError:
            for begin in range(len(rows)):  # the message names row and column
                check_finite(f"{name}: row {begin}", rows[begin : begin + 1], dtype)
            raise
        return rows

    @property
    def nbytes(self) -> int:
        """The bytes of all rows if they were dense."""
        return self.shape[0] * self.shape[1] * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Array:
        """Return these rows as a dense array."""
        dense: Array = self.table[rows].toarray()
        return dense

    def pick(self, rows: Array) -> SparseRows:
        """Return these rows as another sparse table."""
        return SparseRows(self.table[rows])
