"""Objects that a model keeps between calls but does not store: native plans, the last data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engines.native import Native
from ..graph.program import Program

# Making one more plan takes less time than predicting many rows, and a plan needs as much memory.
PLANS = 8


class Plans(dict[Program, Native | None]):
    """The plans of a model's latest predictions, by Program; None if its rows meet.

    Copies and pickles of a model make their own plans.
    """

    def of(self, program: Program, make: Callable[[], Native | None]) -> Native | None:
        """Return the plan of this Program; make it if there is none, and forget the oldest."""
        try:
            return self[program]
        except KeyError:
            plan = make()
        for oldest in tuple(self)[: max(0, len(self) + 1 - PLANS)]:
            self.pop(oldest, None)
        self[program] = plan
        return plan

    def __reduce__(self) -> tuple[Any, ...]:
        return Plans, ()


class LastData(tuple[Any, Any]):
    """X and y of a model's last `fit`.

    Dropped on copy and pickle, so training data never travel with a network.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return type(None), ()
