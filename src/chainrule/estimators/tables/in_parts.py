"""Measure the columns of a FolderTable in one pass, with a part of its rows in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import DataError
from .columns import Column, IgnoredColumn, NumberColumn, as_words
from .dates import ISO, DateColumn
from .folder import FolderTable
from .kinds import ASK, guess, measure
from .numbers import as_numbers, weighted_quantiles
from .table import Table

MOST = 250_000  # different words of a column that are counted
LETTERS = 32_000_000  # that these words have together
LOOKED_AT = 2000  # of too many words, to see whether they are numbers or dates
ALONE = 0.9  # if this share of the cells are different words, they are names of the rows
WORDS = (
    "Leave the column out (--kind {name}=ignore, kinds=), measure a sample of the rows (--sample, "
    "sample=), or store numbers and dates as such."
)
Room = Callable[[tuple[int, ...], Any], Array]


class Summary(ABC):
    """What one pass keeps of a column. Abstract."""

    @abstractmethod
    def add(self, part: Table, weights: Array | None) -> None:
        """Add the cells of some rows."""

    @abstractmethod
    def column(self, kind: str | None, limit: int) -> Column:
        """Return the column, measured as `measure` does with all rows in memory."""


class Distinct(ABC):
    """The different cells of a column in the order in which they come, and how often each does.

    Abstract.

    Parameters
    ----------
    name : str
        The name of the column.
    source : str
        The name of the data.
    """

    def __init__(self, name: str, source: str) -> None:
        self.name, self.source = name, source
        self.number: dict[Any, int] = {}
        self.lines: list[int] = []  # of the first cell
        self.counted = np.zeros(64, np.int64)
        self.sums = np.zeros(64)
        self.where: Callable[[int], str] = str
        self.letters = 0

    @property
    @abstractmethod
    def distinct(self) -> Array:
        """The different cells."""

    @property
    def counts(self) -> Array:
        """How often each occurs."""
        return self.counted[: len(self.number)]

    def place(self, k: int) -> str:
        """Return where cell number k came first."""
        return f"{self.source}, {self.where(self.lines[k])}"

    def count(self, part: Table, cells: Any, weights: Array | None = None) -> Array:
        """Count the cells of some rows, and return the number of each."""
        known, lines = self.number, part.lines
        assert lines is not None and part.where is not None
        self.where = part.where
        for row, cell in enumerate(cells):
            if cell not in known:
                known[cell] = len(known)
                self.lines.append(int(lines[row]))
                self.letters += len(cell) if isinstance(cell, str) else 0
        if len(known) > len(self.counted):
            more = len(known)
            self.counted = np.concatenate([self.counted, np.zeros(more, np.int64)])
            self.sums = np.concatenate([self.sums, np.zeros(more)])
        at = np.fromiter(map(known.__getitem__, cells), np.int32, len(cells))
        self.counted[: len(known)] += np.bincount(at, minlength=len(known))
        if weights is not None:
            np.add.at(self.sums, at, weights)  # row after row, as all at once
        return at

    @property
    def too_many(self) -> bool:
        """True if there are more words than memory should hold."""
        return len(self.lines) > MOST or self.letters > LETTERS

    def refuse(self, remedy: str) -> DataError:
        """Return the error for too many different words."""
        like = [v for v in list(self.number)[:1000] if v is not None]
        return DataError(
            f"{self.source}, column {self.name}",
            f"at most {MOST:,} different words",
            f"more, such as {like[0]!r:.40} and {like[-1]!r:.40}",
            remedy.replace("{name}", self.name),
        )


def objects(cells: Iterable[Any]) -> Array:
    """Return cells as an array of Python objects."""
    given = list(cells)
    found = np.empty(len(given), object)
    found[:] = given
    return found


def words_of(values: Array) -> Array:
    """Return cells as words; numbers and dates as files write them."""
    if values.dtype.kind == "O":
        return values
    different, at = np.unique(values, return_inverse=True)  # NaN and NaT once
    return objects(as_words(different))[at.ravel()]


class Words(Distinct, Summary):
    """The different words of a column; None stands for missing cells.

    Parameters
    ----------
    name : str
        The name of the column.
    source : str
        The name of the data.
    kind : str, optional
        The kind of the column, if it is given.
    """

    def __init__(self, name: str, source: str, kind: str | None) -> None:
        Distinct.__init__(self, name, source)
        self.kind, self.left_out, self.weighted = kind, "", False

    @property
    def distinct(self) -> Array:
        return objects(self.number)

    def add(self, part: Table, weights: Array | None) -> None:
        if self.left_out:
            return
        self.weighted = weights is not None
        self.count(part, words_of(part.columns[self.name]), weights)
        if self.too_many:
            self._give_up()

    def _give_up(self) -> None:
        """Leave out a column of names that hardly occur twice; raise DataError for any other."""
        some = objects(list(self.number)[:LOOKED_AT])
        rows = int(self.counts.sum())
        if self.kind is None and len(self.lines) >= ALONE * rows and guess(some) == "category":
            self.left_out = f"more than {MOST:,} different words"
            self.number, self.lines = {}, []
            return
        raise self.refuse(WORDS)

    def column(self, kind: str | None, limit: int) -> Column:
        if self.left_out:
            return IgnoredColumn(self.name, self.left_out)
        weights = self.sums[: len(self.number)] if self.weighted else None
        values, counts = self.distinct, self.counts
        return measure(self.name, values, self.place, kind, limit, weights, counts)


class Numbers(Summary):
    """The numbers of a column, on disk, for their quartiles.

    Parameters
    ----------
    name : str
        The name of the column.
    rows : int
        How many rows there are.
    room : function
        It returns arrays on disk.
    weighted : bool
        True if the rows have weights.
    """

    def __init__(self, name: str, rows: int, room: Room, weighted: bool) -> None:
        self.name = name
        self.x = room((rows,), np.float64)
        self.w = room((rows,), np.float64) if weighted else None
        self.known = self.total = 0

    def add(self, part: Table, weights: Array | None) -> None:
        x = as_numbers(self.name, part.columns[self.name], part.place, None, ASK)
        known = ~np.isnan(x)
        here = slice(self.known, self.known + int(known.sum()))
        self.x[here] = x[known]
        if self.w is not None and weights is not None:
            self.w[here] = weights[known]
        self.known, self.total = here.stop, self.total + len(x)

    def column(self, kind: str | None, limit: int) -> Column:
        x, missing = self.x[: self.known], self.known < self.total
        if not len(x):
            return IgnoredColumn(self.name, "empty")
        if self.w is None:
            x.sort()  # in place, so on disk
            quartiles = [_quantile(x, q) for q in (0.25, 0.5, 0.75)]
        else:
            quartiles = weighted_quantiles(x, self.w[: self.known], (0.25, 0.5, 0.75))
        span = float(x.max() - x.min())
        if span == 0 and kind is None and not missing:
            return IgnoredColumn(self.name, "one value")
        return NumberColumn.of_quartiles(self.name, quartiles, span, missing, "")


def _quantile(x: Array, q: float) -> float:
    """Return a quantile of sorted numbers, as `weighted_quantiles` does without weights."""
    target = q * float(len(x))
    low = int(np.ceil(target * (1 - 1e-12))) - 1
    high = int(np.floor(target * (1 + 1e-12)))
    return float(x[min(max(low, 0), len(x) - 1)] / 2 + x[min(high, len(x) - 1)] / 2)


class Days(Summary):
    """The different days of a column of dates, and how often each occurs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.days: dict[int, int] = {}
        self.clock = self.missing = False

    def add(self, part: Table, weights: Array | None) -> None:
        t = part.columns[self.name]
        known = t[~np.isnat(t)]
        days = known.astype("datetime64[D]")
        self.missing |= len(known) < len(t)
        self.clock |= bool((known != days).any())
        different, counts = np.unique(days.astype(np.int64), return_counts=True)
        for day, n in zip(different.tolist(), counts.tolist(), strict=True):
            self.days[day] = self.days.get(day, 0) + n

    def column(self, kind: str | None, limit: int) -> Column:
        days = np.array(list(self.days), np.int64).astype("datetime64[D]")
        counts = np.array(list(self.days.values()), np.int64)
        return DateColumn.of_days(self.name, days, ISO, self.clock, self.missing, counts)


def measured(
    table: FolderTable,
    kinds: Mapping[str, str],
    limit: int,
    weights: Array | None,
    room: Room,
) -> list[Column]:
    """Return the columns of a table, as `measure` does with all rows in memory.

    Parameters
    ----------
    table : FolderTable
        The training rows.
    kinds : mapping
        {column: kind} for the columns whose kind is given.
    limit : int
        The largest number of words of a column that get an input each.
    weights : array, optional
        The weight of each row, > 0.
    room : function
        It returns arrays on disk.

    Raises
    ------
    DataError
        As `measure`; and a column of words with too many different ones.
    """
    read = [name for name in table.names if kinds.get(name) != "ignore"]
    found = {name: _summary(table, name, kinds.get(name), weights, room) for name in read}
    for here, part in table.parts(read) if read else ():
        for summary in found.values():
            summary.add(part, None if weights is None else weights[here])
    return [
        found[name].column(kinds.get(name), limit)
        if name in found
        else IgnoredColumn(name, "left out on request")
        for name in table.names
    ]


def _summary(
    table: FolderTable, name: str, kind: str | None, weights: Array | None, room: Room
) -> Summary:
    stored = table.kind(name)
    if stored == "date" and kind == "number":
        raise DataError(
            f"{table.source}, column {name}", "numbers", "dates", "Give it another kind."
        )
    if stored == "word" or kind == "category":
        return Words(name, table.source, kind)
    if stored == "number" and kind == "date":
        raise DataError(
            f"{table.source}, column {name}", "dates", "numbers", "Store it as dates, or as text."
        )
    if stored == "date":
        return Days(name)
    return Numbers(name, len(table), room, weights is not None)
