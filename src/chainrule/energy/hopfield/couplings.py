"""Weights and thresholds of a network of two-state units: fields, energies, stability."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...arrays import Array
from ...errors import ParameterError


@dataclass(frozen=True)
class Couplings:
    """W and θ, and what follows from them alone.

    Hebb's rule and the perceptron give weights for which N·W are whole numbers. Then every sum is
    taken over whole numbers. Such a sum is exact: the order of its terms does not matter, and a
    field of 0 is exactly 0.

    Parameters
    ----------
    weights : array (N, N)
        W. Row i holds what unit i receives.
    thresholds : array (N,)
        θ.
    scale : int
        N if N·W are whole numbers, else 0.
    """

    weights: Array
    thresholds: Array
    scale: int = 0

    @cached_property
    def whole(self) -> Array | None:
        """N·W as whole numbers in float64, or None if they are not whole numbers."""
        return np.rint(self.scale * self.weights) if self.scale else None

    @cached_property
    def as_sent(self) -> tuple[Array | None, Array]:
        """The rows that each unit receives and the rows that each unit sends, for the sweeps in C.

        N·W as int16 if its numbers fit and their sums fit into int32; else (None, W as float64).
        """
        one = np.array_equal(self.weights, self.weights.T)
        if self.whole is not None:
            largest = float(np.abs(self.whole).max())
            if largest < 2**15 and largest * len(self.whole) < 2**30:
                receive = self.whole.astype(np.int16)
                return receive, receive if one else np.ascontiguousarray(receive.T)
        return None, np.ascontiguousarray(self.weights if one else self.weights.T, dtype=np.float64)

    @cached_property
    def asymmetry(self) -> tuple[int, int, float]:
        """The place (i, j) with the largest |w_ij − w_ji|, and that difference."""
        gap = np.abs(self.weights - self.weights.T)
        i, j = np.unravel_index(np.argmax(gap), gap.shape)
        return int(i), int(j), float(gap[i, j])

    @property
    def symmetric(self) -> bool:
        """True if W = Wᵀ, up to rounding."""
        return self.asymmetry[2] <= 1e-12 * max(1.0, float(np.abs(self.weights).max()))

    def excess(self, signs: Array, units: int | slice = slice(None)) -> Array:
        """Return h − θ with h = W s for every row of ±1, (rows, units).

        Parameters
        ----------
        signs : array (rows, N)
            States.
        units : int or slice
            The units whose fields are needed; by default all.
        """
        if self.whole is None:
            above: Array = signs @ self.weights[units].T - self.thresholds[units]
        else:  # compare N h with N θ, as the sweeps in C do
            above = (signs @ self.whole[units].T - self.scale * self.thresholds[units]) / self.scale
        return above

    def stable(self, signs: Array) -> Array:
        """Return True for each row in which no unit would move: s_i (h_i − θ_i) ≥ 0 for every i."""
        held: Array = np.all(self.excess(signs) * signs >= 0, axis=1)
        return held

    def energy(self, signs: Array, where: str) -> Array:
        """Return E = −½ s·W s + θ·s of every row of ±1, (rows,).

        Parameters
        ----------
        signs : array (rows, N)
            States.
        where : str
            The call of the user, for the message of `refuse_asymmetry`.
        """
        self.refuse_asymmetry(where)
        matrix, scale = (self.weights, 1) if self.whole is None else (self.whole, self.scale)
        quadratic = np.einsum("ri,ri->r", signs @ matrix, signs) / (2 * scale)
        energies: Array = signs @ self.thresholds - quadratic
        return energies

    def energies_along(self, start: Array, flips: Array, where: str) -> Array:
        """Return E of a state (N,) and after each of T flips, (T + 1,).

        Only the fields of the units that flip are computed.
        """
        self.refuse_asymmetry(where)
        matrix, scale = (self.weights, 1) if self.whole is None else (self.whole, self.scale)
        times = np.arange(len(flips))
        earlier = (flips[:, None] == flips) & (times[:, None] > times)
        old = start[flips] * (-1.0) ** earlier.sum(axis=1)  # each unit before its flip
        # how the earlier flips changed the field of each unit
        change = np.tril(matrix[np.ix_(flips, flips)] * (-2 * old), -1).sum(axis=1)
        # the field of the other units, without the unit's own weight
        field = matrix[flips] @ start + change - np.diag(matrix)[flips] * old
        steps = np.cumsum(-4 * old * field)
        quadratic = start @ matrix @ start + np.concatenate([[0.0], steps])  # s·W s
        steps = np.cumsum(-2 * old * self.thresholds[flips])
        linear = start @ self.thresholds + np.concatenate([[0.0], steps])  # θ·s
        energies: Array = linear - quadratic / (2 * scale)
        return energies

    def refuse_asymmetry(self, where: str) -> None:
        """Raise ParameterError if W ≠ Wᵀ, since then no energy falls along every recall."""
        if not self.symmetric:
            i, j, gap = self.asymmetry
            raise ParameterError(
                f"{where}: there is no energy, since the weights are not symmetric "
                f"(w[{i}, {j}] and w[{j}, {i}] differ by {gap:.3g}): −½ s·W s + θ·s could rise "
                "along a recall. Use a symmetric rule, such as rule='storkey'."
            )
