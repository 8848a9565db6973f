"""Perceptron learning: each unit is a perceptron that predicts its value from the others."""

from typing import ClassVar

import numpy as np

from ....arrays import Array
from ....settings import is_number
from .base import Rule, without_diagonal


class Perceptron(Rule):
    """w_ij += x_i x_j / N while x_i h_i ≤ κ |w_i|, for every unit i and pattern x; w_ii = 0.

    It finds weights for every set of patterns for which some exist. So it reaches Gardner's bound,
    2N random patterns for κ = 0. Each unit learns only its own row, so W is not symmetric and there
    is no energy. Beyond the bound it stops after `sweeps` sweeps with its last weights;
    `network.stable(patterns)` returns which patterns are fixed points.

    Parameters
    ----------
    margin : float
        κ ≥ 0: the least distance of a stored pattern's fields from 0, in units of |w_i|. A larger κ
        gives larger basins for fewer patterns.
    sweeps : int
        The largest number of passes over the patterns.

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
                norms = np.sqrt(np.einsum("ij,ij->i", weights, weights))  # |w_i|
                unsure = x * (weights @ x) <= self.margin * norms
                if unsure.any() and N > 1:
                    weights[unsure] += x[unsure, None] * x
                    without_diagonal(weights)
                    learned = False
            if learned:
                break
        scaled: Array = weights / N
        return scaled
