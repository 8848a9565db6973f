"""Whether the engine leaves a core to the thread that makes rows."""

from __future__ import annotations

from typing import Any

EVERY = 0.02  # seconds of computing from one decision to the next
LITTLE, MUCH = 0.3, 0.6  # of the time of all cores that compute: then it takes all, or leaves one


class SharedCores:
    """Leaves a core to the thread that makes rows while that thread needs much of one.

    The threads of the engine meet many times in a step. One that has lost its core to another
    thread lets all others wait, so steps would take several times as long. The number of threads
    never changes a bit.

    Parameters
    ----------
    plan : Native
        The plan whose threads are limited. Others are left alone.
    """

    def __init__(self, plan: Any) -> None:
        self.plan, self.most = plan, getattr(plan, "threads", 1)
        self.leaves = self.most > 1  # what others compute meanwhile would distort the first times
        if self.leaves:
            plan.limit_threads(self.most - 1)
        self._computed = self._before = 0.0

    def look(self, made: float, seconds: float) -> None:
        """Note a call of the engine, and decide about the next ones.

        Parameters
        ----------
        made : float
            The seconds that a core has needed so far to make rows, in all.
        seconds : float
            The time of the call.
        """
        if self.most < 2:
            return
        self._computed += seconds * (self.most - self.leaves)
        if self._computed < EVERY:
            return
        share = (made - self._before) / self._computed
        leaves = share > (LITTLE if self.leaves else MUCH)
        if leaves != self.leaves:
            self.leaves = leaves
            self.plan.limit_threads(self.most - int(leaves))
        self._before, self._computed = made, 0.0
