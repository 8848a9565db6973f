"""One cycle: up to a peak, and down again."""

from dataclasses import KW_ONLY, replace
from typing import ClassVar, Self, final

from .base import Length, Schedule
from .cosine import between
from .epochs import RunLength


@final
class OneCycle(Schedule):
    """lr(t) = to + (from − to) (1 + cos(π done)) / 2, up to a peak and down again.

    By default it rises from peak / 25 to peak in the first 30 % of the steps, and then falls to
    peak / 250 000.

    Parameters
    ----------
    peak : number > 0
        The largest number.
    steps : int ≥ 2, or Epochs, optional
        Length of the cycle, ≥ 2. After it, the number of its last step is kept. None: the whole
        call of `fit`; the next call begins again.
    rise : number > 0 and < 1
        Fraction of the steps until the peak.
    start_divisor : number ≥ 1
        The first step has peak / start_divisor.
    end_divisor : number ≥ 1
        The last step has peak / start_divisor / end_divisor.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    L. Smith and N. Topin, Super-convergence: very fast training of neural networks using large
    learning rates, 2019, section 2.

    Examples
    --------
    >>> schedule = OneCycle(1.0, steps=100)
    >>> [round(schedule(step), 6) for step in (1, 30, 100)]
    [0.04, 1.0, 4e-06]
    """

    length: ClassVar[str] = "steps"

    peak: float
    steps: Length | None = None
    _: KW_ONLY
    rise: float = 0.3
    start_divisor: float = 25.0
    end_divisor: float = 1e4

    def check(self) -> None:
        self.require_rate("peak", 0.1)
        self.require_steps("steps", least=2)
        self.require_number("rise", "> 0 and < 1", lambda v: 0 < v < 1, 0.3)
        self.require_number("start_divisor", "≥ 1", lambda v: v >= 1, 25.0)
        self.require_number("end_divisor", "≥ 1", lambda v: v >= 1, 1e4)

    def over(self, run: RunLength) -> Self:
        """Return this cycle with its length in steps, at least 2."""
        steps = max(2, run.steps_of(self.steps))
        return replace(self, steps=steps) if self.needs_run else self

    def __call__(self, step: int) -> float:
        start = self.peak / self.start_divisor
        steps = self.steps_known()
        n, last = min(step, steps) - 1, steps - 1
        # steps before the peak, not always a whole number
        top = min(max(self.rise * steps - 1, 0), last)
        if n <= top and top > 0:
            return between(start, self.peak, n / top)
        return between(self.peak, start / self.end_divisor, (n - top) / (last - top))
