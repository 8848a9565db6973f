"""Perceptron learning: each unit a perceptron that predicts itself from the others."""

from typing import ClassVar

import numpy as np

from ....arrays import Array
from ....settings import is_number
from .base import Rule, without_diagonal


class Perceptron(Rule):
    """w_ij += x_i x_j / N while x_i h_i ≤ κ |w_i|, for every unit i and pattern x; w_ii = 0.

    Finds weights for every set of patterns that has some, so it reaches Gardner's bound: 2N random patterns for κ = 0. A
    unit learns its own row alone, so W is not symmetric and there is no energy. Beyond the bound it stops after `sweeps`
    sweeps with what it has; `network.stable(patterns)` says which patterns are fixed points.

    Parameters
    ----------
    margin : float
        κ ≥ 0: how far from 0 the fields of stored patterns stay, in units of |w_i|. Larger basins, fewer patterns.
    sweeps : int
        The most passes over the patterns.

    Raises
    ------
    ParameterError
        A setting outside its range.

    References
    ----------
    Gardner, "The space of interactions in neural network models", J. Phys. A 21 (1988).

    Examples
    --------
    >>> Perceptron().learn(np.array([[1.0, 1.0, -1.0, -1.0]]))[0]
    array([ 0.  ,  0.25, -0.25, -0.25])
    """

    whole: ClassVar[bool] = True
    margin: float = 0.0
    sweeps: int = 1000

    def check(self) -> None:
        self.require(
            "margin",
            "a number ≥ 0",
            lambda v: is_number(v) and v >= 0,
            "0 reaches Gardner's bound.",
        )
        self.require_size("sweeps", "The usual value is 1000.")

    def learn(self, patterns: Array) -> Array:
        N = patterns.shape[1]
        weights = np.zeros((N, N))  # N·W: whole numbers
        for _ in range(self.sweeps):
            learned = True
            for x in patterns:
                unsure = x * (weights @ x) <= self.margin * np.sqrt(
                    np.einsum("ij,ij->i", weights, weights)
                )
                if unsure.any() and N > 1:
                    weights[unsure] += x[unsure, None] * x
                    without_diagonal(weights)
                    learned = False
            if learned:
                break
        learnt: Array = weights / N
        return learnt
