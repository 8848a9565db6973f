"""Make the steps of a recorded run again, from a snapshot to any later step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from threading import RLock
from time import perf_counter
from typing import Any, Literal

import numpy as np

from ..arrays import Array
from ..data.sources import Batch
from ..errors import DataError
from ..training.loop import steps_of
from ..training.numpy_steps import NumpySteps
from ..training.run_state import RunState
from .origin import Origin
from .snapshots import Snapshots, mark_of

Logs = Mapping[str, Array]
Doubts = Literal["", "once", "always"]
PAUSE = 0.025  # seconds of replay after which a state is offered to be kept
QUICK = 0.0005  # seconds: a check of the data that takes less is made at each visit
RARELY = 20  # a longer one is made again after so many times its own time


class Replay:
    """Makes steps again, with the engine that made them.

    Validation is not computed again: the ends of epochs see the numbers that were recorded.

    Parameters
    ----------
    origin : Origin
        What the run was made of.
    logs : mapping of arrays
        What each epoch logged, from the first one of the run on.
    seen : Snapshots
        What the run was like at some steps: a replay that gets there must find the same bits.
    doubts : {"", "once", "always"}
        "once": the first replay goes on until such a step, as on another machine than the run's;
        "always": each one does now and then, as functions of the user's may give other numbers.
    """

    def __init__(self, origin: Origin, logs: Logs, seen: Snapshots, doubts: Doubts = "") -> None:
        self.origin, self.logs, self.seen = origin, logs, seen
        self.run = origin.replay()
        self.steps = steps_of(self.run)
        self.first_epoch = origin.start.started
        self._checked, self._pause = -inf, 0.0
        self.busy = RLock()  # its one run is in one state at a time
        self.doubts, self._again = doubts, dict[int, float]()  # when to compare once more

    def to(
        self,
        state: RunState,
        reached: Callable[[RunState], int],
        keep: Callable[[RunState], Any] | None = None,
    ) -> RunState:
        """Return the state at a later step, ready for the step after it.

        Parameters
        ----------
        state : RunState
            A snapshot to begin from; it does not change.
        reached : function
            state -> the number of steps that are left, or -1 if it is not known; 0 ends.
        keep : function, optional
            Called with a snapshot about every 25 ms of replay.

        Raises
        ------
        DataError
            The data are others than they were, or the replay leads to other weights.
        """
        with self.busy:
            return self._to(state, reached, keep)

    def _to(
        self,
        state: RunState,
        reached: Callable[[RunState], int],
        keep: Callable[[RunState], Any] | None,
    ) -> RunState:
        run, now = self.run, self.run.state
        self._go_to(state)
        if not self.steps.has_more():
            self._end_epoch()
        since, marked = perf_counter(), self.seen.marked(state.step)
        while left := reached(now):
            if marked and marked[0] <= now.step:
                self._check(marked.pop(0))
                continue
            until = marked[0] - now.step if marked else 0  # 0: nothing to look at on the way
            known = left > 0  # else whole epochs might lead too far
            self._some(min(left, until) if until and known else until or left, whole=known)
            if keep is not None and perf_counter() - since > PAUSE:
                keep(now.snapshot())
                since = perf_counter()
        if marked and marked[0] == now.step:
            self._check(now.step)
        now.history = {}
        run.stopped = ""
        found = now.snapshot()
        if marked:
            self._verify(marked[0])
        return found

    def _verify(self, mark: int) -> None:
        """Go on to a step whose bits are known, unless the steps up to it were just compared.

        Without it, functions of the user's that give other numbers now would give wrong numbers
        between two such steps.
        """
        state, begin = self.run.state, perf_counter()
        if not self.doubts or begin < self._again.get(mark, -inf) or mark in self.seen.jumps:
            return
        while state.step < mark:
            self._some(mark - state.step, whole=True)
        self._check(mark)
        self._again[mark] = perf_counter() + _pause(begin)
        state.history, self.run.stopped = {}, ""
        if self.doubts == "once":
            self.doubts = ""

    def batch(self, state: RunState) -> Batch | None:
        """Return copies of the rows of the step after this state; None if there are no more."""
        with self.busy:
            self._go_to(state)
            reader = NumpySteps(self.run)
            reader.begin_epoch()
            batch = reader.peek()
        if batch is None:
            return None
        return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in batch.items()}

    def _check(self, step: int) -> None:
        """Raise DataError unless the replay has the weights that the run had after this step."""
        if step in self.seen.jumps:
            raise DataError(
                f"replay: a callback changed the weights after step {step}, and this snapshot was "
                "dropped for the budget. Record with a larger budget=."
            )
        if mark_of(self.run.state.theta) != self.seen.marks[step]:
            raise DataError(
                f"replay: expected the weights that the run had after step {step}, got others. "
                "Something is not what it was: the data, a function that the run uses (order, "
                "augment, a source, a layer of your own), or the kind of machine. Record it again."
            )

    def check_data(self) -> None:
        """Raise DataError if the rows in memory are not those of the run; large ones now and then.

        So the check takes at most a small part of the time of many visits.
        """
        begin = perf_counter()
        if begin < self._checked + self._pause:
            return
        self.origin.check(self.run)
        self._checked, self._pause = perf_counter(), _pause(begin)

    def _go_to(self, state: RunState) -> None:
        """Put the run into the state of a snapshot."""
        self.check_data()
        copy = state.snapshot()
        copy.update = self.run.update
        self.run.state.restore(copy)
        self.run.state.history = {}
        self.run.epoch_is_over = False
        self.steps.begin_epoch()

    def _some(self, left: int, *, whole: bool) -> None:
        """Make up to `left` steps, and end the epoch if it is over; `whole`: or many epochs."""
        run, state = self.run, self.run.state
        if whole and state.position == 0 and left > 1 and self._whole_epochs(left):
            return
        run.epoch_is_over = False
        if state.position == 0:
            self.steps.begin_epoch()
        self.steps.advance(max(left, 0))  # 0: to the end of the epoch
        if run.epoch_is_over or not self.steps.has_more():
            self._end_epoch()

    def _whole_epochs(self, left: int) -> int:
        """Make many small epochs in one call, if they have no other numbers than their loss."""
        run = self.run
        if run.stream is not None or run.order is not None or set(self.logs) - {"loss"}:
            return 0
        whole = left // run.steps_of_epoch()
        if whole < 2:
            return 0
        run.until = run.epoch + whole
        try:
            return self.steps.whole_epochs()
        finally:
            run.until = self.origin.until

    def _end_epoch(self) -> None:
        """Let the schedules see what was logged then, and go to the next epoch."""
        run, state = self.run, self.run.state
        loss, rows = state.sums
        k = state.epoch - self.first_epoch
        logs = {"loss": loss / rows if rows else 0.0}
        logs |= {
            name: float(v[k]) for name, v in self.logs.items() if name != "loss" and k < len(v)
        }
        for schedule in run.update.schedules.values():
            if hasattr(schedule, "observe"):
                schedule.observe(logs)
        state.epoch += 1
        state.position, state.sums = 0, [0.0, 0.0]
        run.epoch_is_over = False


def _pause(begin: float) -> float:
    """Return the seconds until a check that began then is made again: many times its own time."""
    took = perf_counter() - begin
    return RARELY * took if took > QUICK else 0.0
