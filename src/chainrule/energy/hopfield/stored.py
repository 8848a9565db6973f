"""The patterns and weights that a Hopfield network has learned, as data."""

from dataclasses import dataclass

from ...arrays import Array


@dataclass(frozen=True)
class Stored:
    """The weights and patterns of a Hopfield network.

    Parameters
    ----------
    weights : array (N, N)
        W.
    patterns : array (M, N)
        The stored patterns as rows of ±1, float64.
    zero_one : bool
        True: the network answers with 0 and 1. False: with −1 and 1.
    own : bool
        True: the user gave the weights. False: a rule learned them.
    """

    weights: Array
    patterns: Array
    zero_one: bool
    own: bool
