"""The processes of one fit: what they tell each other between two calls of the engine.

The first process decides whatever only one can decide, such as how many steps to make, when to
stop, and what a metric is. All others are told. They meet in `share`: every process calls it at the
same places of the loop. An error that happens in one process is kept until the next of these
places, where it ends the run in all of them.

What the processes compute together is done in `together`. If a process is lost in a meeting or in a
joint computation, and MPI tolerates it, the others repeat the meeting or the computation without
it. So `rank`, `size` and `is_first` may change in every meeting, and `losses` counts how often.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from platform import node
from time import sleep
from typing import Any, TypeVar

from ..arrays import Array
from ..errors import ParameterError, ProcessError
from .exchange import Exchange
from .launched import warn_if_alone
from .meetings import Meetings, named
from .recovery import MOST, Loss, Place, has_launcher, is_tolerant, own_copy, survivors

T = TypeVar("T")
POLITE = 0.3  # seconds in which the process that has failed can say why
TOLD = "told_to_all"  # the attribute of an error that all processes know of
LEFT = "it left the loop over train(). Leave it after the same step in all processes."
ONLY_HERE = ContextVar("only_here", default=False)  # the others do not make this call
NEEDED = ("Get_rank", "Get_size", "Isend", "Irecv", "Ibarrier", "Allgatherv", "Alltoallv", "Dup")


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
    if _size(comm) == 1:
        warn_if_alone(comm)
        return None
    if ONLY_HERE.get():
        rule, got = "a fit that all processes call", "one in what only the first process calls"
        raise ParameterError("fit(comm=...)", rule, got, "Leave out comm in a callback or metric.")
    return Processes(own_copy(comm))


def _size(comm: Any) -> int:
    """Return how many processes a communicator has, if they are one group."""
    try:
        size, is_one = int(comm.Get_size()), not getattr(comm, "Is_inter", bool)()
    except Exception:  # whatever MPI raises
        size, is_one = 0, True
    if not size or not is_one:
        got = "one between two groups" if size else "one that is null or was freed"
        rule, remedy = "a communicator of one group of processes", "Write comm=MPI.COMM_WORLD."
        raise ParameterError("fit(comm=...)", rule, got, remedy)
    return size


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
        self.number = self.rank
        """What messages call this process: its rank when the fit began."""
        self.losses = 0
        """How often the group has changed. What knows its rank and size must then be made again."""
        self.began = self.size
        """The number of processes when the fit began."""
        self._numbers = list(range(self.size))  # of the processes that are left
        self._meetings = Meetings(comm, self._numbers)
        self._before: list[Meetings] = []  # MPI may still write to their arrays
        self._met = 0  # the number of meetings
        self._last: list[Any] = []  # the result of the last one
        self._unfinished = False  # in a joint computation, and not done with it
        self._again = False  # another one has not finished it: all repeat it
        self._in_vain = 0  # recoveries in succession that found nobody lost
        self._error: BaseException | None = None  # of this process, until all are told
        self._told: BaseException | None = None  # the error that all processes know of
        self._of_another = False  # this error is about another process, which has its own
        self._rate = 0.0  # steps a second of the last call
        self._in_step = False  # the others may wait for this process, elsewhere than in `share`
        self._cores = (node(), frozenset(sched_getaffinity()))
        self.sharers = self._sharers(self.share(self._cores))
        """How many processes share the cores of this one, itself included."""

    def _sharers(self, cores: list[tuple[str, frozenset[int]]]) -> int:
        own = self._cores
        return sum(name == own[0] and bool(set_ & own[1]) for name, set_ in cores)

    def __repr__(self) -> str:
        return f"<Processes: {self.rank} of {self.size}>"

    @property
    def is_first(self) -> bool:
        """True in the process that decides, writes and logs; after a loss it may be another."""
        return self.rank == 0

    # ---- telling

    def share(self, value: T) -> list[T]:
        """Return the value of each process, by rank; raise if one of them has failed.

        Raises
        ------
        ProcessError
            Another process has failed. The process that has failed raises its own error.
        """
        return self._share(lambda: value)

    def _share(self, value: Callable[[], T]) -> list[T]:
        """Share the answer of a function, which is called again if the meeting is repeated."""

        def message() -> tuple[int, str | None, T]:
            given = value()
            error = self._error
            told = None if error is None else f"{type(error).__name__}: {error}"
            if isinstance(error, GeneratorExit):
                told = LEFT  # nobody else says it
            return self.number, told, given

        answers = self._meet(message)
        error, self._error = self._error, None
        for number, failed, _ in answers:
            if failed is not None:
                self._of_another = error is None
                text = f"process {number} of {self.began} ended the run: {failed}"
                if failed == LEFT and self.number == next((n for n, f, _ in answers if not f), -1):
                    print(f"chainrule: {text}", file=sys.stderr, flush=True)
                raise self.tell(error or ProcessError(text))
        return [given for _, _, given in answers]

    def from_first(self, value: T) -> T:
        """Return the value that the first process gave."""
        given: list[Any] = self._share(lambda: value if self.is_first else None)
        found: T = given[0]
        return found

    def only_first(self, function: Callable[[], T]) -> T:
        """Call the function in the first process, and return its answer in all.

        If the first process is lost before all have the answer, the next one calls the function.
        So it must be a function that may be called again.
        """
        found: list[T] = []

        def answer() -> T | None:
            with self.one_sided():
                if self.is_first and not found:
                    here = ONLY_HERE.set(True)
                    try:
                        found.append(function())
                    finally:
                        ONLY_HERE.reset(here)
            return found[0] if found else None

        return self._share(answer)[0]  # type: ignore[return-value]

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

    # ---- meetings, and what the processes compute together

    def _meet(self, message: Callable[[], Any], ends: bool = False) -> list[Any]:
        """Return the messages of all processes that are left.

        If this is the end of a joint computation which others must repeat, raise `Loss`.
        """
        following = self._met + 1
        while True:
            given = pickle.dumps(message(), pickle.HIGHEST_PROTOCOL)
            try:
                answers = [pickle.loads(one) for one in self._gather(given)]
            except Loss as loss:
                self._recover(loss)
                if self._met == following:  # another one has its result
                    return self._last
                if ends and self._again:
                    raise
                continue
            self._met, self._last, self._in_vain = following, answers, 0
            return answers

    def _gather(self, given: bytes) -> list[bytes]:
        before, self._in_step = self._in_step, True
        try:
            found = self._meetings.gather(given)
        except Exception as error:  # whatever MPI raises
            self._in_step = before
            raise Loss(str(error)) from error
        self._in_step = before
        return found

    def together(self, call: Callable[[], T], undo: Callable[[], object] | None = None) -> T:
        """Return the answer of a call in which the processes exchange sums.

        Nobody leaves before all have finished. If a process is lost meanwhile, the others undo what
        the call has changed and make it again; see `losses`.

        Parameters
        ----------
        call : function
            It raises `Loss` if an exchange fails. Another exception is kept for the next `share`
            if all processes leave the call, so no function may end early in one process alone.
        undo : function, optional
            Puts back what `call` changes in this process.
        """
        while True:
            self._unfinished = self._in_step = True
            try:
                answer = call()
            except Loss as loss:
                self._recover(loss)
            else:
                self._unfinished = False
                try:
                    self._meet(lambda: None, ends=True)
                except Loss:
                    pass
                else:
                    self._in_step = False
                    return answer
            if undo is not None:
                undo()

    def exchange(self, sent: Array, received: Array, counts: Array) -> Callable[..., None]:
        """Return the function that moves the sums of one plan; it raises `Loss`."""
        exchange = Exchange(self.comm, sent, received, counts)

        def guarded(what: int, memory: memoryview | None) -> None:
            try:
                exchange(what, memory)
            except Exception as error:  # whatever MPI raises
                raise Loss(str(error)) from error

        return guarded

    def steps(self, most: int, budget: float) -> int:
        """Return how many steps the next call of the engine makes: about as long as the budget.

        Parameters
        ----------
        most : int
            The most steps; the same number in all processes.
        budget : float
            Seconds.
        """
        return self.from_first(min(most, max(1, int(self._rate * budget))))

    def made(self, steps: int, seconds: float) -> None:
        """Note how long the steps of a call took."""
        rate = steps / max(seconds, 1e-6)
        self._rate = min(rate, max(4 * self._rate, rate / 4)) if self._rate else rate / 4

    # ---- a lost process

    def _recover(self, loss: Loss | None, agreed: bool = False) -> None:
        """Go on with the processes that are left, or end the job."""
        if not is_tolerant(self.comm) or self._in_vain >= MOST:
            self._abort(loss or Loss("processes are lost again and again"))
        own = Place(self.number, self._met, self._unfinished, self._cores)
        comm, places, last = survivors(self.comm, own, self._last, agreed)
        met = max(place.met for place in places)
        self._again = self._met == met and any(p.met < met or p.unfinished for p in places)
        self._met, self._last = met, last
        self.comm, self.rank, self.size = comm, int(comm.Get_rank()), int(comm.Get_size())
        self.losses += 1
        before, self._numbers = self._numbers, [place.number for place in places]
        self._before.append(self._meetings)
        self._meetings = Meetings(comm, self._numbers)
        self.sharers = self._sharers([place.cores for place in places])
        gone = [number for number in before if number not in self._numbers]
        self._in_vain = 0 if gone else self._in_vain + 1
        if gone and self.is_first:
            text = f"{named(gone)} of {self.began} {'was' if len(gone) == 1 else 'were'} lost"
            rest = f"the run goes on with {self.size} process{'es' * (self.size > 1)}"
            print(f"chainrule: {text}; {rest}.", file=sys.stderr, flush=True)

    def _abort(self, error: BaseException) -> None:
        """Write the error, and end all processes of the job."""
        sys.excepthook(type(error), error, error.__traceback__)
        sys.stdout.flush()
        sys.stderr.flush()
        self.comm.Abort(1)

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
            self._abort(error)
        if error is not None and error is not self._told:
            self.keep(error)
            with suppress(BaseException):
                self.share(None)
        self._end_together()
        with suppress(Exception):
            self.comm.Free()
        if error is not None and self._of_another and has_launcher(self.comm):
            sleep(POLITE)  # a launcher ends the job with the first process that fails

    def _end_together(self) -> None:
        """Wait until nobody needs this process to recover from a loss."""
        while self.size > 1 and is_tolerant(self.comm):
            with suppress(Exception):
                if self.comm.Agree(1):
                    return
            self._recover(None, agreed=True)


def sched_getaffinity() -> set[int]:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))
