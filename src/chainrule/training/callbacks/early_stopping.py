"""Stop when nothing gets better, and go back to the best."""

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ...settings import is_number, is_whole
from .base import Callback

if TYPE_CHECKING:
    from ..run import Run

RISING = ("accuracy", "precision", "recall")  # what is better when it is larger, as part of a name
RISING_WORDS = {"acc", "auc", "f1", "r2"}  # and as a word of it


class EarlyStopping(Callback):
    """Ends training after `patience` epochs without an improvement; θ, slots, step and epoch go back to the best epoch.

    The history keeps every epoch that was run; `history.best_epoch` says which one the network is in.

    Parameters
    ----------
    monitor : str
        A name of the history.
    patience : int
        Epochs without an improvement, ≥ 0.
    min_delta : float
        What counts as an improvement, ≥ 0.
    mode : {"auto", "min", "max"}
        Whether smaller or larger is better; "auto" follows the name: accuracy, precision, recall, f1, auc and r2 should rise, all
        else should fall.
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

    def __init__(
        self,
        *,
        monitor: str = "val_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        mode: Literal["auto", "min", "max"] = "auto",
        restore: bool = True,
    ) -> None:
        if not is_whole(patience) or patience < 0:
            raise ParameterError(
                f"EarlyStopping(patience={patience!r}): patience must be a whole number ≥ 0. The usual value is 5."
            )
        if not is_number(min_delta) or min_delta < 0:
            raise ParameterError(
                f"EarlyStopping(min_delta={min_delta!r}): min_delta must be a number ≥ 0. The usual value is 0."
            )
        if mode not in ("auto", "min", "max"):
            raise ParameterError(
                f"EarlyStopping(mode={mode!r}): mode must be 'auto', 'min' or 'max'. The usual value is 'auto'."
            )
        if not isinstance(restore, bool):
            raise ParameterError(
                f"EarlyStopping(restore={restore!r}): restore must be True or False."
            )
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.mode, self.restore = mode, restore
        self._rising = _should_rise(monitor) if mode == "auto" else mode == "max"
        self._forget()

    def _forget(self) -> None:
        self.best, self.wait, self.best_epoch = -math.inf if self._rising else math.inf, 0, -1
        self._kept: dict[str, Array] = {}

    @property
    def reason(self) -> str:
        return "early stopping"

    def on_train_begin(self, run: "Run") -> None:
        if not run.history:  # not a resumed run
            self._forget()

    def on_epoch_end(self, run: "Run") -> bool:
        if self.monitor not in run.logs:
            near = get_close_matches(self.monitor, list(run.logs), 1, 0.7)
            meant = f"Did you mean {near[0]!r}? Else give" if near else "Give"
            raise ParameterError(
                f"EarlyStopping(monitor={self.monitor!r}): expected one of {', '.join(run.logs)}, got {self.monitor!r}. "
                f"{meant} validation_data or validation_fraction, or watch what there is."
            )
        value = run.logs[self.monitor]
        better = (
            value > self.best + self.min_delta
            if self._rising
            else value < self.best - self.min_delta
        )
        if better:
            self.best, self.wait, self.best_epoch = value, 0, len(run.history["loss"]) - 1
            if self.restore:
                self._keep(run)
            return False
        self.wait += 1
        return self.wait >= max(self.patience, 1)

    def _keep(self, run: "Run") -> None:
        state = run.state
        self._kept = {
            "theta": state.theta.copy(),
            "place": np.array([state.t, state.step, state.epoch + 1], np.int64),
        }
        self._kept |= {f"slot/{name}": a.copy() for name, a in state.slots.items()}
        self._kept |= {f"carry/{name}": a.copy() for name, a in state.carry.items()}

    def on_train_end(self, run: "Run") -> None:
        if self.best_epoch < 0:
            return
        run.best_epoch = self.best_epoch
        if not self._kept or run.stopped == "interrupted":
            return
        state = run.state
        state.theta[...] = self._kept["theta"]
        for name, a in state.slots.items():
            a[...] = self._kept[f"slot/{name}"]
        state.carry = {name: self._kept[f"carry/{name}"].copy() for name in state.carry}
        state.t, state.step, state.epoch = map(int, self._kept["place"])
        state.position, state.sums = 0, [0.0, 0.0]

    def state(self) -> dict[str, Array]:
        counters = np.array([self.best, self.wait, self.best_epoch], np.float64)
        return {"counters": counters} | {f"kept/{name}": a for name, a in self._kept.items()}

    def load(self, state: dict[str, Array]) -> None:
        self.best, self.wait, self.best_epoch = (
            float(state["counters"][0]),
            *map(int, state["counters"][1:]),
        )
        self._kept = {
            name.removeprefix("kept/"): a for name, a in state.items() if name.startswith("kept/")
        }


def _should_rise(monitor: str) -> bool:
    """Whether a number of this name is better when it is larger; the loss of an output is not, whatever the output is called."""
    words = monitor.split("_")
    return words[-1] != "loss" and (
        any(word in monitor for word in RISING) or not RISING_WORDS.isdisjoint(words)
    )
