"""A power that leads from one number to another."""

from dataclasses import KW_ONLY
from typing import ClassVar, final

from ..scalar import real_power
from .base import Length, Schedule


@final
class PolynomialDecay(Schedule):
    """lr(t) = end + (start − end) (1 − n / steps)^power  with  n = min(t − 1, steps).

    With power 1 it is a straight line.

    Parameters
    ----------
    start : number > 0
        The number of the first step.
    steps : int ≥ 1, or Epochs, optional
        Length until `end`. None: the whole call of `fit`; the next call begins again.
    end : number ≥ 0
        The number of all later steps.
    power : number > 0
        Exponent, > 0.

    Raises
    ------
    ParameterError
        A number is outside its range.

    Examples
    --------
    >>> schedule = PolynomialDecay(0.4, steps=10)
    >>> [schedule(step) for step in (1, 6, 11, 100)]
    [0.4, 0.2, 0.0, 0.0]
    """

    length: ClassVar[str] = "steps"

    start: float
    steps: Length | None = None
    _: KW_ONLY
    end: float = 0.0
    power: float = 1.0

    def check(self) -> None:
        self.require_rate("start", 0.01)
        self.require_steps("steps")
        self.require_rate("end", 0.0, "≥ 0")
        self.require_rate("power", 1.0)

    def __call__(self, step: int) -> float:
        steps = self.steps_known()
        left = 1 - min(step - 1, steps) / steps
        return self.end + (self.start - self.end) * real_power(left, self.power)
