"""Undo steps that went wrong."""

import numpy as np

from ..arrays import Array
from .run_state import RunState


class Undo:
    """Copies of θ and slots, made before steps that may have to be undone.

    The copies are allocated once, because an allocation takes longer than a step of a small
    network. To copy a whole state, use `RunState.copy`.

    Parameters
    ----------
    state : RunState
        The state that the steps change.
    """

    def __init__(self, state: RunState) -> None:
        self.state = state
        self._copies = [np.empty_like(a) for a in self._changing()]

    def _changing(self) -> list[Array]:
        return [self.state.theta, *self.state.slots.values()]

    def keep(self) -> None:
        """Copy what the next steps may change."""
        for copy, a in zip(self._copies, self._changing(), strict=True):
            copy[...] = a

    def go_back(self) -> None:
        """Undo all steps since `keep`."""
        for copy, a in zip(self._copies, self._changing(), strict=True):
            a[...] = copy
