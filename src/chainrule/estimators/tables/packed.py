"""The encoded rows of a FolderTable, on disk: numbers as they are, a word as one number."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np

from ...arrays import Array
from ...datasets.decoded import Decoded
from ...network import Network
from .columns import Column
from .folder import FolderTable
from .held_out import Rows
from .in_parts import Room
from .kinds import describe
from .rows import LEAST

CHUNK = 8192  # rows whose inputs are in memory at once
ANSWERS = 400_000  # numbers that a network answers for its held-out rows at most


class Packed:
    """Encoded rows. A column of words is stored as one number a row; `inputs` makes its inputs.

    Parameters
    ----------
    columns : sequence of Column
        The measured columns.
    table : FolderTable
        The rows.
    words : sequence of words and numbers
        Further words for missing cells.
    cache : str or path, optional
        The folder that keeps the encoded rows; None: a temporary one.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        table: FolderTable,
        words: Sequence[Any] = (),
        cache: str | os.PathLike[str] | None = None,
    ) -> None:
        table = table.emptied(words)
        used = [column for column in columns if column.inputs]
        table.check_all([column.name for column in used])
        self.books = [column.book().astype(np.float32) for column in used]
        coded = [column for column, book in zip(used, self.books, strict=True) if len(book)]
        plain = [column for column, book in zip(used, self.books, strict=True) if not len(book)]
        self.names = [column.name for column in used]
        self.coded = {column.name: k for k, column in enumerate(coded)}
        self.plain = dict(zip([c.name for c in plain], _stretches(plain), strict=True))
        self.where = _stretches(used)
        self.width: int = max(
            [1, *(where.stop for where in self.where)]
        )  # none: an input that is 0
        self.lines = None if table.kept is None else _numbers(np.flatnonzero(table.kept))
        self.rows = len(table)
        largest = max((len(book) for book in self.books), default=0)
        kind = np.int16 if largest < np.iinfo(np.int16).max else np.int32
        parts = [_Part(table, plain, np.float32), _Part(table, coded, kind)]
        stored = {part.key: part for part in parts if part.names}
        # The numbers of a folder's rows, as those of `Parquet` are; a part reads like its Columns.
        self.decoded = Decoded(
            table.files, cast(Any, stored), None if cache is None else Path(cache)
        )
        maps = self.decoded.maps() if stored else {}
        self.numbers, self.codes = (
            maps.get(part.key, np.zeros((len(table.files), 0), part.dtype)) for part in parts
        )

    def __len__(self) -> int:
        return self.rows

    @property
    def nbytes(self) -> int:
        """The bytes on disk."""
        return self.numbers.nbytes + self.codes.nbytes

    def inputs(self, rows: Array | slice) -> Array:
        """Return the inputs of some rows in memory, (n, inputs), in float32."""
        at = rows if self.lines is None else self.lines[rows]
        numbers = self.numbers[at]
        if not self.coded and self.names:
            return numbers
        codes = self.codes[at]
        found = np.zeros((len(numbers), self.width), np.float32)
        for name, book, where in zip(self.names, self.books, self.where, strict=True):
            if name in self.plain:
                found[:, where] = numbers[:, self.plain[name]]
            else:
                found[:, where] = book[codes[:, self.coded[name]]]
        return found


class _Part:
    """Some columns of a table, encoded side by side: what `Decoded` stores as one array.

    Parameters
    ----------
    table : FolderTable
        The rows; those that it leaves out become 0.
    columns : sequence of Column
        The columns, all with a book or all without one.
    dtype : dtype
        The type of the array: float for inputs, whole numbers for rows of books.
    """

    def __init__(self, table: FolderTable, columns: Sequence[Column], dtype: Any) -> None:
        self.table, self.columns, self.dtype = table, columns, np.dtype(dtype)
        self.names = [column.name for column in columns]
        self.coded = self.dtype.kind == "i"
        width = len(columns) if self.coded else sum(len(column.inputs) for column in columns)
        self.shape = (width,)
        self.row_bytes = width * self.dtype.itemsize
        about = [describe(column) for column in columns], [*map(str, table.missing)]
        digest = sha256(json.dumps(about).encode())
        if table.kept is not None:
            digest.update(np.packbits(table.kept).tobytes())
        self.key = digest.hexdigest()  # of all that the array depends on beside the files

    def read(self, batch: Any, begin: int) -> Array:
        """Return the encoded rows of a record batch.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            It has these columns.
        begin : int
            The number of its first row.
        """
        found = np.zeros((len(batch), *self.shape), self.dtype)
        kept = self.table.kept
        own = None if kept is None else kept[begin : begin + len(batch)]
        if own is not None and not own.any():
            return found
        part = self.table.part(batch, begin, own, self.names)
        rows: Any = slice(None) if own is None else own
        at = 0
        for column in self.columns:
            cells = part.columns[column.name]
            if self.coded:
                found[rows, at] = column.codes(cells)
                at += 1
            else:
                width = len(column.inputs)
                found[rows, at : at + width] = column.encode(cells, part.place)
                at += width
        return found


def _stretches(columns: Sequence[Column]) -> list[slice]:
    """Return where the inputs of each column are."""
    ends = np.cumsum([0, *(len(column.inputs) for column in columns)]).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]


def _numbers(rows: Array) -> Array:
    """Return row numbers in as few bytes as they need."""
    found: Array = rows.astype(np.int32 if not len(rows) or rows[-1] < 2**31 else np.int64)
    return found


@dataclass(frozen=True, eq=False)
class PackedRows:
    """Rows as the network gets them, on disk: Packed inputs, targets and weights.

    Parameters
    ----------
    packed : Packed
        The inputs of all rows.
    targets : array
        The targets of all rows.
    row_weights : array, optional
        The weights of all rows.
    room : function
        It returns arrays on disk.
    name : str
        A text that is the same for the same data.
    numbers : array of int, optional
        Which of the rows these are; None: all.
    """

    packed: Packed
    targets: Array
    row_weights: Array | None
    room: Room
    name: str
    numbers: Array | None = None

    def __len__(self) -> int:
        return len(self.targets) if self.numbers is None else len(self.numbers)

    @property
    def width(self) -> int:
        """The number of inputs."""
        return self.packed.width

    @property
    def target(self) -> Array:
        """The targets; of a part of the rows, in memory."""
        return self.targets if self.numbers is None else self.targets[self.numbers]

    @property
    def weights(self) -> Array | None:
        """The weights; of a part of the rows, in memory."""
        if self.row_weights is None or self.numbers is None:
            return self.row_weights
        return self.row_weights[self.numbers]

    @cached_property
    def inputs(self) -> Array:
        """The inputs of all these rows, on disk."""
        found = self.room((len(self), self.width), np.float32)
        for begin in range(0, len(self), CHUNK):
            found[begin : begin + CHUNK] = self.inputs_of(slice(begin, begin + CHUNK))
        return found

    def inputs_of(self, rows: Array | slice) -> Array:
        """Return the inputs of some of the rows, by number."""
        return self.packed.inputs(rows if self.numbers is None else self.numbers[rows])

    def take(self, rows: Array) -> PackedRows:
        """Return some of the rows, by number."""
        rows = np.asarray(rows, np.int32)
        return replace(self, numbers=rows if self.numbers is None else self.numbers[rows])

    def for_fit(self, weights: Array | None) -> tuple[Any, Any, Any]:
        """Return X, y and sample_weight for `Network.fit`.

        Parameters
        ----------
        weights : array, optional
            The weight of each row.
        """
        return PackedSource(self, weights), None, None

    def answered(self, net: Network) -> tuple[Rows, Array]:
        """Return rows without inputs, and the network's answers for them.

        If the answers would be more than 400,000 numbers, these are some of the rows.
        """
        outputs = net.programs.output[-1]
        every = -(-len(self) * outputs // ANSWERS)
        rows = np.arange(0, len(self), every)
        parts = [rows[begin : begin + CHUNK] for begin in range(0, len(rows), CHUNK)]
        answers = np.concatenate([net.predict(self.inputs_of(part)) for part in parts])
        weights = self.weights
        own = None if weights is None else weights[rows]
        return Rows(np.empty((len(rows), 0), np.float32), self.target[rows], own), answers


class PackedSource:
    """PackedRows as a source of `Network.fit`: `len` and `rows(indices)`.

    Parameters
    ----------
    given : PackedRows
        The rows.
    weights : array, optional
        The weight of each row.
    """

    def __init__(self, given: PackedRows, weights: Array | None) -> None:
        self.given, self.weights = given, weights

    def __len__(self) -> int:
        return len(self.given)

    def rows(self, indices: Array) -> tuple[Array, ...]:
        """Return inputs, targets and, if there are any, weights of these rows."""
        of = self.given
        at = indices if of.numbers is None else of.numbers[indices]
        found = of.packed.inputs(at), of.targets[at]
        return found if self.weights is None else (*found, self.weights[indices])

    def fingerprint(self) -> str:
        """Return a hash of what the rows were made of, and of which rows these are."""
        digest = sha256(self.given.name.encode())
        if self.given.numbers is not None:
            digest.update(self.given.numbers.tobytes())
        return digest.hexdigest()


def together_in_parts(given: PackedRows) -> Rows | PackedRows:
    """Merge equal rows if there are fewer than 20 different ones; see `together`.

    Parameters
    ----------
    given : PackedRows
        All rows.
    """
    found: dict[bytes, tuple[Array, float]] = {}
    weights = given.weights
    for begin in range(0, len(given), CHUNK):
        here = slice(begin, begin + CHUNK)
        target = given.target[here]
        key = np.column_stack([given.inputs_of(here), target]).astype(np.float64) + 0.0
        if len(np.unique(key[:1000], axis=0)) >= LEAST:
            return given
        own = np.ones(len(key)) if weights is None else weights[here]
        for row, w in zip(key, own.tolist(), strict=True):
            word = row.tobytes()
            found[word] = row, found.get(word, (row, 0.0))[1] + w
        if len(found) >= LEAST:
            return given
    rows = np.array([row for row, _ in found.values()])
    order = np.lexsort(rows.T[::-1])
    rows, sums = rows[order], np.array([w for _, w in found.values()])[order]
    inputs, targets = rows[:, :-1].astype(np.float32), rows[:, -1].astype(given.targets.dtype)
    return Rows(inputs, targets, None if np.ptp(sums) == 0 else sums)
