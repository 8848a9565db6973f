"""Watching one number of the history: which direction is better, and whether it is there."""

import math
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal

from ...errors import ParameterError

Mode = Literal["auto", "min", "max"]

# If a quantity has one of these in its name, or as a word of the name, larger is better.
RISING = ("accuracy", "precision", "recall")
RISING_WORDS = {"acc", "auc", "f1", "r2"}


class Monitor:
    """A number of the history, and the direction in which it should go.

    Parameters
    ----------
    where : str
        The callback that watches it, for errors.
    name : str
        A name of the history.
    mode : {"auto", "min", "max"}
        "auto" follows the name: accuracy, precision, recall, f1, auc and r2 should rise,
        everything else should fall.

    Raises
    ------
    ParameterError
        Another mode, or a name that is no text.
    """

    def __init__(self, where: str, name: str, mode: Mode) -> None:
        if not isinstance(name, str) or not name:
            raise ParameterError(
                f"{where}(monitor={name!r}): monitor must be a name of the history. "
                "The usual value is 'val_loss'."
            )
        if mode not in ("auto", "min", "max"):
            raise ParameterError(
                f"{where}(mode={mode!r}): mode must be 'auto', 'min' or 'max'. "
                "The usual value is 'auto'."
            )
        self.where, self.name = where, name
        self.rising = should_rise(name) if mode == "auto" else mode == "max"

    @property
    def worst(self) -> float:
        """The number that every other one is better than."""
        return -math.inf if self.rising else math.inf

    def better(self, value: float, best: float, least: float = 0.0) -> bool:
        """Return True if a value is better than the best by more than `least`; NaN never is."""
        return value > best + least if self.rising else value < best - least

    def value(self, logs: Mapping[str, float]) -> float:
        """Return the number of an epoch; ParameterError if it is not logged."""
        if self.name not in logs:
            near = get_close_matches(self.name, list(logs), 1, 0.7)
            meant = f"Did you mean {near[0]!r}? Else give" if near else "Give"
            raise ParameterError(
                f"{self.where}(monitor={self.name!r}): expected one of {', '.join(logs)}, "
                f"got {self.name!r}. {meant} validation_data or validation_fraction, "
                "or watch what there is."
            )
        return logs[self.name]


def should_rise(name: str) -> bool:
    """Return True if a number of this name is better when it is larger.

    The loss of an output should fall, whatever the output is called.
    """
    words = name.split("_")
    return words[-1] != "loss" and (
        any(word in name for word in RISING) or not RISING_WORDS.isdisjoint(words)
    )
