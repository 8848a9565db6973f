"""The encoded rows of a FolderTable, on disk: numbers as they are, a word as one number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from ...arrays import Array
from ...network import Network
from .columns import Column
from .held_out import Rows
from .in_parts import Room
from .rows import LEAST
from .table import Table

CHUNK = 8192  # rows whose inputs are in memory at once
ANSWERS = 400_000  # numbers that a network answers for its held-out rows at most


class Packed:
    """Encoded rows. A column of words is stored as one number a row; `inputs` makes its inputs.

    Parameters
    ----------
    columns : sequence of Column
        The measured columns.
    rows : int
        How many rows there are.
    room : function
        It returns arrays on disk.
    """

    def __init__(self, columns: Sequence[Column], rows: int, room: Room) -> None:
        self.columns = [column for column in columns if column.inputs]
        self.books = [column.book().astype(np.float32) for column in self.columns]
        plain = [k for k, book in enumerate(self.books) if not len(book)]
        coded = [k for k, book in enumerate(self.books) if len(book)]
        widths = [len(column.inputs) for column in self.columns]
        ends = np.cumsum([0, *widths])
        self.width = max(int(ends[-1]), 1)  # without any column, one input that is 0
        self.where = [
            slice(a, b) for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
        ]
        own = np.cumsum([0, *(widths[k] for k in plain)]).tolist()
        self.plain = {k: slice(a, b) for k, a, b in zip(plain, own[:-1], own[1:], strict=True)}
        self.coded = {k: j for j, k in enumerate(coded)}
        largest = max((len(book) for book in self.books), default=0)
        kind = np.int16 if largest < np.iinfo(np.int16).max else np.int32
        self.numbers = room((rows, own[-1]), np.float32)
        self.codes = room((rows, len(coded)), kind)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def nbytes(self) -> int:
        """The bytes on disk."""
        return self.numbers.nbytes + self.codes.nbytes

    def fill(self, parts: Iterable[tuple[slice, Table]], words: Sequence[Any]) -> None:
        """Encode all rows of a table, as `TableEncoder.transform` does.

        Parameters
        ----------
        parts : iterable of (slice, Table)
            The rows a part at a time.
        words : sequence of words and numbers
            Further words for missing cells.
        """
        for here, whole in parts:
            part = whole.emptied(words)
            for k, column in enumerate(self.columns):
                cells = part.columns[column.name]
                if k in self.plain:
                    self.numbers[here, self.plain[k]] = column.encode(cells, part.place)
                else:
                    self.codes[here, self.coded[k]] = column.codes(cells)

    def inputs(self, rows: Array | slice) -> Array:
        """Return the inputs of some rows in memory, (n, inputs), in float32."""
        numbers, codes = self.numbers[rows], self.codes[rows]
        if not self.coded and self.columns:
            return numbers
        found = np.zeros((len(numbers), self.width), np.float32)
        for k, where in enumerate(self.where):
            if k in self.plain:
                found[:, where] = numbers[:, self.plain[k]]
            else:
                found[:, where] = self.books[k][codes[:, self.coded[k]]]
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
