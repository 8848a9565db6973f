"""Lengths in epochs, and the length of a run, which only a fit knows."""

from dataclasses import dataclass, replace
from typing import final

from ...settings import Settings


@final
class Epochs(Settings):
    """A length in epochs, wherever a schedule takes a number of steps.

    `fit` turns it into steps: epochs × batches per epoch. A part of an epoch is rounded to whole
    steps, at least one.

    Parameters
    ----------
    number : number > 0
        How many epochs; 0.5 is half of one.

    Raises
    ------
    ParameterError
        It is no number > 0.

    Examples
    --------
    >>> from chainrule.optimizers import StepDecay
    >>> StepDecay(0.1, every=Epochs(10), factor=0.5)
    StepDecay(0.1, Epochs(10), factor=0.5)
    """

    number: float

    def check(self) -> None:
        self.require_number("number", "> 0", lambda v: v > 0, 10)


@dataclass(frozen=True)
class RunLength:
    """The steps of one call of `fit`.

    Parameters
    ----------
    per_epoch : int
        Steps in one epoch.
    epochs : int
        Epochs of this call.
    begin : int
        The number of updates before it, as schedules count them.
    shorter : int
        The steps that something else takes, such as a warm-up.
    """

    per_epoch: int
    epochs: int
    begin: int = 0
    shorter: int = 0

    @property
    def steps(self) -> int:
        """The steps of the whole call, at least 1."""
        return max(1, self.per_epoch * self.epochs - self.shorter)

    def without(self, steps: int) -> "RunLength":
        """Return a run that is this number of steps shorter."""
        return replace(self, shorter=self.shorter + steps)

    def steps_of(self, length: int | Epochs | None) -> int:
        """Return a length in steps; None is the whole run."""
        if isinstance(length, Epochs):
            return max(1, round(length.number * self.per_epoch))
        return self.steps if length is None else length
