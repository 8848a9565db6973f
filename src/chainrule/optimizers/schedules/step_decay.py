"""A rate that falls in steps."""

from dataclasses import KW_ONLY
from typing import ClassVar, final

from ..scalar import power
from .base import Length, Schedule


@final
class StepDecay(Schedule):
    """lr(t) = start · factor^⌊(t − 1) / every⌋.

    Parameters
    ----------
    start : number > 0
        The number of the first step.
    every : int ≥ 1, or Epochs
        Length from one fall to the next.
    factor : number > 0 and < 1
        Factor of a fall.

    Raises
    ------
    ParameterError
        A number is outside its range.

    Examples
    --------
    >>> schedule = StepDecay(0.4, every=10, factor=0.5)
    >>> [schedule(step) for step in (1, 10, 11, 21)]
    [0.4, 0.4, 0.2, 0.1]
    """

    length: ClassVar[str] = "every"

    start: float
    every: Length
    _: KW_ONLY
    factor: float = 0.1

    def check(self) -> None:
        self.require_rate("start", 0.01)
        self.require_steps("every")
        self.require_number("factor", "> 0 and < 1", lambda v: 0 < v < 1, 0.1)

    def __call__(self, step: int) -> float:
        return self.start * power(self.factor, (step - 1) // self.steps_known())
