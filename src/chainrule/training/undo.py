"""Undo steps that went wrong."""

import numpy as np

from ..arrays import Array
from .run_state import RunState

Counters = tuple[int, int, int, int, list[float]]  # t, step, epoch, position, sums


class Undo:
    """Copies of θ, slots and counters, made before steps that may have to be undone.

    The arrays are allocated once, because an allocation takes longer than a step of a small
    network. To copy a whole state, use `RunState.copy`.

    Parameters
    ----------
    state : RunState
        The state that the steps change.
    depth : int
        The number of copies that are held; the oldest is overwritten.
    """

    def __init__(self, state: RunState, depth: int = 1) -> None:
        self.state, self._held = state, 0
        self._copies: list[list[Array]] = [[] for _ in range(depth)]
        self._counters: list[Counters] = [(0, 0, 0, 0, [])] * depth

    def _changing(self) -> list[Array]:
        return [self.state.theta, *self.state.slots.values()]

    @property
    def held(self) -> int:
        """The number of copies that are held."""
        return self._held

    def keep(self) -> None:
        """Copy what the next steps may change."""
        state, arrays = self.state, self._changing()
        self._copies.insert(0, self._copies.pop() or [np.empty_like(a) for a in arrays])
        for copy, a in zip(self._copies[0], arrays, strict=True):
            copy[...] = a
        counters = state.t, state.step, state.epoch, state.position, list(state.sums)
        self._counters.insert(0, counters)
        self._counters.pop()
        self._held = min(self._held + 1, len(self._copies))

    def go_back(self) -> None:
        """Undo all steps since the last copy.

        The epoch stays: if it has begun since the copy, it begins again.
        """
        state = self.state
        for copy, a in zip(self._copies[0], self._changing(), strict=True):
            a[...] = copy
        state.t, state.step, epoch, position, sums = self._counters[0]
        same = epoch == state.epoch
        state.position, state.sums = (position, list(sums)) if same else (0, [0.0, 0.0])

    def forget(self) -> None:
        """Drop the last copy: the one before it becomes the last."""
        self._copies.append(self._copies.pop(0))
        self._counters.append(self._counters.pop(0))
        self._held -= 1
