"""A constant schedule."""

from typing import final

from .base import Schedule


@final
class Constant(Schedule):
    """lr(t) = start.

    Parameters
    ----------
    start : number > 0
        The number of every step.

    Raises
    ------
    ParameterError
        start is not a number > 0.

    Examples
    --------
    >>> Constant(0.1)(1000)
    0.1
    """

    start: float

    def check(self) -> None:
        self.require_rate("start", 0.01)

    def __call__(self, step: int) -> float:
        return self.start
