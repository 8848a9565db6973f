"""What every schedule is: a number for each step, in closed form."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ...settings import Settings, is_number

Rate = float | Callable[[int], float]
"""A number, or a schedule."""


class Schedule(Settings, ABC):
    """step -> number, step = 1 at the first update. Any callable of this form serves as well."""

    @abstractmethod
    def __call__(self, step: int) -> float:
        """The number of this step."""

    def require_rate(self, name: str, usual: object, rule: str = "> 0") -> None:
        """Setting `name` must be a number > 0 (or as `rule` says, "≥ 0")."""
        self.require_number(name, rule, lambda v: v >= 0 if rule == "≥ 0" else v > 0, usual)

    def require_steps(self, name: str) -> None:
        """Setting `name` must count steps."""
        self.require_size(name, "It counts updates: epochs × batches an epoch.")


def value_at(rate: Any, step: int) -> float:
    """What a number or a schedule says for this step."""
    return float(rate) if is_number(rate) else float(rate(step))
