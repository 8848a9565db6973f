"""The bidirectional associative memory: two layers that recall each other's half of a pair."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import NotBuiltError, ParameterError, ShapeError
from ...settings import is_whole
from ..hopfield.patterns import as_signs, speaks_zero_one, spelled


@dataclass(frozen=True)
class PairRecall:
    """The path of a BAM's recall.

    Parameters
    ----------
    state, partner : array (N,), (U,)
        The pair that was reached.
    states, partners : array (T + 1, N), (T + 1, U)
        The pair after each round.
    energies : array (T + 1,)
        E = −y·W x of each.
    ended : str
        "fixed point", or "limit".
    """

    state: Array
    partner: Array
    states: Array
    partners: Array
    energies: Array
    ended: str


class BAM:
    """W = Σ y xᵀ; y <- sign(W x) and x <- sign(Wᵀ y) in turn lower E = −y·W x until a pair holds itself.

    Every matrix W ends so: one layer at a time is updated, and its units do not hear each other. A unit whose field is 0 keeps
    its value.

    Parameters
    ----------
    rounds : int
        The most rounds, there and back, of one recall.

    Shapes
    ------
    states (M, N), partners (M, U), spelled ±1 or 0/1 as for Hopfield.

    Raises
    ------
    DataError, ShapeError
        For values that are neither ±1 nor 0/1; where there are not as many partners as states.
    ParameterError
        For rounds < 1.
    NotBuiltError
        Before anything is stored.

    References
    ----------
    Kosko, "Bidirectional associative memories", IEEE Trans. Systems, Man, and Cybernetics 18 (1988).

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
        return f"<BAM: {'nothing stored' if self._W is None else f'{self._W.shape[1]} <-> {self._W.shape[0]} units'}>"

    def store(self, states: Any, partners: Any) -> "BAM":
        """Keep these pairs, row by row, and no others."""
        x, y = as_signs(states, "BAM.store(states)"), as_signs(partners, "BAM.store(partners)")
        if len(x) != len(y):
            raise ShapeError(
                "BAM.store",
                "one partner for each state",
                f"{len(x)} and {len(y)}",
                "Pair them row by row.",
            )
        self._W, self._zero_one = y.T @ x, (speaks_zero_one(states), speaks_zero_one(partners))
        return self

    @property
    def weights(self) -> Array:
        """W (U, N)."""
        if self._W is None:
            raise NotBuiltError("BAM: nothing is stored yet. Call store(states, partners) first.")
        return self._W.copy()

    def energy(self, state: Any, partner: Any) -> float:
        """E = −y·W x of one pair."""
        U, N = self.weights.shape
        x, y = (
            as_signs(state, "BAM.energy(state)", units=N),
            as_signs(partner, "BAM.energy(partner)", units=U),
        )
        return float(-(y[0] @ self.weights @ x[0]))

    def predict(self, states: Any) -> Array:
        """The partner that each state recalls: (U,) or (P, U), int8."""
        rows = as_signs(states, "BAM.predict(states)", units=self.weights.shape[1])
        found = np.array([self.recall(row).partner for row in rows])
        return found[0] if np.ndim(states) == 1 else found

    def recall(self, state: Any) -> PairRecall:
        """The whole path from one state (N,)."""
        W = self.weights
        x = as_signs(state, "BAM.recall(state)", units=W.shape[1])
        if len(x) != 1:
            raise ShapeError(
                "BAM.recall(state)", "one state (N,)", f"{len(x)} rows", "predict takes many."
            )
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
        told, answers = spelled(states, self._zero_one[0]), spelled(partners, self._zero_one[1])
        return PairRecall(told[-1], answers[-1], told, answers, energies, ended)


def _sign(field: Array, old: Array) -> Array:
    return np.where(field == 0, old, np.sign(field))
