"""A linear warm-up before any other schedule."""

from collections.abc import Mapping
from typing import final

from ...arrays import Array
from .base import Rate, Schedule, value_at


@final
class LinearWarmup(Schedule):
    """lr(t) = then(1) t / steps  for  t < steps,  then(t − steps + 1)  from there on.

    Parameters
    ----------
    then : number > 0, or a schedule
        The number, or the schedule, after the warm-up. The schedule begins with its first step.
    steps : int ≥ 1
        Number of steps until the full number.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    P. Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, arXiv:1706.02677,
    section 2.2.

    Examples
    --------
    >>> schedule = LinearWarmup(0.4, steps=4)
    >>> [round(schedule(step), 6) for step in (1, 2, 4, 5)]
    [0.1, 0.2, 0.4, 0.4]
    """

    then: Rate
    steps: int

    def check(self) -> None:
        if isinstance(self.then, type):
            self.require(
                "then",
                "a number > 0 or a schedule",
                lambda v: False,
                f"Write {self.then.__name__}(...).",
            )
        if not callable(self.then):
            self.require_rate("then", 0.01)
        self.require_steps("steps")

    def __call__(self, step: int) -> float:
        if step < self.steps:
            return value_at(self.then, 1) * step / self.steps
        return value_at(self.then, step - self.steps + 1)

    def observe(self, logs: Mapping[str, float]) -> None:
        """Pass the numbers of an epoch to the schedule inside, if it reads them."""
        if hasattr(self.then, "observe"):
            self.then.observe(logs)

    def state(self) -> dict[str, Array]:
        """Return what the schedule inside remembers."""
        return self.then.state() if hasattr(self.then, "state") else {}

    def load(self, state: Mapping[str, Array]) -> None:
        """Restore the state of the schedule inside."""
        if hasattr(self.then, "load"):
            self.then.load(state)
