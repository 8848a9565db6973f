"""Means and samples of single rows with the bits of the engine in C.

C and NumPy round a field differently. A unit whose probability agrees with its uniform number in
all digits but the last is then 1 in one engine and 0 in the other. The kernel of training returns
no samples; but a gradient of one row, or of one chain, with weight 1 is the row itself.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from .. import native
from .units import Units

STARTS = np.array([0, 1], np.int64)  # one step of one row
ONE, ZERO = np.ones(1), np.zeros(1)


class NativeRows:
    """E[h | v] and samples of v | h by the kernel of training.

    Parameters
    ----------
    units : Units
        Binary units, without classes.
    theta : array
        W, b, c.
    """

    def __init__(self, units: Units, theta: Array) -> None:
        self.units, self.w, self.dtype = units, units.split(theta), theta.dtype
        self.g = np.empty_like(theta)

    def hidden_mean(self, v: Array) -> Array:
        """Return E[h | v], (N, hidden)."""
        found = np.empty((len(v), self.units.hidden), self.dtype)
        u = np.zeros(self.units.hidden + self.units.visible)
        for n in range(len(v)):  # dc = E[h | v]
            self._step(None, np.ascontiguousarray(v[n : n + 1]), ONE, ZERO, u)
            found[n] = self.units.split(self.g).c
        return found

    def visible_sample(self, h: Array, u: Array) -> Array:
        """Return v ~ p(v | h) from uniform numbers, (N, visible)."""
        found = np.empty((len(h), self.units.visible), self.dtype)
        none, rest = np.zeros((1, self.units.visible), self.dtype), np.zeros(self.units.hidden)
        for n in range(len(h)):  # db = v
            self._step(h[n : n + 1].copy(), none, ZERO, ONE, np.concatenate([u[n], rest]))
            found[n] = self.units.split(self.g).b
        return found

    def _step(self, h: Array | None, v: Array, plus: Array, minus: Array, u: Array) -> None:
        """Compute the estimate of one row and one chain with these weights into g."""
        self.g[:] = 0
        chains = 0 if h is None else 1
        parts = *self.w, *self.units.split(self.g)
        native.rbm(self.dtype, *parts, h, v, plus, minus, STARTS, u, np.empty(1), chains, 1, None)
