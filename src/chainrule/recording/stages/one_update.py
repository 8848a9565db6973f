"""One update of a run as data: everything that it is made of, and what it leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ...arrays import Array
from ...training.objective import Carry, Objective
from ...training.updates import Slots, Update


class After(NamedTuple):
    """What one update leads to.

    Parameters
    ----------
    loss : float
        The loss of the batch before the update.
    g : array
        The gradient of the objective, before clips; for state, the statistic of the batch.
    theta, slots, carry : arrays
        After the update.
    """

    loss: float
    g: Array
    theta: Array
    slots: Slots
    carry: Carry


@dataclass(frozen=True, eq=False)
class OneUpdate:
    """Everything that one update is made of. No array of it is ever changed.

    Parameters
    ----------
    objective : Objective
        (theta, batch, key, carry) -> (loss, g, carry): a Program's, or an RBM's estimate.
    update : Update
        The update list.
    theta, slots, carry : arrays
        The state before the update.
    batch : dict
        The inputs of the objective for these rows: x, y, c, row, N.
    t : int
        The number of the update for the optimizer, from 1.
    step : int
        The number of updates before this one, over all calls of `fit`.
    seed : int
        The seed of the run.
    carry : dict of arrays
        What the objective passes from step to step.
    again : function, optional
        Makes the update as the run made it: θ, slots and carry after it, with the run's bits.
        Without it NumPy makes the update.
    numbers : array, optional
        For rows that are a part of the user's data: their numbers in it.
    """

    objective: Objective
    update: Update
    theta: Array
    slots: Slots
    batch: dict[str, Any]
    t: int
    step: int
    seed: int = 0
    carry: Carry = field(default_factory=dict)
    again: Callable[[], tuple[Array, Slots, Carry]] | None = None
    numbers: Array | None = None

    @property
    def rows(self) -> Array | None:
        """The numbers of the batch's rows in the user's data; `batch` has those in the source."""
        rows = self.batch.get("row")
        return rows if rows is None or self.numbers is None else self.numbers[rows]

    @property
    def key(self) -> Array:
        """The key of the random numbers of this update."""
        return np.array([self.seed, self.step])

    @cached_property
    def after(self) -> After:
        """What the update leads to."""
        with np.errstate(all="ignore"):
            loss, g, carry = self.objective(self.theta, self.batch, self.key, self.carry)
            if self.again is not None:
                theta, slots, carry = self.again()
            else:
                theta, slots = self.theta.copy(), {n: a.copy() for n, a in self.slots.items()}
                self.update(self.t, theta, g, slots)
        return After(float(loss), g, theta, slots, carry)
