"""Unlearning: the network dreams, and forgets a little of each dream."""

import numpy as np

from .... import random
from ....arrays import Array
from ..asynchronous import settle
from ..couplings import Couplings
from .base import Rule, without_diagonal
from .hebb import Hebb


class Unlearning(Rule):
    """Hebb's W, then W −= (rate / N) σ σᵀ for the last state σ of each dream; w_ii = 0.

    A dream is a recall from a random state. Most dreams end in spurious states, so unlearning makes
    the valleys of these shallower. Too many dreams destroy the memories too.

    Parameters
    ----------
    dreams : int
        The number of dreams, ≥ 0.
    rate : float
        The part of each dream that is subtracted, > 0.
    seed : int
        The seed of the random states.

    Raises
    ------
    ParameterError
        A setting outside its range.

    References
    ----------
    Hopfield, Feinstein & Palmer, "'Unlearning' has a stabilizing effect in collective memories",
    Nature 304 (1983).

    Examples
    --------
    >>> Unlearning(dreams=10).learn(np.array([[1.0, 1.0, -1.0, -1.0]]))[0].round(4)
    array([ 0.   ,  0.225, -0.225, -0.225])
    """

    dreams: int = 100
    rate: float = 0.01
    seed: int = 0

    def check(self) -> None:
        self.require(
            "dreams",
            "a whole number ≥ 0",
            lambda v: v == int(v) and v >= 0,
            "The usual value is 100.",
        )
        self.require_number("rate", "> 0", lambda v: v > 0, 0.01)
        self.require(
            "seed", "a whole number ≥ 0", lambda v: v == int(v) and v >= 0, "The usual value is 0."
        )

    def learn(self, patterns: Array) -> Array:
        N = patterns.shape[1]
        weights = Hebb().learn(patterns)
        place = random.path_hash("hopfield/dream")
        u = random.uniform((self.seed, 0), random.SAMPLE, place, np.arange(self.dreams), N)
        for start in np.where(u < 0.5, 1.0, -1.0):
            dream = settle(Couplings(weights, np.zeros(N)), start[None], seed=self.seed).signs[0]
            weights -= np.outer(self.rate / N * dream, dream)
            without_diagonal(weights)
        return weights
