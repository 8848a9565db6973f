"""FolderTable: a table in Parquet files, read a part at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import Array
from ...datasets.parquet_files import ParquetFiles
from ...errors import DataError, FileError
from .arrow_cells import cells_of, kind_of
from .cells import listed
from .table import Table

MANY = 1_000_000  # a single file of more rows is read a part at a time, as a folder is


@dataclass(frozen=True, eq=False)
class FolderTable:
    """The rows of Parquet files as a Table of which only a part is in memory.

    Parameters
    ----------
    files : ParquetFiles
        The files.
    names : list of str
        The columns.
    missing : sequence of words and numbers
        Further words for missing cells.
    kept : array of bool, optional
        True for each row of the files that the table has; None: all.
    progress : function, optional
        Called with the number of rows that were read, and with that of all rows.
    """

    files: ParquetFiles
    names: list[str]
    missing: Sequence[Any] = ()
    kept: Array | None = None
    progress: Callable[[int, int], None] | None = None

    @classmethod
    def open(cls, path: Any, ignored: Iterable[str] | None = ()) -> FolderTable:
        """Return the table of a folder, or of a file.

        Parameters
        ----------
        path : str, path or FolderTable
            The folder, or a file. A FolderTable is returned as it is.
        ignored : iterable of str, optional
            Columns that are not read, whatever they hold; None: none of them is checked.

        Raises
        ------
        FileError, DataError
            No Parquet files, broken ones, or columns that differ between them.
        """
        if isinstance(path, FolderTable):
            return path
        files = ParquetFiles(os.fspath(path))
        table = cls(files, list(files.columns))
        if ignored is None:
            return table
        left_out = set(ignored)
        for name in table.names:
            if name not in left_out:
                table.kind(name)
        return table

    @property
    def source(self) -> str:
        """The name of the data in messages."""
        return str(self.files.name)

    def __len__(self) -> int:
        return len(self.files) if self.kept is None else int(np.count_nonzero(self.kept))

    def kind(self, name: str) -> str:
        """Return "number", "date" or "word": what the type of a column says."""
        try:
            return kind_of(name, self.files.schema([name]).field(0).type)
        except DataError as error:
            if str(error).startswith(self.source):
                raise
            raise DataError(f"{self.source}, {error}") from None

    def check(self, name: str) -> None:
        """Raise DataError unless the table has this column."""
        if name not in self.names:
            got = f"columns {listed(self.names)}"
            raise DataError(self.source, f"the column {name}", got, "Name one of them.")

    def check_all(self, names: Sequence[str]) -> None:
        """Raise DataError unless the table has these columns, with cells that can be used."""
        if absent := [name for name in names if name not in self.names]:
            rule = f"the column{'s' * (len(absent) > 1)} {listed(absent)}"
            remedy = "Add what is missing; cells may be empty."
            raise DataError(self.source, rule, f"columns {listed(self.names)}", remedy)
        for name in names:
            self.kind(name)

    def without(self, name: str) -> FolderTable:
        """Return the table of the other columns."""
        return replace(self, names=[n for n in self.names if n != name])

    def emptied(self, words: Sequence[Any]) -> FolderTable:
        """Return the table in which cells with one of these words or numbers are missing."""
        return replace(self, missing=[*self.missing, *words])

    def take(self, rows: Array) -> FolderTable:
        """Return the table of some rows: an array of bool, one for each row."""
        if rows.all():
            return self
        if self.kept is None:
            return replace(self, kept=rows.copy())
        kept = self.kept.copy()
        kept[kept] = rows
        return replace(self, kept=kept)

    def place(self, row: int) -> str:
        """Return where a row is, for messages."""
        line = row if self.kept is None else int(np.flatnonzero(self.kept)[row])
        return f"{self.source}, {self.files.place(line)}"

    def parts(self, names: Sequence[str] | None = None) -> Iterator[tuple[slice, Table]]:
        """Yield the rows a part at a time: their numbers in this table, and their cells.

        Parameters
        ----------
        names : sequence of str, optional
            The columns that are read; None: all of the table.
        """
        columns = (self.names if names is None else list(names)) or self.files.columns[:1]
        begin = row = 0
        for batch in self.files.batches(columns):
            kept = None if self.kept is None else self.kept[row : row + len(batch)]
            if kept is None or kept.any():
                part = self.part(batch, row, kept, columns)
                yield slice(begin, begin + len(part)), part
                begin += len(part)
            row += len(batch)
            if self.progress is not None:
                self.progress(row, len(self.files))

    def part(self, batch: Any, first: int, kept: Array | None, names: Sequence[str]) -> Table:
        """Return the cells of a record batch of the files.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            The batch.
        first : int
            The number of its first row in the files.
        kept : array of bool, optional
            Which of its rows are wanted; None: all.
        names : sequence of str
            The columns.
        """
        try:
            cells = {name: cells_of(name, batch.column(name)) for name in names}
        except DataError as error:
            raise DataError(f"{self.source}, {error}") from None
        lines = np.arange(first, first + len(batch))
        whole = Table(cells, self.source, lines, self.files.place)
        return (whole if kept is None else whole.take(kept)).emptied(self.missing)

    def rows(self, numbers: Array, names: Sequence[str] | None = None) -> Table:
        """Return some rows in memory, in this order.

        Parameters
        ----------
        numbers : array of int
            Their numbers in this table, each once.
        names : sequence of str, optional
            The columns that are read; None: all of the table.
        """
        order = np.argsort(numbers, kind="stable")
        ascending = np.asarray(numbers)[order]
        found: list[Table] = []
        for here, part in self.parts(names):
            low, high = np.searchsorted(ascending, (here.start, here.stop))
            if high > low:
                found.append(part.take(ascending[low:high] - here.start))
        back = np.empty(len(order), int)
        back[order] = np.arange(len(order))
        return _joined(found).take(back)


def _joined(parts: Sequence[Table]) -> Table:
    """Return the rows of several parts as one table."""
    columns = {n: np.concatenate([p.columns[n] for p in parts]) for n in parts[0].names}
    lines = np.concatenate([p.lines for p in parts if p.lines is not None])
    return replace(parts[0], columns=columns, lines=lines)


def is_file(X: Any) -> bool:
    """Return True for the path of a file."""
    return isinstance(X, (str, os.PathLike)) and os.path.isfile(X)


def is_folder(X: Any) -> bool:
    """Return True for a FolderTable, a folder, and a file with too many rows for a data frame."""
    if isinstance(X, FolderTable):
        return True
    if not isinstance(X, (str, os.PathLike)):
        return False
    path = Path(os.fspath(X))
    if path.is_dir() or os.fspath(X).endswith(("/", os.sep)):
        return True
    if path.suffix.lower() != ".parquet" or not is_file(path):
        return False
    try:
        return len(ParquetFiles(path)) > MANY
    except (FileError, DataError):
        return False  # whoever reads it says what is wrong with it
