"""A power that leads from one number to another."""

from dataclasses import KW_ONLY
from typing import final

from ..scalar import real_power
from .base import Schedule


@final
class PolynomialDecay(Schedule):
    """lr(t) = end + (start − end) (1 − n / steps)^power  with  n = min(t − 1, steps).

    With power 1 it is a straight line.

    Parameters
    ----------
    start : number > 0
        The number of the first step.
    steps : int ≥ 1
        Number of steps until `end`.
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

    start: float
    steps: int
    _: KW_ONLY
    end: float = 0.0
    power: float = 1.0

    def check(self) -> None:
        self.require_rate("start", 0.01)
        self.require_steps("steps")
        self.require_rate("end", 0.0, "≥ 0")
        self.require_rate("power", 1.0)

    def __call__(self, step: int) -> float:
        left = 1 - min(step - 1, self.steps) / self.steps
        return self.end + (self.start - self.end) * real_power(left, self.power)
