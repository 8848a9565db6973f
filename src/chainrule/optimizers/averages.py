"""Averages of the weights over the steps of a run, which are often better than the last weights."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY
from typing import final

from ..settings import Settings
from .scalar import power


class Average(Settings, ABC):
    """A running mean of the weights, θ̄ ← θ̄ + αₜ (θ − θ̄).

    It is the last of the update list: `optimizer=(Adam(), EMA(0.999))`. `net.averaged()` is the
    network with θ̄. The optimizer continues from θ, so an average does not change the training.
    """

    @abstractmethod
    def rate(self, t: int) -> float:
        """Return αₜ: 0 if step t does not count, 1 if the mean begins with it."""

    @abstractmethod
    def next(self, t: int) -> int:
        """Return the first step after t that counts."""

    def begun(self, t: int) -> bool:
        """Return True if a step up to t counted."""
        return t >= self.next(0)


@final
class EMA(Average):
    """θ̄ₜ = Σᵢ dᵗ⁻ⁱ θᵢ / Σᵢ dᵗ⁻ⁱ, the exponential moving average over all steps i ≤ t.

    The start has no bias. As a running mean it has αₜ = (1 − d) / (1 − dᵗ), which is 1 at the first
    step.

    Parameters
    ----------
    decay : number
        Decay d, 0 ≤ d < 1; about 1 / (1 − d) steps count.

    Raises
    ------
    ParameterError
        decay is outside its range.

    References
    ----------
    Polyak & Juditsky, "Acceleration of stochastic approximation by averaging", SIAM J. Control
    Optim. 30 (1992); the correction of the start as in Kingma & Ba, "Adam", ICLR 2015, section 3.

    Examples
    --------
    >>> EMA(0.5).rate(1), EMA(0.5).rate(2)
    (1.0, 0.6666666666666666)
    """

    decay: float = 0.999

    def check(self) -> None:
        self.require_number("decay", "≥ 0 and < 1", lambda v: 0 <= v < 1, 0.999)

    def rate(self, t: int) -> float:
        return (1 - self.decay) / (1 - power(self.decay, t))

    def next(self, t: int) -> int:
        return t + 1


@final
class SWA(Average):
    """θ̄ = (θ_{s} + θ_{s+c} + θ_{s+2c} + ...) / n, the mean of the weights of every c-th step.

    Step s is the first that counts. A network with BatchNorm needs
    `net.averaged().calibrate(X)`, because its running statistics belong to the last weights.

    Parameters
    ----------
    start : int
        First step s that counts, ≥ 1; usually three quarters of all.
    every : int
        Steps c between two that count, ≥ 1; usually the steps of an epoch.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    Izmailov, Podoprikhin, Garipov, Vetrov & Wilson, "Averaging weights leads to wider optima and
    better generalization", UAI 2018, algorithm 1.

    Examples
    --------
    >>> [SWA(start=3, every=2).rate(t) for t in range(1, 8)]
    [0.0, 0.0, 1.0, 0.0, 0.5, 0.0, 0.3333333333333333]
    """

    _: KW_ONLY
    start: int = 1
    every: int = 1

    def check(self) -> None:
        self.require_size("start", "Count in steps.")
        self.require_size("every", "Count in steps.")

    def rate(self, t: int) -> float:
        counted, rest = divmod(t - self.start, self.every)
        return 0.0 if t < self.start or rest else 1 / (counted + 1)

    def next(self, t: int) -> int:
        return self.start if t < self.start else t + self.every - (t - self.start) % self.every
