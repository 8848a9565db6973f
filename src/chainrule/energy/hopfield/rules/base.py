"""The base of all learning rules: from patterns to weights."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from ....arrays import Array
from ....settings import Settings


class Rule(Settings, ABC):
    """A learning rule: from patterns, rows of ±1 (M, N), to weights (N, N) with a zero diagonal."""

    whole: ClassVar[bool] = False
    """True if N·W are whole numbers, so that sums of them are exact."""

    @abstractmethod
    def learn(self, patterns: Array) -> Array:
        """Return the weights that store these patterns."""

    def add(self, weights: Array, patterns: Array) -> Array:
        """Return the weights after a further pattern, the last one of `patterns`."""
        return self.learn(patterns)

    def remove(self, weights: Array, patterns: Array, pattern: Array) -> Array:
        """Return the weights without this pattern; `patterns` are those that stay."""
        return self.learn(patterns) if len(patterns) else np.zeros_like(weights)


def without_diagonal(weights: Array) -> Array:
    """Set w_ii = 0 in place, so that no unit receives its own value."""
    np.fill_diagonal(weights, 0.0)
    return weights
