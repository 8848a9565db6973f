"""Up and down, again and again."""

from dataclasses import KW_ONLY
from typing import ClassVar, final

from ..scalar import power
from .base import Length, Schedule


@final
class Cyclic(Schedule):
    """lr(t) = low + (high − low) factor^(cycle − 1) max(0, 1 − x): a triangle in each cycle.

    cycle = ⌊1 + (t − 1) / (2 half)⌋  and  x = |(t − 1) / half − 2 cycle + 1|.

    Parameters
    ----------
    low : number > 0
        The number at the beginning and the end of each cycle.
    high : number ≥ low
        The number in the middle of the first cycle.
    half : int ≥ 1, or Epochs
        Length of half a cycle: from `low` to the peak. The paper advises 2 to 10 epochs.
    factor : number > 0 and ≤ 1
        Factor between the height of one triangle and the next; the paper's "triangular2" has 0.5.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    L. Smith, Cyclical learning rates for training neural networks, WACV 2017, section 3.1.

    Examples
    --------
    >>> schedule = Cyclic(0.1, 0.5, half=4, factor=0.5)
    >>> [round(schedule(step), 6) for step in (1, 3, 5, 9, 13, 17)]
    [0.1, 0.3, 0.5, 0.1, 0.3, 0.1]
    """

    length: ClassVar[str] = "half"

    low: float
    high: float
    half: Length
    _: KW_ONLY
    factor: float = 1.0

    def check(self) -> None:
        self.require_rate("low", 0.001)
        self.require_number("high", "≥ low", lambda v: v >= self.low, "4 times low")
        self.require_steps("half")
        self.require_number("factor", "> 0 and ≤ 1", lambda v: 0 < v <= 1, 1.0)

    def __call__(self, step: int) -> float:
        half = self.steps_known()
        cycle = 1 + (step - 1) // (2 * half)
        x = abs((step - 1) / half - 2 * cycle + 1)
        height = power(self.factor, cycle - 1)
        return self.low + (self.high - self.low) * height * max(0.0, 1 - x)
