"""Half a cosine, once or with restarts."""

from dataclasses import KW_ONLY
from typing import ClassVar, final

from ..scalar import cos_pi
from .base import Length, Schedule


@final
class Cosine(Schedule):
    """lr(t) = end + (start − end) (1 + cos(π n / steps)) / 2  with  n = min(t − 1, steps).

    Parameters
    ----------
    start : number > 0
        The number of the first step.
    steps : int ≥ 1, or Epochs, optional
        Length until `end`. None: the whole call of `fit`; the next call begins again.
    end : number ≥ 0
        The number of all later steps.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    I. Loshchilov and F. Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017,
    equation (5).

    Examples
    --------
    >>> schedule = Cosine(0.4, steps=10)
    >>> [round(schedule(step), 6) for step in (1, 6, 11, 100)]
    [0.4, 0.2, 0.0, 0.0]
    """

    length: ClassVar[str] = "steps"

    start: float
    steps: Length | None = None
    _: KW_ONLY
    end: float = 0.0

    def check(self) -> None:
        self.require_rate("start", 0.01)
        self.require_steps("steps")
        self.require_rate("end", 0.0, "≥ 0")

    def __call__(self, step: int) -> float:
        steps = self.steps_known()
        return between(self.start, self.end, min(step - 1, steps) / steps)


@final
class CosineRestarts(Schedule):
    """lr(t) = end + (start − end) (1 + cos(π n / T)) / 2, with n steps since the last restart.

    T is the length of the period, from one restart to the next.

    Parameters
    ----------
    start : number > 0
        The number of the first step and after every restart.
    steps : int ≥ 1, or Epochs
        Length T of the first period.
    end : number ≥ 0
        The number at the end of each period.
    growth : int ≥ 1
        Factor between the lengths of one period and the next.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    I. Loshchilov and F. Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017,
    equation (5); `growth` is its T_mult.

    Examples
    --------
    >>> schedule = CosineRestarts(0.4, steps=10, growth=2)
    >>> [round(schedule(step), 6) for step in (1, 6, 11, 21, 31)]
    [0.4, 0.2, 0.4, 0.2, 0.4]
    """

    length: ClassVar[str] = "steps"

    start: float
    steps: Length
    _: KW_ONLY
    end: float = 0.0
    growth: int = 1

    def check(self) -> None:
        self.require_rate("start", 0.01)
        self.require_steps("steps")
        self.require_rate("end", 0.0, "≥ 0")
        self.require_size("growth", "The usual value is 1 or 2.")

    def __call__(self, step: int) -> float:
        n, period = step - 1, self.steps_known()
        if self.growth == 1:
            n %= period
        while n >= period:
            n, period = n - period, period * self.growth
        return between(self.start, self.end, n / period)


def between(start: float, end: float, done: float) -> float:
    """Return end + (start − end) (1 + cos(π done)) / 2."""
    return end + (start - end) * (1 + cos_pi(done)) / 2
