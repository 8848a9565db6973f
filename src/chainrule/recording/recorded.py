"""What is kept of a run: data from which every state of it is replayed."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import TrainingError
from ..training.history import History
from ..training.run_state import Numbers, RunState
from .origin import Origin
from .snapshots import Snapshots


@dataclass(frozen=True, eq=False)
class Recorded:
    """A run as data.

    Parameters
    ----------
    origin : Origin
        What the run was made of.
    snapshots : Snapshots
        States from which the others are replayed; the first is the state before the first step.
    columns : dict of numbers
        What each epoch logged.
    end : RunState
        A snapshot of the state after the run.
    last : int
        The number of updates done at its last step. Early stopping may go back from it to `end`.
    stopped : str
        Why it ended.
    best_epoch : int, optional
        The index in the history of the epoch that early stopping found best.
    error : TrainingError, optional
        The error that ended it.
    id : str
        A name of the run, drawn when it began.
    missing : tuple of str
        Options of the run that its file could not hold, and that only a branch needs.
    parent : str
        For a branch: the id of the run that it begins in.
    changes : tuple of str
        For a branch: what differs, in words.
    seconds : float
        How long the run took.
    loaded : bool
        True if it was read from a file.
    """

    origin: Origin
    snapshots: Snapshots
    columns: dict[str, Numbers]
    end: RunState
    last: int
    stopped: str = "finished"
    best_epoch: int | None = None
    error: TrainingError | None = None
    id: str = ""
    missing: tuple[str, ...] = ()
    parent: str = ""
    changes: tuple[str, ...] = ()
    seconds: float = 0.0
    loaded: bool = False

    @property
    def history(self) -> History:
        """The history of the run."""
        return History(self.columns or {"loss": []}, self.stopped, self.best_epoch)
