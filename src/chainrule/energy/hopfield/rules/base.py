"""What a learning rule is: patterns to weights."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from ....arrays import Array
from ....settings import Settings


class Rule(Settings, ABC):
    """From patterns, rows of ±1 of shape (M, N), to weights (N, N) with a zero diagonal."""

    whole: ClassVar[bool] = False
    """N·W are whole numbers, so that sums of them are exact."""

    @abstractmethod
    def learn(self, patterns: Array) -> Array:
        """The weights that store these patterns."""

    def add(self, weights: Array, patterns: Array) -> Array:
        """The weights after a further pattern; it is the last one of `patterns`."""
        return self.learn(patterns)

    def remove(self, weights: Array, patterns: Array, pattern: Array) -> Array:
        """The weights without this pattern; `patterns` are those that stay."""
        return self.learn(patterns) if len(patterns) else np.zeros_like(weights)


def without_diagonal(weights: Array) -> Array:
    """No unit hears itself: w_ii = 0, in place."""
    np.fill_diagonal(weights, 0.0)
    return weights
