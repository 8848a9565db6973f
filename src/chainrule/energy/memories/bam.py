"""The bidirectional associative memory: two layers, each recalls the other half of a pair."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import NotBuiltError, ParameterError, ShapeError
from ...settings import is_whole
from ..hopfield.patterns import as_signs, speaks_zero_one, spelled


@dataclass(frozen=True)
class PairRecall:
    """The path of a BAM's recall, as data.

    Parameters
    ----------
    state, partner : array (N,), (U,)
        The last pair.
    states, partners : array (T + 1, N), (T + 1, U)
        The pair after each round.
    energies : array (T + 1,)
        E = −y·W x of each pair.
    ended : str
        "fixed point", or "limit".
    """

    state: Array
    partner: Array
    states: Array
    partners: Array
    energies: Array
    ended: str

    def __repr__(self) -> str:
        rounds, falls = len(self.states) - 1, f"{self.energies[0]:.4g} -> {self.energies[-1]:.4g}"
        return f"<PairRecall: {self.ended} after {rounds} rounds, E {falls}>"


class BAM:
    """W = Σ y xᵀ; y <- sign(W x) and x <- sign(Wᵀ y) in turn lower E = −y·W x until nothing moves.

    The recall ends for every matrix W, since the units of the layer that is updated do not act on
    each other. A unit whose field is 0 keeps its value.

    Parameters
    ----------
    rounds : int
        The largest number of rounds of one recall; a round updates both layers.

    Shapes
    ------
    states (M, N), partners (M, U), spelled ±1 or 0/1 as for Hopfield.

    Raises
    ------
    DataError, ShapeError
        Values that are neither ±1 nor 0/1, or another number of partners than of states.
    ParameterError
        rounds < 1.
    NotBuiltError
        A recall before anything is stored.

    References
    ----------
    Kosko, "Bidirectional associative memories", IEEE Trans. Systems, Man, and Cybernetics 18
    (1988).

    Examples
    --------
    >>> memory = BAM().store([[1, 1, 1, -1], [1, -1, 1, 1]], [[1, -1, 1], [-1, -1, 1]])
    >>> memory.predict([1, 1, 1, -1]).tolist()
    [1, -1, 1]
    """

    def __init__(self, *, rounds: int = 100) -> None:
        if not is_whole(rounds) or rounds < 1:
            raise ParameterError(f"BAM(rounds={rounds!r}): rounds must be a whole number ≥ 1.")
        self.rounds = rounds
        self._W: Array | None = None
        self._zero_one = False, False

    def __repr__(self) -> str:
        if self._W is None:
            return "<BAM: nothing stored>"
        U, N = self._W.shape
        return f"<BAM: {N} <-> {U} units>"

    def store(self, states: Any, partners: Any) -> "BAM":
        """Store these pairs, row by row, and forget all earlier ones.

        Parameters
        ----------
        states : array (M, N)
            One half of each pair.
        partners : array (M, U)
            The other half.
        """
        x, y = as_signs(states, "BAM.store(states)"), as_signs(partners, "BAM.store(partners)")
        if len(x) != len(y):
            got, remedy = f"{len(x)} and {len(y)}", "Pair them row by row."
            raise ShapeError("BAM.store", "one partner for each state", got, remedy)
        self._W, self._zero_one = y.T @ x, (speaks_zero_one(states), speaks_zero_one(partners))
        return self

    @property
    def weights(self) -> Array:
        """A copy of W (U, N)."""
        if self._W is None:
            raise NotBuiltError("BAM: nothing is stored yet. Call store(states, partners) first.")
        return self._W.copy()

    def energy(self, state: Any, partner: Any) -> float:
        """Return E = −y·W x of one pair."""
        U, N = self.weights.shape
        x = as_signs(state, "BAM.energy(state)", units=N)
        y = as_signs(partner, "BAM.energy(partner)", units=U)
        return float(-(y[0] @ self.weights @ x[0]))

    def predict(self, states: Any) -> Array:
        """Return the partner that each state recalls: (U,) or (P, U), int8."""
        U, N = self.weights.shape
        rows = as_signs(states, "BAM.predict(states)", units=N, least=0)
        found = np.array([self.recall(row).partner for row in rows], np.int8).reshape(len(rows), U)
        return found[0] if np.ndim(states) == 1 else found

    def recall(self, state: Any) -> PairRecall:
        """Return the whole path from one state (N,)."""
        W = self.weights
        x = as_signs(state, "BAM.recall(state)", units=W.shape[1])
        if len(x) != 1:
            got, remedy = f"{len(x)} rows", "predict takes many."
            raise ShapeError("BAM.recall(state)", "one state (N,)", got, remedy)
        path = [(x[0], _sign(W @ x[0], np.ones(len(W))))]
        ended = "limit"
        for _ in range(self.rounds):
            x_old, y_old = path[-1]
            x_new = _sign(W.T @ y_old, x_old)
            y_new = _sign(W @ x_new, y_old)
            if (x_new == x_old).all() and (y_new == y_old).all():
                ended = "fixed point"
                break
            path.append((x_new, y_new))
        states, partners = (np.array(side) for side in zip(*path, strict=True))
        energies = -np.einsum("tu,un,tn->t", partners, W, states)
        states, partners = (
            spelled(side, zero_one)
            for side, zero_one in zip((states, partners), self._zero_one, strict=True)
        )
        return PairRecall(states[-1], partners[-1], states, partners, energies, ended)


def _sign(field: Array, old: Array) -> Array:
    """Return sign(field), and the old value for a field of 0."""
    return np.where(field == 0, old, np.sign(field))
