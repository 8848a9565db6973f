"""Rows that Python makes in advance, for steps in C that have not run yet.

C gathers the rows of arrays itself. The rows of a user's source, augmented rows and rows of sparse
tables are made in Python, for many steps at a time, by a thread that works while C does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter, thread_time
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.augmented import Augmented
from ..data.read_ahead import ReadAhead
from ..data.sources import Arrays, Batch
from ..engines.many_steps import ManySteps
from .own_rows import read
from .run import Run
from .steps import BUDGET

TOGETHER = 2048  # rows of arrays that are augmented at once
BYTES = 1 << 21  # of the rows of one piece, which is at least one batch
STEPS = 64  # the most steps of one piece
ALIVE = 4  # pieces: one of the last call of C, one of this call, one that waits, one in the making


@dataclass(frozen=True, eq=False)
class Epoch:
    """The rows of one epoch, one batch after another.

    Parameters
    ----------
    number : int
        The number of the epoch.
    order : array of int32, optional
        Row numbers; None: the rows in their own order.
    total : int
        The number of rows in the batches.
    c : array
        The weights of the rows; empty if the source gives them with the rows.
    own : dict of arrays
        The weights of the rows for each output, if outputs have different weights.
    """

    number: int
    order: Array | None
    total: int
    c: Array
    own: dict[str, Array]

    def rows(self, begin: int, end: int) -> Any:
        """Return the numbers of the rows between two positions."""
        return slice(begin, end) if self.order is None else self.order[begin:end]


@dataclass(frozen=True, eq=False)
class Made:
    """Rows that were made for steps which have not run yet.

    Parameters
    ----------
    epoch : int
        The number of the epoch.
    begin, end : int
        The positions of these rows in the epoch; batches begin and end there.
    batch : dict of arrays
        The inputs of the Program, one batch after another, with c and the row numbers.
    data : tuple
        The same rows in the form that C takes.
    seconds : float
        The time that a core needed to make them.
    """

    epoch: int
    begin: int
    end: int
    batch: Batch
    data: Any
    seconds: float = 0.0

    def holds(self, epoch: int, position: int) -> bool:
        """Return True if the row at this position of an epoch is one of these."""
        return self.epoch == epoch and self.begin <= position < self.end

    def steps(self, steps: ManySteps) -> ManySteps:
        """Return the same steps with these rows; `starts` are positions in the epoch."""
        return replace(
            steps,
            data=self.data,
            order=None,
            c=self.batch["c"],
            starts=steps.starts - self.begin,
            numbers=self.batch["row"],
        )

    def rows(self, begin: int, end: int) -> Batch:
        """Return the batch between two positions of the epoch."""
        here, n = slice(begin - self.begin, end - self.begin), self.end - self.begin
        some = {name: a[here] for name, a in self.batch.items() if np.ndim(a) and len(a) == n}
        return some | {"N": self.batch["c"].dtype.type(end - begin)}


class MadeRows:
    """Makes the rows of the next steps.

    Rows are asked for batch by batch, in the order of the steps, and never beyond the end of the
    epoch, or beyond the next step after which a callback looks.

    Parameters
    ----------
    run : Run
        Its source has numbers for its rows.
    data : function
        Returns a batch in the form that C takes.
    """

    def __init__(self, run: Run, data: Callable[[Batch], Any]) -> None:
        self.run, self.data = run, data
        self._made: Made | None = None
        self._ahead: ReadAhead[Made] | None = None
        self._here = False  # True: no thread makes rows
        self.seconds = 0.0  # the time that a core needed, beside this one, for the rows so far
        self._until = 0  # the position up to which rows may be made
        self._share = self._share_now()

    def may_reach(self, k: int, total: int) -> None:
        """Allow rows for the next k steps; 0: for all of the epoch."""
        position = self.run.state.position
        self._until = min(total, position + k * self.run.batch_size) if k else total

    def at(self, epoch: Epoch, position: int) -> Made:
        """Return rows of the next steps, which begin at this position of the epoch."""
        if self._share != (share := self._share_now()):  # it has other rows to read than before
            self.close()
            self._share = share
        made = self._made
        if made is None or not made.holds(epoch.number, position):
            follows = made is not None and (made.epoch, made.end) == (epoch.number, position)
            if not follows:
                self.close()
            made = self._made = self._next(epoch, position)
            self.seconds += 0.0 if self._ahead is None else made.seconds
        return made

    def _share_now(self) -> tuple[int, int]:
        processes = self.run.processes
        return (0, 1) if processes is None else (processes.rank, processes.size)

    def _next(self, epoch: Epoch, position: int) -> Made:
        made = None if self._ahead is None else self._ahead.next()
        if made is None:  # the last rows that were allowed are used up
            self.close()
            pieces = self._pieces(epoch, position, self._until)
            if self._here or self._until - position <= self.run.batch_size:
                return next(pieces)
            self._ahead = ReadAhead(pieces)
            try:
                made = self._ahead.next()
            except Exception as error:
                # such as that of sqlite3, whose connections belong to the thread that made them
                if "thread" not in str(error).lower():
                    raise
                self._here = True
                return self._next(epoch, position)
        assert made is not None
        return made

    def close(self) -> None:
        """Drop the rows that have not been used, and end the thread."""
        ahead, self._ahead, self._made = self._ahead, None, None
        if ahead is not None:
            ahead.close()

    # ---- what the thread does

    def _pieces(self, epoch: Epoch, begin: int, end: int) -> Iterator[Made]:
        """Make the rows between two positions of an epoch, some steps at a time."""
        source: Any = self.run.source
        if hasattr(source, "at"):  # its rows change from epoch to epoch
            source = source.at(epoch.number)
        together = isinstance(source, Augmented) and isinstance(source.source, Arrays)
        make, memory = (self._together if together else self._batches), Memory()
        with np.errstate(all="ignore"):  # numbers that are not finite are found and named
            while begin < end:
                before = thread_time()
                batch, error = make(source, epoch, begin, end, memory)
                made, data = begin + len(batch["c"]), self.data(batch)
                yield Made(epoch.number, begin, made, batch, data, thread_time() - before)
                begin = made
                if error is not None:
                    raise error

    def _together(
        self, source: Augmented, epoch: Epoch, begin: int, end: int, memory: Memory
    ) -> tuple[Batch, BaseException | None]:
        """Change the rows of some steps at once. Their weights are those of the epoch."""
        size = self.run.batch_size
        end = min(end, begin + size * max(1, TOGETHER // size))
        batch = read(self.run, source, epoch.rows(begin, end))
        # A weight is a share of its batch, not of all the rows that are made here.
        shares = {"c": epoch.c} | epoch.own
        batch |= {name: c[begin:end] for name, c in shares.items()}
        return batch | {"row": np.ascontiguousarray(batch["row"], np.int32)}, None

    def _batches(
        self, source: Any, epoch: Epoch, begin: int, end: int, memory: Memory
    ) -> tuple[Batch, BaseException | None]:
        """Ask for the next batches, until they are many or time is over, or one is refused."""
        size = self.run.batch_size
        # Several processes make the same pieces, whatever time they take.
        late = perf_counter() + (BUDGET / 2 if self.run.processes is None else math.inf)
        first = _of_rows(read(self.run, source, epoch.rows(begin, min(begin + size, end))))
        most = BYTES // max(1, sum(a.nbytes for a in first.values()))
        steps = max(1, min(STEPS, most, -(-(end - begin) // size)))
        if end - begin <= size:
            return first, None
        # A single batch is copied too: the source may write the next one into the same memory.
        place = memory.next(first, steps * size)
        count, error = _put(place, first, 0), None
        for at in range(begin + size, min(end, begin + steps * size), size):
            if perf_counter() > late:
                break
            try:
                batch = read(self.run, source, epoch.rows(at, min(at + size, end)))
                count = _put(place, batch, count)
            except BaseException as found:  # the steps before it are made first
                error = found
                break
        return {name: a[:count] for name, a in place.items()}, error


class Memory:
    """Memory for pieces, each of which is used again when its rows are no longer needed.

    Memory that a processor has just used is much faster than new one.
    """

    def __init__(self) -> None:
        self._places: list[Batch] = []

    def next(self, like: Batch, rows: int) -> Batch:
        """Return arrays with room for this number of rows like those of a batch."""
        place = self._places.pop(0) if len(self._places) == ALIVE else {}
        for name, a in like.items():
            shape, known = (rows, *a.shape[1:]), place.get(name)
            if known is None or known.dtype != a.dtype or known.shape != shape:
                place[name] = np.empty(shape, a.dtype)
        self._places.append(place)
        return {name: place[name] for name in like}


def _of_rows(batch: Batch) -> Batch:
    """Return what a batch has for each row."""
    return {name: a for name, a in batch.items() if np.ndim(a)}


def _put(place: Batch, batch: Batch, count: int) -> int:
    """Copy the rows of a batch behind the `count` that are there; return how many are now."""
    n = len(batch["c"])
    for name, a in place.items():
        a[count : count + n] = batch[name]
    return count + n
