"""Hebb's rule: units with equal values in a pattern excite each other."""

from typing import ClassVar

import numpy as np

from ....arrays import Array
from .base import Rule, without_diagonal


class Hebb(Rule):
    """W = (1/N) Σ ξ ξᵀ, w_ii = 0.

    It is local, symmetric and needs one pass. Random patterns interfere. Up to N/(2 ln N) of them,
    most are exact fixed points. Up to 0.138 N they are recalled with a few wrong bits, above that
    not at all.

    References
    ----------
    Hopfield, "Neural networks and physical systems with emergent collective computational
    abilities", PNAS 79 (1982), eq. 2.

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
        """W ± (1/N) ξ ξᵀ, computed in whole numbers: adding and removing leaves no rounding."""
        N = len(x)
        changed: Array = without_diagonal(np.rint(N * weights) + sign * np.outer(x, x)) / N
        return changed
