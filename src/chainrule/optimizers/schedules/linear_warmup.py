"""A linear warm-up before any other schedule."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self, final

from ...arrays import Array
from .base import Length, Rate, Schedule, value_at
from .epochs import RunLength


@final
class LinearWarmup(Schedule):
    """lr(t) = then(1) t / steps  for  t < steps,  then(t − steps + 1)  from there on.

    Parameters
    ----------
    then : number > 0, or a schedule
        The number, or the schedule, after the warm-up. The schedule begins with its first step. If
        it lasts for the whole call of `fit`, it gets what the warm-up leaves.
    steps : int ≥ 1, or Epochs
        Length until the full number.

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

    length: ClassVar[str] = "steps"

    then: Rate
    steps: Length

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
        steps = self.steps_known()
        if step < steps:
            return value_at(self.then, 1) * step / steps
        return value_at(self.then, step - steps + 1)

    @property
    def needs_run(self) -> bool:
        """True if it, or the schedule inside, has a length that only a fit knows."""
        return super().needs_run or bool(getattr(self.then, "needs_run", False))

    @property
    def lasts_one_run(self) -> bool:
        """True if the schedule inside begins and ends with a call of `fit`."""
        return bool(getattr(self.then, "lasts_one_run", False))

    def over(self, run: RunLength) -> Self:
        """Return this schedule, and the one inside, with their lengths in steps."""
        steps, then = run.steps_of(self.steps), self.then
        if isinstance(then, Schedule) and then.needs_run:
            whole: Any = then
            then = whole.over(run.without(steps - 1))
        return replace(self, then=then, steps=steps)

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
