"""Which moments and which rows of a run its pictures are made of."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Protocol

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import DataError, ParameterError
from ...settings import is_whole
from ...training.history import History
from ...training.objective import program_objective
from ..moment import Visited

MOMENTS = 60  # of a picture


class Walked(Visited, Protocol):
    """A run with a first and a last step; a Recording is one."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def history(self) -> History: ...
    @property
    def parent(self) -> Any: ...


class Rows(NamedTuple):
    """Some training rows.

    Parameters
    ----------
    batch : dict
        The inputs of a Program for them.
    number : int
        How many they are.
    total : int, optional
        How many the run has; None: a stream does not say.
    """

    batch: dict[str, Any]
    number: int
    total: int | None

    @property
    def words(self) -> str:
        """What they are called in a title: "all 150 training rows"."""
        if self.number == self.total:
            return f"all {self.number:,} training rows"
        of = "" if self.total is None else f" of {self.total:,}"
        return f"{self.number:,}{of} training rows"


def check_moments(where: str, moments: Any) -> int:
    """Return a number of moments; raise ParameterError unless it is a whole number ≥ 2."""
    if not is_whole(moments) or moments < 2:
        raise ParameterError(where, "a whole number ≥ 2", repr(moments), "The default is 60.")
    return int(moments)


def spaced(first: int, last: int, count: int, early: float = 1.0) -> list[int]:
    """Return up to `count` steps from first to last, both included.

    Parameters
    ----------
    first, last : int
        The range of steps.
    count : int
        At most so many.
    early : float
        1: even distances; 2: they grow, as a run changes most when it begins.
    """
    if count < 2 or last <= first:
        return [last]
    places = first + (last - first) * np.linspace(0, 1, min(count, last - first + 1)) ** early
    steps: list[int] = np.unique(np.rint(places).astype(int)).tolist()
    k = first + 1
    while len(steps) < min(count, last - first + 1):  # rounded to the same step: take its neighbors
        if k not in steps:
            steps.append(k)
        k += 1
    return sorted(steps)


def updated(run: Walked, where: str) -> tuple[int, int]:
    """Return the first and the last step that an update follows.

    Raises
    ------
    DataError
        The run has no update.
    """
    if run.last <= run.first:
        raise DataError(where, "a run of at least one step", "none", "Train first: epochs=10.")
    return run.first, run.last - 1


def some_rows(run: Visited, most: int) -> Rows:
    """Return up to so many training rows, always the same ones.

    A stream gives those of its first batch.
    """
    origin = run.recorded.origin
    source: Any = origin.run.source
    if not hasattr(source, "rows"):
        batch = run.replay.batch(origin.start)
        assert batch is not None
        return Rows(batch, len(batch["c"]), None)
    if hasattr(source, "at"):  # rows that change from epoch to epoch
        source = source.at(origin.start.epoch)
    total = len(source)
    if total <= most:
        return Rows(source.rows(slice(0, total)), total, total)
    chosen = np.sort(random.permutation((0, 0), total)[:most])
    return Rows(source.rows(chosen), most, total)


def work_of_a_row(run: Visited) -> int:
    """Return about how many multiply-adds the forward of one row takes."""
    net = run.recorded.origin.net
    programs = getattr(net, "programs", None)
    if programs is None:
        return int(run.recorded.origin.start.theta.size)
    program, total = programs.score, 0
    for step in program.steps:
        shapes = [program.values[i].shape for i in step.inputs]
        size = math.prod(program.values[step.output].shape[1:])
        total += step.op.work(*shapes, **step.attrs) if step.op.work else size
    return total


class Loss:
    """The loss of a run for other weights, on some of its rows.

    It is the loss without dropout and noise. A network that normalizes by its batch is an
    exception: far from its path the running statistics mean nothing, so it takes those of the rows.

    Parameters
    ----------
    run : recorded run
        The run.
    rows : Rows
        The rows.
    """

    def __init__(self, run: Visited, rows: Rows) -> None:
        origin = run.recorded.origin
        self.rows, self.carry, self.objective = rows, run.recorded.end.carry, origin.objective
        self.key = np.zeros(2, np.int64)
        programs = getattr(origin.net, "programs", None)
        self.of_batch = programs is not None and bool(programs.train.moves)
        self.name = "reconstruction error" if programs is None else "loss"
        self.plain = None
        if programs is not None and not self.of_batch:
            self.plain = program_objective(origin.net, programs.score)

    def __call__(self, theta: Array) -> float:
        with np.errstate(all="ignore"):
            if self.plain is not None:
                return float(self.plain.loss(theta, self.rows.batch))
            return float(self.objective(theta, self.rows.batch, self.key, self.carry)[0])


def ends_of_epochs(run: Walked) -> Array:
    """Return the step at the end of each epoch of the history."""
    origin, epochs = run.recorded.origin, len(run.history)
    start, options = origin.start, origin.run
    if options.stream is not None or options.order is not None:  # only the run knew their lengths
        done = start.epoch - start.started
        return np.linspace(run.first, run.last, max(epochs - done, 0) + 1)[1 - min(done, 1) :]
    each = options.steps_of_epoch()
    begun = run.first - -(-start.position // options.batch_size)  # where the current epoch began
    own = begun + each * (np.arange(epochs) - (start.epoch - start.started) + 1)
    if run.parent is not None and own.size and own[0] <= run.first:
        past = ends_of_epochs(run.parent)
        known = min(len(past), int((own <= run.first).sum()))
        own[:known] = past[:known]
    return np.minimum(own, run.last) if run.recorded.error is None else own
