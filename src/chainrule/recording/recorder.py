"""Keep a run while it trains."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from ..errors import TrainingError
from ..training.callbacks.base import Callback
from .origin import Origin
from .recorded import Recorded
from .snapshots import Snapshots

SPACING = 0.03  # seconds from one snapshot to the next; a pause of the loop lasts up to 0.05
SHARE = 50  # a snapshot may cost 1/50 of the time until the next one


class Recorder(Callback):
    """Takes snapshots of a run; `recorded` has them when the run is over.

    Parameters
    ----------
    budget : int, optional
        The most bytes that the snapshots may have together; None: no limit.
    """

    checkpoints = True
    only_writes = True

    def __init__(self, budget: int | None) -> None:
        self.budget = budget
        self.recorded: Recorded | None = None

    def on_train_begin(self, run: Any) -> None:
        """Take the first snapshot."""
        self._origin = Origin.of(run)
        self._snapshots = Snapshots(self.budget)
        self._snapshots.add(self._origin.start)
        self._since, self._pause, self._last = perf_counter(), SPACING, run.step

    def on_pause(self, run: Any) -> None:
        """Take a snapshot if the last one is long ago."""
        begin, self._last = perf_counter(), run.step
        if begin - self._since < self._pause:
            return
        self._snapshots.add(run.state.snapshot())
        self._since = perf_counter()
        self._pause = max(SPACING, SHARE * (self._since - begin))

    def on_epoch_end(self, run: Any) -> None:
        """Note how far the run has come: early stopping may go back at its end."""
        self._last = run.step

    def on_train_end(self, run: Any) -> None:
        """Take the last snapshot."""
        self._finish(run, None)

    def on_exception(self, run: Any, error: BaseException) -> None:
        """Keep what was recorded until the error."""
        self._finish(run, error if isinstance(error, TrainingError) else None)

    def _finish(self, run: Any, error: TrainingError | None) -> None:
        state = run.state
        self.recorded = Recorded(
            self._origin,
            self._snapshots,
            dict(state.history),
            state.snapshot(),
            max(self._last, state.step),
            stopped="failed" if error else (run.stopped or "finished"),
            best_epoch=run.best_epoch,
            error=error,
        )
