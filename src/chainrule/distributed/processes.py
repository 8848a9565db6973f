"""The processes of one fit: what they tell each other between two calls of the engine.

The first process decides whatever only one can decide, such as how many steps to make, when to
stop, and what a metric is. All others are told. They meet in `share`: every process calls it at the
same places of the loop. An error that happens in one process is kept until the next of these
places, where it ends the run in all of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from platform import node
from typing import Any, TypeVar

from ..arrays import Array
from ..errors import ParameterError, ProcessError
from .exchange import Exchange

T = TypeVar("T")
TOLD = "told_to_all"  # the attribute of an error that all processes know of
NEEDED = ("Get_rank", "Get_size", "allgather", "bcast", "Allgatherv", "Alltoallv", "Dup")


def join(comm: Any) -> Processes | None:
    """Return the processes of a communicator; None if this process is alone.

    Parameters
    ----------
    comm : communicator or None
        `MPI.COMM_WORLD` of mpi4py, or another one. All its processes must call this.

    Raises
    ------
    ParameterError
        Something that is no communicator.
    """
    if comm is None:
        return None
    if not all(callable(getattr(comm, name, None)) for name in NEEDED):
        rule = "a communicator of mpi4py"
        remedy = "Write: from mpi4py import MPI; fit(..., comm=MPI.COMM_WORLD)."
        raise ParameterError("fit(comm=...)", rule, repr(comm), remedy)
    return Processes(comm.Dup()) if comm.Get_size() > 1 else None


@contextmanager
def joined(comm: Any) -> Iterator[Processes | None]:
    """Enter with the processes of a communicator; if an error leaves the block, all get it."""
    processes = join(comm)
    try:
        yield processes
    except BaseException as error:
        if processes is not None:
            processes.leave(error)
        raise


@contextmanager
def telling(comm: Any) -> Iterator[None]:
    """Enter before the processes have joined; if an error leaves the block, all get it."""
    try:
        yield
    except BaseException as error:
        processes = None if getattr(error, TOLD, False) else join(comm)
        if processes is not None:
            processes.leave(error)
        raise


class Processes:
    """All processes that train one network, seen from one of them.

    Parameters
    ----------
    comm : communicator
        One that only this fit uses.
    """

    def __init__(self, comm: Any) -> None:
        self.comm = comm
        self.rank, self.size = int(comm.Get_rank()), int(comm.Get_size())
        self._error: BaseException | None = None  # of this process, until all are told
        self._told: BaseException | None = None  # the error that all processes know of
        self._rate = 0.0  # steps a second of the last call
        self._in_step = False  # the others may wait for sums of this process
        own = (node(), frozenset(sched_getaffinity()))
        cores = self.share(own)
        self.sharers = sum(name == own[0] and bool(set_ & own[1]) for name, set_ in cores)
        """How many processes share the cores of this one, itself included."""

    def __repr__(self) -> str:
        return f"<Processes: {self.rank} of {self.size}>"

    @property
    def is_first(self) -> bool:
        """True in the process that decides, writes and logs."""
        return self.rank == 0

    # ---- telling

    def share(self, value: T) -> list[T]:
        """Return the value of each process, by rank; raise if one of them has failed.

        Raises
        ------
        ProcessError
            Another process has failed. The process that has failed raises its own error.
        """
        error, self._error = self._error, None
        told = None if error is None else f"{type(error).__name__}: {error}"
        answers = self.comm.allgather((told, value))
        for rank, (failed, _) in enumerate(answers):
            if failed is not None:
                text = f"process {rank} of {self.size} ended the run: {failed}"
                raise self.tell(error or ProcessError(text))
        return [value for _, value in answers]

    def from_first(self, value: T) -> T:
        """Return the value that the first process gave."""
        return self.share(value if self.is_first else None)[0]  # type: ignore[return-value]

    def only_first(self, function: Callable[[], T]) -> T:
        """Call the function in the first process, and return its answer in all."""
        answer: T | None = None
        with self.one_sided():
            if self.is_first:
                answer = function()
        return self.from_first(answer)  # type: ignore[return-value]

    @contextmanager
    def one_sided(self) -> Iterator[None]:
        """While entered, keep an error for the next `share`; only some processes may be here."""
        try:
            yield
        except BaseException as error:
            self.keep(error)

    def keep(self, error: BaseException) -> None:
        """Keep the error of this process for the next `share`."""
        if self._error is None:
            self._error = error

    def tell(self, error: BaseException) -> BaseException:
        """Note that this error is raised in all processes, and return it."""
        self._told = error
        setattr(error, TOLD, True)
        return error

    # ---- steps

    def steps(self, most: int, budget: float) -> int:
        """Return how many steps the next call of the engine makes: about as long as the budget.

        Parameters
        ----------
        most : int
            The most steps; the same number in all processes.
        budget : float
            Seconds.
        """
        agreed = self.from_first(min(most, max(1, int(self._rate * budget))))
        self._in_step = True
        return agreed

    def made(self, steps: int, seconds: float) -> None:
        """Note how long the steps of a call took."""
        self._in_step = False
        rate = steps / max(seconds, 1e-6)
        self._rate = min(rate, max(4 * self._rate, rate / 4)) if self._rate else rate / 4

    def exchange(self, sent: Array, received: Array, counts: Array) -> Exchange:
        """Return the function that moves the sums of one plan."""
        return Exchange(self.comm, sent, received, counts)

    # ---- the end

    def leave(self, error: BaseException | None = None) -> None:
        """Release the communicator. If this process has failed, tell the others.

        An error that comes at the same place in all processes is raised in each of them. If the
        others wait for sums that cannot come any more, all of them are ended.

        Parameters
        ----------
        error : exception, optional
            The error that ends the fit in this process.
        """
        if error is not None and self._in_step:
            sys.excepthook(type(error), error, error.__traceback__)
            sys.stderr.flush()
            self.comm.Abort(1)
        if error is not None and error is not self._told:
            self.keep(error)
            with suppress(BaseException):
                self.share(None)
        self.comm.Free()


def sched_getaffinity() -> set[int]:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))
