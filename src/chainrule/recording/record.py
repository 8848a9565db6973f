"""Record a run while it trains."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from ..errors import NotBuiltError, TrainingError
from ..training.callbacks.base import Callback
from .recorder import Recorder
from .recording import Recording

BUDGET = 20_000_000


class Record(Callback):
    """Keeps a run, so that every one of its steps can be visited again.

    Parameters
    ----------
    budget : int, optional
        The most bytes that the snapshots may have together; None: no limit.
    """

    checkpoints = True
    only_writes = True

    def __init__(self, path: Any = None, *, budget: int | None = BUDGET) -> None:
        self.path, self.budget = path, budget
        self._recorder = Recorder(budget)
        self._recording: Recording | None = None

    @property
    def recording(self) -> Recording:
        """The recorded run; NotBuiltError before one has ended."""
        recorded = self._recorder.recorded
        if recorded is None:
            raise NotBuiltError("Record: no run has been recorded yet. Call fit first.")
        if self._recording is None or self._recording.recorded is not recorded:
            self._recording = Recording(recorded)
        return self._recording

    def on_train_begin(self, run: Any) -> None:
        """Take the first snapshot."""
        self._recorder.on_train_begin(run)

    def on_epoch_end(self, run: Any) -> None:
        """Note how far the run has come."""
        self._recorder.on_epoch_end(run)

    def on_pause(self, run: Any) -> None:
        """Take a snapshot if the last one is long ago."""
        self._recorder.on_pause(run)

    def on_train_end(self, run: Any) -> None:
        """Take the last snapshot."""
        self._recorder.on_train_end(run)

    def on_exception(self, run: Any, error: BaseException) -> None:
        """Keep what was recorded until the error."""
        self._recorder.on_exception(run, error)


def recorded(fit: Callable[[list[Any]], object], callbacks: Any, record: Record) -> Recording:
    """Return the recording of a fit, also of one that fails.

    Parameters
    ----------
    fit : function
        Trains with the callbacks that it is given.
    callbacks : callback or sequence
        The user's own.
    record : Record
        What records.
    """
    own = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
    try:
        fit([*own, record])
    except TrainingError as error:
        warnings.warn(
            f"record: {error} The recording has every step before: at('end'), diagnose().",
            stacklevel=4,
        )
    return record.recording
