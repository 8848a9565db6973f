"""Undo steps that went wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Array
from .run_state import RunState

Counters = tuple[int, int, int, int, list[float]]  # t, step, epoch, position, sums


@dataclass(eq=False)
class Copy:
    """A copy of θ and slots, and the steps that were made since."""

    arrays: list[Array]
    steps: list[Any] = field(default_factory=list)


class Point(NamedTuple):
    """A state to which `Undo` can go back: a copy, and how many of its `steps` follow it."""

    copy: Copy
    made: int
    counters: Counters


class Undo:
    """Points to which a run can go back, noted before steps that may have to be undone.

    A point is a copy of θ and slots. A copy of a large network takes as long as a step, so several
    points may share one: then the steps between the copy and the point are made again.

    The arrays are allocated once, because an allocation takes longer than a step of a small
    network. To copy a whole state, use `RunState.copy`.

    Parameters
    ----------
    state : RunState
        The state that the steps change.
    depth : int
        The number of points that are held; the oldest is dropped.
    again : function, optional
        Makes steps again that `made` has noted; without it every point needs its own copy.
    """

    def __init__(
        self, state: RunState, depth: int = 1, again: Callable[[Any], None] | None = None
    ) -> None:
        self.state, self.depth, self.again = state, depth, again
        self._points: list[Point] = []  # the last one first
        self._memory: list[list[Array]] = []  # the arrays of all copies

    def _changing(self) -> list[Array]:
        return [self.state.theta, *self.state.slots.values()]

    def _free(self) -> list[Array]:
        """Return arrays for a copy: those that the points which stay do not need."""
        needed = [point.copy.arrays for point in self._points[: self.depth - 1]]
        for arrays in self._memory:
            if not any(arrays is others for others in needed):
                return arrays
        self._memory.append([np.empty_like(a) for a in self._changing()])
        return self._memory[-1]

    @property
    def held(self) -> int:
        """The number of points that are held."""
        return len(self._points)

    @property
    def made_since(self) -> int:
        """How often `made` was called since the last copy."""
        return len(self._points[0].copy.steps) if self._points else 0

    def keep(self, copy: bool = True) -> None:
        """Note the state before the next steps.

        Parameters
        ----------
        copy : bool
            False: the last copy stays, if there is one. Then nothing but steps that `made` has
            noted may have changed θ and slots since.
        """
        state = self.state
        if copy or not self._points:
            last = Copy(self._free())
            for kept, a in zip(last.arrays, self._changing(), strict=True):
                kept[...] = a
        else:
            last = self._points[0].copy
        counters = state.t, state.step, state.epoch, state.position, list(state.sums)
        self._points.insert(0, Point(last, len(last.steps), counters))
        del self._points[self.depth :]

    def made(self, steps: Any) -> None:
        """Note steps that were made since the last point, for `again`."""
        self._points[0].copy.steps.append(steps)

    def go_back(self) -> None:
        """Undo all steps since the last point.

        The epoch stays: if it has begun since then, it begins again.
        """
        state, (copy, made, counters) = self.state, self._points[0]
        for kept, a in zip(copy.arrays, self._changing(), strict=True):
            a[...] = kept
        del copy.steps[made:]
        for steps in copy.steps:
            assert self.again is not None
            self.again(steps)
        state.t, state.step, epoch, position, sums = counters
        same = epoch == state.epoch
        state.position, state.sums = (position, list(sums)) if same else (0, [0.0, 0.0])

    def forget(self) -> None:
        """Drop the last point: the one before it becomes the last."""
        del self._points[0]
