"""How several processes share the steps of one RBM in C."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ...arrays import Array
from .units import Units

MOST = 2**31 - 1  # numbers that one exchange can count
Sharing = tuple[int, int, Array, Array, Array, Any] | None
"""How C shares a step: (rank, size, sent, received, counts, exchange); None: it does not."""


def sharing(processes: Any, rows: int, chains: int, units: Units, dtype: Any) -> Sharing:
    """Return how processes share steps of up to so many rows; None: each makes them whole.

    Parameters
    ----------
    processes : Processes, optional
        Those that make the steps together.
    rows, chains : int
        The most rows of a step; the persistent chains, 0 for CD.
    units : Units
        Binary units, without classes.
    dtype : dtype
        The type of θ.
    """
    visible, hidden = units.visible, units.hidden
    means = rows * (hidden + 1) + (chains or rows) * (visible + hidden)
    numbers = max(means, visible * hidden + visible + hidden)
    if processes is None or processes.size == 1 or numbers > MOST:
        return None
    sent, received = np.zeros(numbers, dtype), np.zeros(numbers, dtype)
    counts = np.zeros((4, processes.size), np.int32)
    exchange = processes.exchange(sent, received, counts)
    return processes.rank, processes.size, sent, received, counts, exchange


class Share:
    """How processes share steps that come one by one; the arrays are kept.

    Parameters
    ----------
    processes, rows, chains, units, dtype
        As for `sharing`.
    """

    def __init__(self, processes: Any, rows: int, chains: int, units: Units, dtype: Any) -> None:
        self.processes, self.rows = processes, rows
        self._sizes = chains, units, dtype
        self._losses, self._now = -1, cast(Sharing, None)

    def now(self) -> Sharing:
        """Return how they share the next step: in another way if one of them was lost."""
        if self.processes is not None and self._losses != self.processes.losses:
            self._losses = self.processes.losses
            self._now = sharing(self.processes, self.rows, *self._sizes)
        return self._now
