"""Keep a run while it trains."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from secrets import token_hex
from time import perf_counter
from typing import Any, Protocol

from ..errors import FileError, ParameterError, TrainingError
from ..files.checksum import checksum
from ..settings import is_number
from ..training.callbacks.base import Callback, can_change
from ..training.run_state import Numbers, RunState
from .origin import Origin
from .recorded import Recorded
from .repeatable import check_repeatable
from .snapshots import Snapshots, size_of

Columns = dict[str, Numbers]
SPACING = 0.03  # seconds from one snapshot to the next; a call of C lasts up to 0.05
SHARE = 100  # a snapshot may cost 1/100 of the time until the next one
LONGEST = 0.045  # seconds between snapshots if they may need any number of bytes


class Sink(Protocol):
    """A file that a recording is written to while the run lasts."""

    def begin(self, recorded: Recorded) -> None:
        """Write the start of a run."""

    def append(self, state: RunState, snapshots: Snapshots, columns: Columns) -> None:
        """Write one more snapshot, and the epochs since the last one."""

    def compact(self, recorded: Recorded) -> None:
        """Write everything anew, without the snapshots that were dropped."""

    def end(self, recorded: Recorded) -> None:
        """Write everything, once the run is over, and close it."""

    def close(self) -> None:
        """Close it as it is."""


class Recorder(Callback):
    """Takes snapshots of a run; `recorded` has them when the run is over.

    Parameters
    ----------
    budget : float, optional
        The most bytes that the snapshots may have together; None: no limit.
    """

    checkpoints = True
    only_writes = True
    pauses_only = True

    def __init__(self, budget: float | None) -> None:
        if budget is not None and (not is_number(budget) or budget < 0):
            raise ParameterError(
                "Record(budget=...)", "bytes ≥ 0, or None", repr(budget), "Write budget=20e6."
            )
        self.budget = None if budget is None else int(budget)
        self.recorded: Recorded | None = None
        self._live: Live | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings: a copy has not recorded anything."""
        return self.__dict__ | {"recorded": None, "_live": None}

    def sink(self, run: Any) -> Sink | None:
        """Return the file of a run that begins; None: it stays in memory."""
        return None

    def on_train_begin(self, run: Any) -> None:
        """Take the first snapshot."""
        if self._live is not None:
            raise ParameterError(
                "Record",
                "one run at a time",
                "a second one before the first has ended",
                "Give each fit a Record of its own.",
            )
        check_repeatable(run)
        self.recorded = None
        sink = self.sink(run)
        try:
            self._live = Live(run, Snapshots(self.budget), sink)
        except BaseException:
            if sink is not None:
                sink.close()
            raise

    def on_train_end(self, run: Any) -> None:
        """Take the last snapshot."""
        self._finish(None)

    def on_exception(self, run: Any, error: BaseException) -> None:
        """Keep what was recorded until the error."""
        self._finish(error)

    def _finish(self, error: BaseException | None) -> None:
        live, self._live = self._live, None
        if live is not None:  # else the run ended before it began
            self.recorded = live.finish(error)


class Live:
    """A run that is being recorded.

    Parameters
    ----------
    run : Run
        The run.
    snapshots : Snapshots
        Where its states go.
    sink : Sink, optional
        Where they are written.
    """

    def __init__(self, run: Any, snapshots: Snapshots, sink: Sink | None) -> None:
        self.run, self.snapshots, self.sink = run, snapshots, sink
        self.origin, self.id = Origin.of(run), token_hex(8)
        self.last = self.taken = run.step
        self.began = perf_counter()
        self.spacing = self.pause = SPACING
        self.watched = run.by_step or any(map(can_change, run.callbacks))
        self.seen = ""
        snapshots.add(self.origin.start)
        snapshots.mark(self.origin.start)
        if sink is not None:
            sink.begin(self.now())
        self._see()
        self.since = perf_counter()
        run.before_steps.append(self.before_steps)
        run.after_steps.append(self.after_steps)

    def now(self, error: BaseException | None = None, *, ended: bool = False) -> Recorded:
        """Return what is kept so far."""
        run, failed = self.run, error if isinstance(error, TrainingError) else None
        end = run.state.copy() if ended else run.state.snapshot()  # whole states of callbacks, too
        end.update = None
        stopped = run.stopped or ("finished" if error is None else "interrupted")
        return Recorded(
            self.origin,
            self.snapshots,
            dict(run.state.history),
            end,
            max(self.last, run.state.step),
            stopped="failed" if failed else stopped,
            best_epoch=run.best_epoch,
            error=failed,
            id=self.id,
            seconds=perf_counter() - self.began,
        )

    # ---- between steps

    def before_steps(self) -> None:
        """Take a snapshot if the last one is long ago, or if a callback has changed the weights."""
        now, step = perf_counter(), self.run.state.step
        if self._jumped():
            self._take(now, jump=True)
            self._see()
        elif now - self.since >= self.pause and step > self.taken:
            self._take(now)

    def after_steps(self) -> None:
        """Note how far the run has come: early stopping may go back at its end."""
        self.last = self.run.state.step
        self._see()

    def _take(self, begin: float, *, jump: bool = False) -> None:
        state, snapshots = self.run.state.snapshot(), self.snapshots
        snapshots.add(state)
        snapshots.mark(state, jump=jump)
        self.taken = state.step
        if self.sink is not None:
            self.sink.append(state, snapshots, self.run.state.history)
        # the end is still to come; a file also has the state from which a fit is resumed
        if snapshots.thin(reserve=size_of(state) * (1 if self.sink is None else 2)):
            self.spacing *= 2
            if self.sink is not None:
                self.sink.compact(self.now())
        self.since = perf_counter()
        self.pause = max(self.spacing, SHARE * (self.since - begin))
        if self.snapshots.budget is None:
            self.pause = min(self.pause, LONGEST)

    def _see(self) -> None:
        """Note θ and slots where steps end: nothing but a callback changes them until the next."""
        if self.watched:
            self.seen = checksum(self.run.state.vectors().values())

    def _jumped(self) -> bool:
        return self.watched and self.seen != checksum(self.run.state.vectors().values())

    # ---- the end

    def finish(self, error: BaseException | None) -> Recorded:
        """Return what was recorded, with the last state."""
        run, snapshots = self.run, self.snapshots
        run.before_steps.remove(self.before_steps)
        run.after_steps.remove(self.after_steps)
        step = run.state.step
        if isinstance(error, TrainingError):  # it went back to the last weights that are good
            self.last = step
            snapshots.forget_after(step)
        jumped = step == self.last and self._jumped()
        # early stopping may have gone back; an error leaves the steps since the last look
        if step >= self.last and (step > self.taken or jumped):
            state = run.state.snapshot()
            snapshots.add(state)
            snapshots.mark(state, jump=jumped)
            snapshots.thin()
        recorded = self.now(error, ended=True)
        if self.sink is not None:
            # after an error the journal has what the file cannot hold, such as infinite weights
            with suppress(FileError) if error is not None else nullcontext():
                self.sink.end(recorded)
        return recorded
