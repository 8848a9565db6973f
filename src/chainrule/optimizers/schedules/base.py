"""The base of schedules: a number for each step."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Self, TypeVar

from ...errors import ParameterError
from ...settings import Settings, is_number, is_whole
from .epochs import Epochs, RunLength

Rate = float | Callable[[int], float]
"""A number, or a schedule."""

Length = int | Epochs
"""A number of steps, or of epochs."""

R = TypeVar("R")


class Schedule(Settings, ABC):
    """step -> number; step = 1 is the first update. Any callable of this form works as well.

    Lengths are numbers of steps, or `Epochs(10)`. Where a schedule needs no length, it lasts for
    one whole call of `fit`, and begins again with the next one.
    """

    length: ClassVar[str] = ""
    """The setting that is a length in steps or epochs, if there is one."""

    @abstractmethod
    def __call__(self, step: int) -> float:
        """Return the number of this step."""

    @property
    def needs_run(self) -> bool:
        """True if it has a length that only a fit can turn into steps."""
        return bool(self.length) and not is_whole(getattr(self, self.length))

    @property
    def lasts_one_run(self) -> bool:
        """True if it begins and ends with a call of `fit`."""
        return bool(self.length) and getattr(self, self.length) is None

    def over(self, run: RunLength) -> Self:
        """Return this schedule with its length in steps."""
        if not self.needs_run:
            return self
        return replace(self, **{self.length: run.steps_of(getattr(self, self.length))})

    def steps_known(self) -> int:
        """Return the length in steps; ParameterError if only a fit knows it."""
        steps = getattr(self, self.length)
        if is_whole(steps):
            return int(steps)
        how = "the whole run" if steps is None else f"{steps!r}"
        raise ParameterError(
            f"{self!r}",
            f"{self.length} as a number of steps outside of fit",
            how,
            f"Write {self.length}=1000, or give it to fit as a part of optimizer=.",
        )

    def require_rate(self, name: str, usual: object, rule: str = "> 0") -> None:
        """Require a number > 0 (or, as `rule` says, "≥ 0") as setting `name`."""
        self.require_number(name, rule, lambda v: v >= 0 if rule == "≥ 0" else v > 0, usual)

    def require_steps(self, name: str, least: int = 1) -> None:
        """Require a length as setting `name`: steps, epochs, or None where that is the default."""
        optional = "" if self.__dataclass_fields__[name].default is not None else ", or None"
        self.require(
            name,
            f"a whole number ≥ {least}, or Epochs(10){optional}",
            lambda v: (
                isinstance(v, Epochs)
                or (v is None and bool(optional))
                or (is_whole(v) and v >= least)
            ),
            "A number counts updates: epochs × batches per epoch.",
        )


class InRun:
    """A schedule that begins with a call of `fit`, after `begin` updates of the calls before."""

    def __init__(self, schedule: Schedule, begin: int) -> None:
        self.schedule, self.begin = schedule, begin

    def __call__(self, step: int) -> float:
        return self.schedule(max(step - self.begin, 1))

    def __repr__(self) -> str:
        return repr(self.schedule)


def needs_run(rule: Any) -> bool:
    """Return True if a schedule of an optimizer has a length that only a fit knows."""
    return any(getattr(s, "needs_run", False) for s in rule.schedules.values())


def lasts_one_run(rule: Any) -> bool:
    """Return True if a schedule of an optimizer begins and ends with a call of `fit`."""
    return any(getattr(s, "lasts_one_run", False) for s in rule.schedules.values())


def in_run(rule: R, run: RunLength) -> R:
    """Return an optimizer whose schedules have the lengths that they have in this run."""
    known: dict[str, Any] = {}
    for name, schedule in rule.schedules.items():  # type: ignore[attr-defined]
        if isinstance(schedule, Schedule) and schedule.needs_run:
            placed: Any = schedule.over(run)
            known[name] = InRun(placed, run.begin) if schedule.lasts_one_run else placed
    return replace(rule, **known) if known else rule  # type: ignore[type-var]


def value_at(rate: Any, step: int) -> float:
    """Return the number that a number or a schedule gives for this step."""
    return float(rate) if is_number(rate) else float(rate(step))
