"""Table: columns with names, from arrays, dicts, data frames of pandas or polars, and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from ...files.text import Reading
from .cells import emptied, is_numeral, listed, plain
from .reading import read_columns


@dataclass(frozen=True)
class Table:
    """Columns by name, all of one length.

    Parameters
    ----------
    columns : dict of arrays
        float64 with NaN, datetime64[us] with NaT, or objects: words and None.
    source : str
        The name of the data in messages.
    lines : array, optional
        The line of each row in its file.
    where : function, optional
        It takes one of `lines` and returns what it is called in messages: "line 3".
    """

    columns: dict[str, Array]
    source: str = "X"
    lines: Array | None = field(default=None, repr=False)
    where: Callable[[int], str] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def take(self, rows: Any) -> Table:
        """Return the table of these rows."""
        lines = None if self.lines is None else self.lines[rows]
        columns = {name: a[rows] for name, a in self.columns.items()}
        return Table(columns, self.source, lines, self.where)

    def without(self, name: str) -> Table:
        """Return the table of the other columns."""
        return replace(self, columns={n: a for n, a in self.columns.items() if n != name})

    def emptied(self, words: Iterable[Any]) -> Table:
        """Return the table in which cells with one of these words or numbers are missing."""
        found = frozenset(str(w).strip().lower() for w in words)
        if not found:
            return self
        numbers = np.array([float(w) for w in found if is_numeral(w)])
        columns = {n: emptied(a, found, numbers) for n, a in self.columns.items()}
        return replace(self, columns=columns)

    def select(self, names: Iterable[str]) -> Table:
        """Return the table of these columns, in this order.

        Raises
        ------
        DataError
            A column is missing; the message names it.
        """
        wanted = list(names)
        if absent := [name for name in wanted if name not in self.columns]:
            raise DataError(
                self.source,
                f"the column{'s' * (len(absent) > 1)} {listed(absent)}",
                f"columns {listed(self.names)}",
                "Add what is missing; cells may be empty.",
            )
        return replace(self, columns={name: self.columns[name] for name in wanted})

    def place(self, row: int) -> str:
        """Return where a row is, for messages: its line in a file, else its number."""
        if self.where is not None and self.lines is not None:
            return f"{self.source}, {self.where(int(self.lines[row]))}"
        return (
            f"{self.source}, line {self.lines[row]}"
            if self.lines is not None
            else f"{self.source}, row {row}"
        )


def as_table(X: Any, reading: Reading | None = None) -> Table:
    """Return what the user gave as a Table.

    Parameters
    ----------
    X : path, dict of columns, DataFrame of pandas or polars, Table, or array (N, D)
        A path is a .csv, .xlsx or .parquet file. Columns of an array are called x0, x1, ...
    reading : Reading, optional
        How a file is read: its encoding, its sheet.

    Raises
    ------
    DataError
        Columns of different lengths, or cells that are no number, word or date.
    FileError
        A file that cannot be read.
    """
    if isinstance(X, Table):
        return X
    if isinstance(X, (str, os.PathLike)):
        columns, lines = read_columns(X, reading)
        return Table(columns, os.fspath(X), lines)
    given = _columns_of(X)
    if bad := next((name for name, a in given.items() if a.ndim != 1), None):
        raise DataError(
            f"column {bad}",
            "one value a row",
            f"shape {given[bad].shape}",
            "Give columns of cells.",
        )
    if len(lengths := {len(a) for a in given.values()}) > 1:
        raise DataError(
            "X",
            "columns of one length",
            listed(map(str, sorted(lengths))),
            "Fill the shorter ones.",
        )
    return Table({name: plain(name, a) for name, a in given.items()})


def _columns_of(X: Any) -> dict[str, Array]:
    """Return the columns of a dict, a data frame or an array by name, their cells as they are."""
    if isinstance(X, Mapping):
        return {str(name): np.asarray(column) for name, column in X.items()}
    if hasattr(X, "columns"):
        given = {str(name): np.asarray(X[name]) for name in X.columns}
        if len(given) < len(X.columns):
            raise DataError(
                "X", "columns with different names", listed(map(str, X.columns)), "Rename them."
            )
        return given
    a = np.asarray(X)
    if a.ndim != 2:
        raise DataError(
            "X",
            "a table: rows and columns",
            f"an array of shape {a.shape}",
            "Give a DataFrame.",
        )
    return {f"x{k}": a[:, k] for k in range(a.shape[1])}
