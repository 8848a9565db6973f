"""Exponential decay."""

from dataclasses import KW_ONLY
from typing import ClassVar, final

from ..scalar import real_power
from .base import Length, Schedule


@final
class ExponentialDecay(Schedule):
    """lr(t) = start · factor^((t − 1) / steps).

    Parameters
    ----------
    start : number > 0
        The number of the first step.
    steps : int ≥ 1, or Epochs
        Length in which the number is multiplied by `factor`.
    factor : number > 0 and < 1
        Factor after `steps` steps.

    Raises
    ------
    ParameterError
        A number is outside its range.

    Examples
    --------
    >>> schedule = ExponentialDecay(0.4, steps=10, factor=0.25)
    >>> [round(schedule(step), 6) for step in (1, 6, 11, 21)]
    [0.4, 0.2, 0.1, 0.025]
    """

    length: ClassVar[str] = "steps"

    start: float
    steps: Length
    _: KW_ONLY
    factor: float = 0.1

    def check(self) -> None:
        self.require_rate("start", 0.01)
        self.require_steps("steps")
        self.require_number("factor", "> 0 and < 1", lambda v: 0 < v < 1, 0.1)

    def __call__(self, step: int) -> float:
        return self.start * real_power(self.factor, (step - 1) / self.steps_known())
