"""A rate that falls like 1 / t."""

from typing import ClassVar, final

from .base import Length, Schedule


@final
class InverseTimeDecay(Schedule):
    """lr(t) = start / (1 + (t − 1) / steps).

    It falls slowly enough to reach any minimum (Σ lr = ∞) and fast enough for the noise to vanish
    (Σ lr² < ∞).

    Parameters
    ----------
    start : number > 0
        The number of the first step.
    steps : int ≥ 1, or Epochs
        After this length half of it remains, after twice as many a third.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    H. Robbins and S. Monro, A stochastic approximation method, Annals of Mathematical Statistics
    22, 1951, equation (6).

    Examples
    --------
    >>> schedule = InverseTimeDecay(0.6, steps=10)
    >>> [round(schedule(step), 6) for step in (1, 11, 21)]
    [0.6, 0.3, 0.2]
    """

    length: ClassVar[str] = "steps"

    start: float
    steps: Length

    def check(self) -> None:
        self.require_rate("start", 0.01)
        self.require_steps("steps")

    def __call__(self, step: int) -> float:
        return self.start / (1 + (step - 1) / self.steps_known())
