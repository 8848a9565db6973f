"""The predicted column of a FolderTable, and the weights of its rows, on disk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .cells import listed
from .folder import FolderTable
from .in_parts import Distinct, Room, objects, words_of
from .kinds import ASK
from .numbers import as_numbers
from .rows import check_each, check_some, is_usual
from .table import Table
from .target import Task, check_size, check_span, infer_task, labels_of, numbers_of

CLASSES = 10_000  # different numbers of a target that are counted
WORDS = "Choose another column, or store its numbers as numbers."


class Numerals(Distinct):
    """The different numbers of a target; `many` is True after more than 10,000 of them."""

    def __init__(self, name: str, source: str) -> None:
        super().__init__(name, source)
        self.many = False

    @property
    def distinct(self) -> Array:
        return np.array(list(self.number), np.float64)

    def add(self, part: Table, x: Array) -> Array:
        """Count some finite numbers, and return them."""
        if not self.many:
            self.count(part, x.tolist())
            self.many = len(self.lines) > CLASSES
        return x


class Labels(Distinct):
    """The different words of a target."""

    @property
    def distinct(self) -> Array:
        return objects(self.number)

    def add(self, part: Table, x: Array) -> Array:
        """Count some words, and return the number of each."""
        at = self.count(part, words_of(x))
        if self.too_many:
            raise self.refuse(WORDS)
        return at


@dataclass(eq=False)
class Target:
    """The targets and the weights of the rows that are used.

    Parameters
    ----------
    table : FolderTable
        The rows with a target and a weight > 0, without both columns.
    name : str
        The predicted column.
    cells : array (N,)
        Its numbers; of words, the number of each in `words`. On disk.
    words : Numerals or Labels
        The different cells of all rows with a target, and how often each occurs.
    weights : array (N,), optional
        The weight of each row, > 0. On disk.
    gone, weightless : int
        The rows without a target, and those of weight 0.
    least, largest : float
        Of all rows with a target, if it is a number.
    """

    table: FolderTable
    name: str
    cells: Array
    words: Numerals | Labels
    weights: Array | None = None
    gone: int = 0
    weightless: int = 0
    least: float = np.inf
    largest: float = -np.inf

    @property
    def many(self) -> bool:
        """True if there are more different numbers than a target of classes has."""
        return isinstance(self.words, Numerals) and self.words.many

    def different(self) -> Table:
        """Return the different cells as a table of one column."""
        lines = np.array(self.words.lines)
        columns = {self.name: self.words.distinct}
        return Table(columns, self.table.source, lines, self.table.files.place)

    def task(self) -> Task:
        """Return what the target looks like; see `infer_task`."""
        if self.many:
            return "regression"
        of = self.different()
        return infer_task(of.columns[self.name], self.name, of.place, self.words.counts)

    def labels(self) -> Array:
        """Return the label of each of the different cells; see `labels_of`."""
        if self.many:
            raise DataError(
                f"{self.table.source}, column {self.name}",
                "classes that occur again",
                f"more than {CLASSES:,} different numbers",
                "Choose another column, or say that it is a number.",
            )
        of = self.different()
        return labels_of(of, self.name, of.columns[self.name], self.words.counts)

    def classes(self, room: Room) -> tuple[Array, Array]:
        """Return the classes of the rows that are used, and the number of each row's class."""
        labels = self.labels()
        numbers = isinstance(self.words, Numerals)
        order = np.argsort(self.words.distinct) if numbers else None

        def codes(here: slice) -> Array:
            cells = self.cells[here]
            if order is None:
                return cells
            return order[np.searchsorted(self.words.distinct, cells, sorter=order)]

        used = np.zeros(len(labels), bool)
        for here in self._pieces():
            used[codes(here)] = True
        classes = np.unique(labels[used])
        own = np.searchsorted(classes, np.where(used, labels, classes[0])).astype(np.int32)
        found = room((len(self.cells),), np.int32)
        for here in self._pieces():
            found[here] = own[codes(here)]
        return classes, found

    def numbers(self, room: Room) -> Array:
        """Return the number of each row; see `numbers_of`."""
        if not isinstance(self.words, Numerals):
            of = self.different()
            values = numbers_of(of, self.name, of.columns[self.name], self.words.counts)
            self.least, self.largest = float(values.min()), float(values.max())
            y = room((len(self.cells),), np.float64)
            for here in self._pieces():
                y[here] = values[self.cells[here]]
        else:
            y = self.cells
            for here in self._pieces():
                check_size(y[here], partial(self._place, here.start))
        check_span(self.table.source, self.name, self.least, self.largest)
        return y

    def _place(self, begin: int, row: int) -> str:
        """Return the place of the target of a row after this one, for messages."""
        return f"{self.table.place(begin + row)}, column {self.name}"

    def in_memory(self) -> tuple[Table, str, Array]:
        """Return an empty table that knows the places of the rows, the target, and its cells."""
        kept = self.table.kept
        lines = np.arange(len(self.cells)) if kept is None else np.flatnonzero(kept)
        table = Table({}, self.table.source, lines, self.table.files.place)
        if isinstance(self.words, Numerals):
            return table, self.name, self.cells
        return table, self.name, self.words.distinct[self.cells]

    def _pieces(self) -> list[slice]:
        size = 1 << 18
        return [slice(a, a + size) for a in range(0, len(self.cells), size)]


def read_target(table: FolderTable, name: str, weight: str | None, room: Room) -> Target:
    """Read the predicted column, and the weights if there is such a column.

    Parameters
    ----------
    table : FolderTable
        All rows, with both columns.
    name : str
        The column to predict.
    weight : str, optional
        The column of weights.
    room : function
        It returns arrays on disk.

    Raises
    ------
    DataError
        A column that does not exist, is empty, or is the only one; a cell that is no weight.
    """
    for column in (name, weight):
        if column is not None:
            table.check(column)
    rest = table.without(name)
    if not rest.names:
        remedy = "Add columns to predict it from."
        raise DataError(table.source, f"columns beside {name}", "none", remedy)
    if weight is not None:
        rest = rest.without(weight)
        if not rest.names:
            remedy = "Add columns to learn from."
            got = f"columns beside the target and {weight}"
            raise DataError(table.source, got, "none", remedy)
        if weight == name:
            raise DataError(
                table.source, "a column of weights", f"the target {name}", "Name another."
            )
    return _read(table, rest, name, weight, room)


def _read(
    table: FolderTable, rest: FolderTable, name: str, weight: str | None, room: Room
) -> Target:
    source, n = table.source, len(table)
    numbers = table.kind(name) == "number"
    words = Numerals(name, source) if numbers else Labels(name, source)
    cells = room((n,), np.float64 if numbers else np.int32)
    weights = None if weight is None else room((n,), np.float64)
    used, end, gone = np.zeros(n, bool), 0, 0
    least, largest = np.inf, -np.inf
    for here, part in table.parts([name] if weight is None else [name, weight]):
        known = _known(part.columns[name])
        gone += int((~known).sum())
        part = part.take(known)
        x = part.columns[name]
        if numbers:
            as_numbers(name, x, part.place, None, ASK)
            least, largest = float(x.min(initial=least)), float(x.max(initial=largest))
        x = words.add(part, x)
        own = np.ones(len(x), bool)
        if weight is not None and weights is not None:
            w = _weights(part, weight)
            own = w > 0
            weights[end : end + int(own.sum())] = w[own]
        used[here.start + np.flatnonzero(known)[own]] = True
        cells[end : end + int(own.sum())] = x[own]
        end += int(own.sum())
    if gone == n:
        where = f"{source}, column {name}"
        raise DataError(where, "cells to learn from", "empty cells only", "Name another column.")
    if weights is not None:
        weights = weights[:end]
        check_some(float(weights.max(initial=0)))
        if not is_usual(heaviest := float(weights.max())):
            weights /= heaviest
    counts = gone, n - gone - end
    return Target(rest.take(used), name, cells[:end], words, weights, *counts, least, largest)


def _known(cells: Array) -> Array:
    if cells.dtype.kind == "O":
        return np.array([v is not None for v in cells], bool)
    known: Array = cells == cells
    return known


def _weights(part: Table, name: str) -> Array:
    """Return the weights of some rows."""
    w = as_numbers(name, part.columns[name], part.place)
    check_each(w, lambda row: f"{part.place(row)}, column {name}")
    return w


def check_name(given: Any, word: str, source: str, names: list[str]) -> str:
    """Return the name of a column; raise DataError for anything else, such as an array."""
    if isinstance(given, str):
        return given
    raise DataError(
        f"{source}: {word}",
        f"the name of a column: {listed(names)}",
        f"a {type(given).__name__}",
        "Write it into the files as a column.",
    )
