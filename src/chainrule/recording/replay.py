"""Make the steps of a recorded run again, from a snapshot to any later step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from ..arrays import Array
from ..data.sources import Batch
from ..training.loop import steps_of
from ..training.numpy_steps import NumpySteps
from ..training.run_state import RunState
from .origin import Origin

Logs = Mapping[str, Array]
PAUSE = 0.025  # seconds of replay after which a state is offered to be kept


class Replay:
    """Makes steps again, with the engine that made them.

    Validation is not computed again: the ends of epochs see the numbers that were recorded.

    Parameters
    ----------
    origin : Origin
        What the run was made of.
    logs : mapping of arrays
        What each epoch logged, from the first one of the run on.
    """

    def __init__(self, origin: Origin, logs: Logs) -> None:
        self.origin, self.logs = origin, logs
        self.run = origin.replay()
        self.steps = steps_of(self.run)
        self.first_epoch = origin.start.started

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
        """
        run, now = self.run, self.run.state
        self._go_to(state)
        if not self.steps.has_more():
            self._end_epoch()
        since = perf_counter()
        while left := reached(now):
            self._some(left)
            if keep is not None and perf_counter() - since > PAUSE:
                keep(now.snapshot())
                since = perf_counter()
        now.history = {}
        run.stopped = ""
        return now.snapshot()

    def batch(self, state: RunState) -> Batch | None:
        """Return the rows of the step after this state; None if the source has no more."""
        self._go_to(state)
        reader = NumpySteps(self.run)
        reader.begin_epoch()
        return reader.peek()

    def _go_to(self, state: RunState) -> None:
        """Put the run into the state of a snapshot."""
        copy = state.snapshot()
        copy.update = self.run.update
        self.run.state.restore(copy)
        self.run.state.history = {}
        self.run.epoch_is_over = False
        self.steps.begin_epoch()

    def _some(self, left: int) -> None:
        """Make up to `left` steps, and end the epoch if it is over."""
        run, state = self.run, self.run.state
        if state.position == 0 and left > 1 and self._whole_epochs(left):
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
