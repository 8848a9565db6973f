"""The base of schedules: a number for each step."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ...settings import Settings, is_number

Rate = float | Callable[[int], float]
"""A number, or a schedule."""


class Schedule(Settings, ABC):
    """step -> number; step = 1 is the first update. Any callable of this form works as well."""

    @abstractmethod
    def __call__(self, step: int) -> float:
        """Return the number of this step."""

    def require_rate(self, name: str, usual: object, rule: str = "> 0") -> None:
        """Require a number > 0 (or, as `rule` says, "≥ 0") as setting `name`."""
        self.require_number(name, rule, lambda v: v >= 0 if rule == "≥ 0" else v > 0, usual)

    def require_steps(self, name: str) -> None:
        """Require a number of steps as setting `name`."""
        self.require_size(name, "It counts updates: epochs × batches per epoch.")


def value_at(rate: Any, step: int) -> float:
    """Return the number that a number or a schedule gives for this step."""
    return float(rate) if is_number(rate) else float(rate(step))
