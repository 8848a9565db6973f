"""The snapshots of a run: states from which every other state is replayed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ..arrays import Array
from ..files.checksum import checksum
from ..training.run_state import RunState


def size_of(state: RunState) -> int:
    """Return the bytes of θ, slots and carry."""
    return sum(a.nbytes for a in state.vectors().values())


def mark_of(theta: Array) -> str:
    """Return a short text that is the same for the same bits of θ."""
    return checksum([theta])


class Snapshots:
    """States of one run, by step; within a budget they are thinned, but for the ends.

    Parameters
    ----------
    budget : int, optional
        The most bytes that they may have together; None: no limit.
    """

    def __init__(self, budget: int | None = None) -> None:
        self.budget, self.bytes = budget, 0
        self.marks: dict[int, str] = {}  # of every θ that was ever seen here, by step
        self.jumps: set[int] = set()  # steps at which a callback changed the weights
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
        """Keep a state."""
        if state.step in self._states:
            self._drop(state.step)
        self._steps.insert(bisect_right(self._steps, state.step), state.step)
        self._states[state.step] = state
        self.bytes += size_of(state)

    def mark(self, state: RunState, *, jump: bool = False) -> None:
        """Note the bits of θ at this step, also for when the snapshot itself is dropped."""
        self.marks[state.step] = mark_of(state.theta)
        if jump:
            self.jumps.add(state.step)

    def thin(self, reserve: int = 0) -> bool:
        """Drop every second snapshot but the ends until the budget holds; True if any was dropped.

        Snapshots where a callback changed the weights are the last to go: no replay gets there.

        Parameters
        ----------
        reserve : int
            Bytes to leave free, such as those of the last snapshot.
        """
        before = len(self._steps)
        while self.budget is not None and self.bytes > self.budget - reserve:
            inner = [step for step in self._steps[1:-1] if step not in self.jumps]
            inner = inner or self._steps[1:-1]
            if not inner:
                break
            for step in inner[::2]:
                self._drop(step)
        return len(self._steps) < before

    def forget_after(self, step: int) -> None:
        """Forget what came after this step: the run went back to it."""
        for other in [k for k in self._steps if k > step]:
            self._drop(other)
        self.marks = {k: mark for k, mark in self.marks.items() if k <= step}
        self.jumps = {k for k in self.jumps if k <= step}

    def _drop(self, step: int) -> None:
        self._steps.remove(step)
        self.bytes -= size_of(self._states.pop(step))

    def before(self, step: int) -> RunState | None:
        """Return the last snapshot that is not after this step; None if there is none."""
        k = bisect_right(self._steps, step)
        return self._states[self._steps[k - 1]] if k else None

    def before_epoch(self, epoch: int) -> RunState:
        """Return the last snapshot that is not after the beginning of this epoch."""
        fits = [
            step
            for step in self._steps
            if self._states[step].epoch < epoch
            or (self._states[step].epoch == epoch and not self._states[step].position)
        ]
        return self._states[fits[-1] if fits else self._steps[0]]

    def marked(self, step: int) -> list[int]:
        """Return the steps after this one at which the bits of θ are known, in order."""
        return sorted(other for other in self.marks if other > step)


class Recent(Snapshots):
    """States that were visited lately; within the budget, the oldest visit goes first."""

    def add(self, state: RunState) -> None:
        """Keep a state."""
        super().add(state)
        while self.budget is not None and self.bytes > self.budget and len(self._steps) > 1:
            self._drop(next(iter(self._states)))
