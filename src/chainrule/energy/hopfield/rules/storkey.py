"""Storkey's rule: Hebb's rule without what the network already knows."""

import numpy as np

from ....arrays import Array
from .base import Rule, without_diagonal


class Storkey(Rule):
    """w_ij += (1/N) (x_i x_j − x_i h_ji − h_ij x_j), h_ij = Σ w_ik x_k over k ≠ i, j; w_ii = 0.

    Patterns are learned one by one. Like Hebb's rule it is local and incremental; its capacity is
    about N / √(2 ln N).

    References
    ----------
    Storkey, "Increasing the capacity of a Hopfield network without sacrificing functionality",
    ICANN 1997.

    Examples
    --------
    >>> Storkey().learn(np.array([[1.0, 1.0, -1.0, -1.0]]))[0]
    array([ 0.  ,  0.25, -0.25, -0.25])
    """

    def learn(self, patterns: Array) -> Array:
        weights = np.zeros((patterns.shape[1],) * 2)
        for x in patterns:
            weights = self._after(weights, x)
        return weights

    def add(self, weights: Array, patterns: Array) -> Array:
        return self._after(weights, patterns[-1])

    def _after(self, weights: Array, x: Array) -> Array:
        """Return the weights after pattern x."""
        # The diagonal is 0, so the term k = i is 0; leaving out k = j subtracts w_ij x_j.
        h = (weights @ x)[:, None] - weights * x  # h_ij
        backwards = x[:, None] * h.T  # x_i h_ji
        return without_diagonal(weights + (np.outer(x, x) - backwards - backwards.T) / len(x))
