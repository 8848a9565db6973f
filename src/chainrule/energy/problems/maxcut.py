"""The largest cut of a graph, as the lowest state of a network."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import random
from ...arrays import Array
from ...errors import ParameterError, ShapeError
from ...settings import is_whole
from ..hopfield.asynchronous import settle
from ..hopfield.couplings import Couplings
from ..memories.real_rows import as_rows


@dataclass(frozen=True)
class Cut:
    """The result of `max_cut`.

    Parameters
    ----------
    sides : array (N,)
        1 or −1: the side of the cut on which each vertex lies.
    value : float
        The weight of the edges between the sides.
    values : array (starts,)
        The value that each start reached.
    """

    sides: Array
    value: float
    values: Array

    def __repr__(self) -> str:
        one = int((self.sides > 0).sum())
        split = f"{one} and {len(self.sides) - one} vertices"
        return f"<Cut: value {self.value:.6g}, {split}, the best of {len(self.values)} starts>"


def max_cut(weights: Any, *, starts: int = 100, seed: int = 0) -> Cut:
    """Split the vertices of a graph so that the edges between the two sides weigh most.

    With s_i = ±1 for the side, cut = ½ Σ_{i<j} a_ij (1 − s_i s_j) = ½ Σ_{i<j} a_ij − ½ E. Here E is
    the energy of a network with W = −A. So a recall from any state is a local search: it ends when
    moving one vertex does not help. The best of many starts is a good cut. It need not be the
    largest one.

    Parameters
    ----------
    weights : array (N, N)
        A, symmetric: the weight of each edge, 0 if there is none; the diagonal does not count.
    starts : int
        The number of random states at the start.
    seed : int
        The seed of the starts and orders.

    Returns
    -------
    cut : Cut
        The best sides, their value, and the value of every start.

    Raises
    ------
    ShapeError
        A that is not square.
    ParameterError
        A that is not symmetric, or starts < 1.

    References
    ----------
    The idea is from Hopfield & Tank, "'Neural' computation of decisions in optimization problems",
    Biol. Cybernetics 52 (1985).

    Examples
    --------
    >>> square = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
    >>> max_cut(square).value
    4.0
    """
    A = as_rows(weights, "max_cut(weights)")
    if A.shape[0] != A.shape[1]:
        expected = "one row and one column a vertex"
        raise ShapeError("max_cut(weights)", expected, f"{A.shape}", "Give A (N, N).")
    if not is_whole(starts) or starts < 1:
        raise ParameterError(f"max_cut(starts={starts!r}): starts must be a whole number ≥ 1.")
    np.fill_diagonal(A, 0.0)
    couplings = Couplings(-A, np.zeros(len(A)))
    couplings.refuse_asymmetry("max_cut")
    path = random.path_hash("max_cut")
    u = random.uniform((seed, 0), random.SAMPLE, path, np.arange(starts), len(A))
    ends = settle(couplings, np.where(u < 0.5, 1.0, -1.0), seed=seed, sweeps=1000).signs
    values = A.sum() / 4 - couplings.energy(ends, "max_cut") / 2
    best = int(np.argmax(values))
    return Cut(ends[best].astype(np.int8), float(values[best]), values)
