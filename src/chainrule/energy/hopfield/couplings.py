"""Weights and thresholds of a network of two-state units: fields, energies, stability."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...arrays import Array
from ...errors import ParameterError


@dataclass(frozen=True)
class Couplings:
    """W and θ, and what follows from them at once.

    Where N·W are whole numbers (Hebb, perceptron), `scale` is N and every sum is taken over whole numbers: it is exact, so
    its order does not matter and a field of 0 is seen as 0.
    """

    weights: Array
    thresholds: Array
    scale: int = 0

    @cached_property
    def whole(self) -> Array | None:
        """N·W as whole numbers in float64, or None."""
        return np.rint(self.scale * self.weights) if self.scale else None

    @cached_property
    def as_sent(self) -> tuple[Array | None, Array]:
        """Rows of what each unit receives and of what each sends, for the sweeps: N·W as int16 where that holds it, with sums
        in int32; else (None, float64)."""
        one = np.array_equal(self.weights, self.weights.T)
        if self.whole is not None:
            largest = float(np.abs(self.whole).max())
            if largest < 2**15 and largest * len(self.whole) < 2**30:
                receive = self.whole.astype(np.int16)
                return receive, receive if one else np.ascontiguousarray(receive.T)
        return None, np.ascontiguousarray(self.weights if one else self.weights.T, dtype=np.float64)

    @cached_property
    def asymmetry(self) -> tuple[int, int, float]:
        """Where |w_ij − w_ji| is largest, and how large it is there."""
        gap = np.abs(self.weights - self.weights.T)
        i, j = np.unravel_index(np.argmax(gap), gap.shape)
        return int(i), int(j), float(gap[i, j])

    @property
    def symmetric(self) -> bool:
        """Whether W = Wᵀ, up to rounding."""
        return self.asymmetry[2] <= 1e-12 * max(1.0, float(np.abs(self.weights).max()))

    def excess(self, signs: Array, units: int | slice = slice(None)) -> Array:
        """h − θ with h = W s, for every row of ±1, of all units or of these: (rows, units)."""
        if self.whole is None:
            above: Array = signs @ self.weights[units].T - self.thresholds[units]
        else:  # N h and N θ are compared, as in the sweeps in C
            above = (signs @ self.whole[units].T - self.scale * self.thresholds[units]) / self.scale
        return above

    def stable(self, signs: Array) -> Array:
        """Whether no unit of a row would move: s_i (h_i − θ_i) ≥ 0 for every i."""
        held: Array = np.all(self.excess(signs) * signs >= 0, axis=1)
        return held

    def energy(self, signs: Array, where: str) -> Array:
        """E = −½ s·W s + θ·s for every row of ±1: (rows,)."""
        self.refuse_asymmetry(where)
        matrix, scale = (self.weights, 1) if self.whole is None else (self.whole, self.scale)
        quadratic = np.einsum("ri,ri->r", signs @ matrix, signs) / (2 * scale)
        energies: Array = signs @ self.thresholds - quadratic
        return energies

    def energies_along(self, start: Array, flips: Array, where: str) -> Array:
        """E of a state (N,) and after each of T flips, (T + 1,): only the fields of units that flip are looked at."""
        self.refuse_asymmetry(where)
        matrix, scale = (self.weights, 1) if self.whole is None else (self.whole, self.scale)
        times = np.arange(len(flips))
        earlier = (flips[:, None] == flips) & (times[:, None] > times)
        old = start[flips] * (-1.0) ** earlier.sum(axis=1)  # what each unit was before its flip
        told = np.tril(matrix[np.ix_(flips, flips)] * (-2 * old), -1).sum(
            axis=1
        )  # by the flips before
        field = matrix[flips] @ start + told - np.diag(matrix)[flips] * old  # of the others
        quadratic = start @ matrix @ start + np.concatenate(
            [[0.0], np.cumsum(-4 * old * field)]
        )  # s·W s
        linear = start @ self.thresholds + np.concatenate(
            [[0.0], np.cumsum(-2 * old * self.thresholds[flips])]
        )  # θ·s
        energies: Array = linear - quadratic / (2 * scale)
        return energies

    def refuse_asymmetry(self, where: str) -> None:
        """ParameterError where W ≠ Wᵀ: then nothing that is quadratic in s falls along every recall."""
        if not self.symmetric:
            i, j, gap = self.asymmetry
            raise ParameterError(
                f"{where}: there is no energy, since the weights are not symmetric (w[{i}, {j}] and w[{j}, {i}] differ by "
                f"{gap:.3g}): along −½ s·W s + θ·s a recall could rise. Use a symmetric rule, such as rule='storkey'."
            )
