"""Stop when nothing gets better, and go back to the best epoch."""

import math
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...foreign import known_keywords
from ...settings import is_number, is_whole
from ..run_state import RunState
from .base import Callback, Run
from .monitor import Mode, Monitor


class EarlyStopping(Callback):
    """Ends training after `patience` epochs without an improvement.

    θ, slots, step and epoch go back to the best epoch. The history keeps every epoch that was
    run; `history.best_epoch` says which one the network is in.

    Parameters
    ----------
    monitor : str
        A name of the history.
    patience : int
        Epochs without an improvement, ≥ 0.
    min_delta : float
        The least change that is an improvement, ≥ 0.
    mode : {"auto", "min", "max"}
        "min": smaller is better; "max": larger is better; "auto" follows the name: accuracy,
        precision, recall, f1, auc and r2 should rise, everything else should fall.
    restore : bool
        False: keep the last state.

    Raises
    ------
    ParameterError
        A setting outside its range, or a monitor that the run does not log.

    Examples
    --------
    >>> import chainrule as cr
    >>> cr.EarlyStopping(patience=3).patience
    3
    """

    in_all_processes = True

    @known_keywords(
        "EarlyStopping",
        {
            "restore_best_weights": "Here it is called restore.",
            "delta": "Here it is called min_delta.",
            "threshold": "Here it is called min_delta.",
            "verbose": "Give it to fit(verbose=...).",
        },
    )
    def __init__(
        self,
        *,
        monitor: str = "val_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        mode: Mode = "auto",
        restore: bool = True,
    ) -> None:
        if not is_whole(patience) or patience < 0:
            raise ParameterError(
                f"EarlyStopping(patience={patience!r}): patience must be a whole number ≥ 0. "
                "The usual value is 5."
            )
        if not is_number(min_delta) or min_delta < 0:
            raise ParameterError(
                f"EarlyStopping(min_delta={min_delta!r}): min_delta must be a number ≥ 0. "
                "The usual value is 0."
            )
        if not isinstance(restore, bool):
            raise ParameterError(
                f"EarlyStopping(restore={restore!r}): restore must be True or False."
            )
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.mode, self.restore = mode, restore
        self._monitor = Monitor("EarlyStopping", monitor, mode)
        self._forget()

    def _forget(self) -> None:
        self.best, self.wait, self.best_epoch = self._monitor.worst, 0, -1
        self._kept: RunState | None = None

    @property
    def reason(self) -> str:
        """The value of `history.stopped`."""
        return "early stopping"

    def on_train_begin(self, run: Run) -> None:
        """Forget the run before, unless this one is resumed."""
        if not run.history:
            self._forget()

    def on_epoch_end(self, run: Run) -> bool:
        """Compare, keep the best state, and return True if training should end."""
        value = self._monitor.value(run.logs)
        if self._monitor.better(value, self.best, self.min_delta):
            self.best, self.wait, self.best_epoch = value, 0, len(run.history["loss"]) - 1
            if self.restore:
                self._kept = run.state.here()
                self._kept.epoch += 1  # the next one begins
                self._kept.position, self._kept.sums = 0, [0.0, 0.0]
            return False
        self.wait += 1
        return self.wait >= max(self.patience, 1)

    def on_train_end(self, run: Run) -> None:
        """Go back to the best epoch."""
        if self.best_epoch < 0:
            return
        run.best_epoch = self.best_epoch
        if self._kept is not None and run.stopped != "interrupted":
            run.state.go_to(self._kept)

    def state(self) -> dict[str, Array]:
        """Return the best value, the waiting time, the best epoch, and the state at its end."""
        counters = np.array([self.best, self.wait, self.best_epoch], np.float64)
        best = self._kept
        if best is None:
            return {"counters": counters}
        kept = best.vectors() | {"place": np.array([best.t, best.step, best.epoch], np.int64)}
        return {"counters": counters} | {f"kept/{name}": a for name, a in kept.items()}

    def load(self, state: dict[str, Array]) -> None:
        """Set what `state` returned."""
        best, wait, epoch = map(float, state["counters"])
        if math.isnan(best) or not (0 <= wait < math.inf and -1 <= epoch < math.inf):
            raise ValueError(f"early stopping cannot have the memory {state['counters']}")
        vectors = {
            name.removeprefix("kept/"): a for name, a in state.items() if name.startswith("kept/")
        }
        kept = _place(vectors, vectors.pop("place")) if vectors else None
        self.best, self.wait, self.best_epoch, self._kept = float(best), int(wait), int(epoch), kept


def _place(vectors: dict[str, Array], place: Any) -> RunState:
    """Return a state between two epochs, with copies of these vectors."""
    t, step, epoch = map(int, place)
    if min(t, step, epoch) < 0:
        raise ValueError(f"a state cannot be at t, step and epoch {place}")
    counters = {"run/counters": np.array([0, t, step, epoch, 0, 0]), "run/sums": np.zeros(2)}
    return RunState.from_arrays(vectors | counters)
