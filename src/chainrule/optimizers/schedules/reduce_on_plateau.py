"""A rate that falls when a monitored number stops improving."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, Literal, final

import numpy as np

from ...arrays import Array
from ...errors import ParameterError
from ..scalar import power
from .base import Schedule

# The least value of each part of the memory.
LEAST = {"best": -np.inf, "wait": 0, "cooling": 0, "falls": 0}


@final
class ReduceOnPlateau(Schedule):
    """lr = max(start · factor^k, min_lr), k the number of plateaus so far.

    A plateau is `patience` epochs in a row without an improvement of the monitored number. Unlike
    the other schedules it has a memory: `fit` calls `observe` after each epoch and stores `state()`
    in checkpoints.

    Parameters
    ----------
    start : number > 0
        The number of the first step.
    monitor : str
        Name of the number to monitor, such as "val_loss", "loss" or "val_accuracy".
    mode : "min" or "max"
        "min" if smaller is better, "max" if larger is better.
    factor : number > 0 and < 1
        Factor after a plateau.
    patience : int ≥ 1
        Number of epochs without an improvement, ≥ 1.
    min_delta : number ≥ 0
        A change smaller than this is no improvement.
    min_lr : number ≥ 0
        The smallest rate.
    cooldown : int ≥ 0
        Number of epochs after a fall that do not count, ≥ 0.

    Raises
    ------
    ParameterError
        A number is outside its range, or an epoch has no number of that name.

    Examples
    --------
    >>> schedule = ReduceOnPlateau(0.1, monitor="loss", patience=2, factor=0.5)
    >>> for loss in (1.0, 0.9, 0.9, 0.9):
    ...     schedule.observe({"loss": loss})
    >>> schedule(5)
    0.05
    """

    start: float
    _: KW_ONLY
    monitor: str = "val_loss"
    mode: Literal["min", "max"] = "min"
    factor: float = 0.1
    patience: int = 10
    min_delta: float = 1e-4
    min_lr: float = 0.0
    cooldown: int = 0

    def check(self) -> None:
        self.require_rate("start", 0.01)
        self.require(
            "monitor",
            "a name",
            lambda v: isinstance(v, str) and v != "",
            "The usual value is 'val_loss'.",
        )
        self.require(
            "mode", "'min' or 'max'", lambda v: v in ("min", "max"), "The usual value is 'min'."
        )
        self.require_number("factor", "> 0 and < 1", lambda v: 0 < v < 1, 0.1)
        self.require_size("patience", "The usual value is 10.")
        self.require_rate("min_delta", 1e-4, "≥ 0")
        self.require_rate("min_lr", 0.0, "≥ 0")
        self.require(
            "cooldown",
            "a whole number ≥ 0",
            lambda v: v >= 0 and v == int(v),
            "The usual value is 0.",
        )

    _memory: ClassVar[dict[str, Array]]

    def __post_init__(self) -> None:
        super().__post_init__()
        memory = {
            "best": np.array(np.inf),
            "wait": np.array(0),
            "cooling": np.array(0),
            "falls": np.array(0),
        }
        # not a setting: equal schedules may have seen different epochs
        object.__setattr__(self, "_memory", memory)

    def __call__(self, step: int) -> float:
        return max(self.start * power(self.factor, int(self._memory["falls"])), self.min_lr)

    def observe(self, logs: Mapping[str, float]) -> None:
        """Read the numbers of an epoch that has ended."""
        if self.monitor not in logs:
            words = ", ".join(map(repr, logs)) or "no numbers"
            remedy = (
                "For a val_ number give validation_data."
                if self.monitor.startswith("val_")
                else "Choose one of these."
            )
            raise ParameterError(f"{self!r}", f"an epoch with {self.monitor!r}", words, remedy)
        m = self._memory
        cost = logs[self.monitor] if self.mode == "min" else -logs[self.monitor]
        if m["cooling"] > 0:
            m["cooling"] -= 1
            m["wait"][...] = 0
        if cost < m["best"] - self.min_delta:
            m["best"][...], m["wait"][...] = cost, 0
        elif m["cooling"] == 0:
            m["wait"] += 1
            if m["wait"] >= self.patience:
                m["falls"] += 1
                m["cooling"][...], m["wait"][...] = self.cooldown, 0

    def state(self) -> dict[str, Array]:
        """Return copies of best (with mode "max", its negative), wait, cooling and falls."""
        return {name: value.copy() for name, value in self._memory.items()}

    def load(self, state: Mapping[str, Array]) -> None:
        """Restore a state; ValueError if it cannot be one."""
        for name, value in self._memory.items():
            a = np.asarray(state[name])
            if a.shape != () or a.dtype.kind != value.dtype.kind or np.isnan(a) or a < LEAST[name]:
                raise ValueError(f"{name} of ReduceOnPlateau cannot be {a}")
        for name, value in self._memory.items():
            value[...] = state[name]
