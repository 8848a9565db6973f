"""The snapshots of a run: states from which every other state is replayed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ..training.run_state import RunState


def size_of(state: RunState) -> int:
    """Return the bytes of θ, slots and carry."""
    return sum(a.nbytes for a in state.vectors().values())


class Snapshots:
    """States of one run, by step; within a budget they are thinned, but for the ends.

    Parameters
    ----------
    budget : int, optional
        The most bytes that they may have together; None: no limit.
    """

    def __init__(self, budget: int | None = None) -> None:
        self.budget, self.bytes = budget, 0
        self._steps: list[int] = []
        self._states: dict[int, RunState] = {}

    def __len__(self) -> int:
        return len(self._steps)

    def __iter__(self) -> Iterator[RunState]:
        return iter([self._states[step] for step in self._steps])

    @property
    def steps(self) -> list[int]:
        """The steps of the snapshots, in order."""
        return list(self._steps)

    def add(self, state: RunState) -> None:
        """Keep a state; if the budget is spent, drop the one whose neighbors are nearest."""
        if state.step in self._states:
            self._drop(state.step)
        self._steps.insert(bisect_right(self._steps, state.step), state.step)
        self._states[state.step] = state
        self.bytes += size_of(state)
        while self.budget is not None and self.bytes > self.budget and len(self._steps) > 2:
            inner = range(1, len(self._steps) - 1)
            nearest = min(inner, key=lambda k: self._steps[k + 1] - self._steps[k - 1])
            self._drop(self._steps[nearest])

    def _drop(self, step: int) -> None:
        self._steps.remove(step)
        self.bytes -= size_of(self._states.pop(step))

    def before(self, step: int) -> RunState:
        """Return the last snapshot that is not after this step."""
        return self._states[self._steps[bisect_right(self._steps, step) - 1]]

    def before_epoch(self, epoch: int) -> RunState:
        """Return the last snapshot that is not after the beginning of this epoch."""
        fits = [
            step
            for step in self._steps
            if self._states[step].epoch < epoch
            or (self._states[step].epoch == epoch and not self._states[step].position)
        ]
        return self._states[fits[-1] if fits else self._steps[0]]
