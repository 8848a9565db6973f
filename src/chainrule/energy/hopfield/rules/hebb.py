"""Hebb's rule: units that are equal in a pattern help each other."""

from typing import ClassVar

import numpy as np

from ....arrays import Array
from .base import Rule, without_diagonal


class Hebb(Rule):
    """W = (1/N) Σ ξ ξᵀ, w_ii = 0.

    Local, symmetric and one pass. Random patterns interfere: up to N/(2 ln N) of them most are exact fixed points, up to
    0.138 N they are recalled with a few wrong bits, above that not at all.

    References
    ----------
    Hopfield, "Neural networks and physical systems with emergent collective computational abilities", PNAS 79 (1982), eq. 2.

    Examples
    --------
    >>> Hebb().learn(np.array([[1.0, 1.0, -1.0, -1.0]]))[0]
    array([ 0.  ,  0.25, -0.25, -0.25])
    """

    whole: ClassVar[bool] = True

    def learn(self, patterns: Array) -> Array:
        weights: Array = without_diagonal(patterns.T @ patterns) / patterns.shape[1]
        return weights

    def add(self, weights: Array, patterns: Array) -> Array:
        return self._plus(weights, patterns[-1], 1)

    def remove(self, weights: Array, patterns: Array, pattern: Array) -> Array:
        return self._plus(weights, pattern, -1)

    def _plus(self, weights: Array, x: Array, sign: int) -> Array:
        """W ± (1/N) ξ ξᵀ, over whole numbers: adding and removing leaves no rounding behind."""
        changed: Array = without_diagonal(np.rint(len(x) * weights) + sign * np.outer(x, x)) / len(
            x
        )
        return changed
