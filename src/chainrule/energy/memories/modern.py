"""The modern Hopfield network: real patterns, a softmax over overlaps, one update to recall. It is attention."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import NotBuiltError, ParameterError, ShapeError
from ...ops.softmax import softmax
from ...settings import is_number, is_whole
from ..hopfield.recall import Recall
from .real_rows import as_rows


class ModernHopfield:
    """ξ <- X softmax(β Xᵀ ξ), the patterns being the columns of X, lowers E = −lse(β, Xᵀξ) + ½ ξ·ξ + ln(M) / β + ½ R².

    lse(β, x) = ln(Σ exp(β x_i)) / β; R is the largest norm of a pattern; 0 ≤ E ≤ 2 R². Its fixed points are single patterns
    (well separated, or β large), means of similar ones (metastable states), or the mean of all (β small). With β = 1/√d one
    update is the attention of a transformer with the patterns as keys and values.

    Parameters
    ----------
    beta : float
        β > 0, the inverse temperature.
    steps : int
        The most updates of one recall.
    tolerance : float
        A recall ends where an update moves ξ by less than tolerance · R.

    Shapes
    ------
    patterns (M, d), states (d,) or (P, d), real numbers.

    Raises
    ------
    ParameterError
        For a setting that cannot be.
    DataError, ShapeError
        For rows that are not finite or have another length.
    NotBuiltError
        Before anything is stored.

    References
    ----------
    Ramsauer et al., "Hopfield networks is all you need", ICLR 2021, eqs. 2 and 3, theorems 1 to 5.

    Examples
    --------
    >>> memory = ModernHopfield(beta=8.0).store([[1.0, 0.0], [0.0, 1.0]])
    >>> memory.update([0.9, 0.2]).round(3).tolist(), memory.kind([0.9, 0.2])
    ([0.996, 0.004], 'pattern 0')
    """

    def __init__(self, beta: float = 1.0, *, steps: int = 1000, tolerance: float = 1e-10) -> None:
        if not (is_number(beta) and beta > 0):
            raise ParameterError(
                f"ModernHopfield(beta={beta!r}): beta must be a number > 0. 1/√d is attention's."
            )
        if not is_whole(steps) or steps < 1:
            raise ParameterError(
                f"ModernHopfield(steps={steps!r}): steps must be a whole number ≥ 1."
            )
        if not (is_number(tolerance) and tolerance >= 0):
            raise ParameterError(
                f"ModernHopfield(tolerance={tolerance!r}): tolerance must be a number ≥ 0."
            )
        self.beta, self.steps, self.tolerance = float(beta), steps, float(tolerance)
        self._X: Array | None = None

    def __repr__(self) -> str:
        return f"<ModernHopfield: beta={self.beta:g}, {0 if self._X is None else len(self._X)} patterns>"

    def store(self, patterns: Any) -> "ModernHopfield":
        """Keep these patterns, one a row, and no others."""
        self._X = as_rows(patterns, "ModernHopfield.store(patterns)")
        return self

    @property
    def patterns(self) -> Array:
        """What is stored (M, d)."""
        if self._X is None:
            raise NotBuiltError(
                "ModernHopfield: nothing is stored yet. Call store(patterns) first."
            )
        return self._X

    def attention(self, states: Any) -> Array:
        """softmax(β Xᵀ ξ): how much of each pattern an update takes, (M,) or (P, M)."""
        p = self._shares(self._rows(states, "attention"))
        return p[0] if np.ndim(states) == 1 else p

    def update(self, states: Any) -> Array:
        """ξ <- X softmax(β Xᵀ ξ), all numbers at once: (d,) or (P, d)."""
        new = self._shares(self._rows(states, "update")) @ self.patterns
        return new[0] if np.ndim(states) == 1 else new

    def energy(self, states: Any) -> Any:
        """E: a number for one state, (P,) for rows of states."""
        rows = self._rows(states, "energy")
        X = self.patterns
        z = self.beta * (rows @ X.T)
        top = z.max(axis=1)
        lse = (top + np.log(np.exp(z - top[:, None]).sum(axis=1))) / self.beta
        largest = (X * X).sum(axis=1).max()  # R²
        energies = -lse + (rows * rows).sum(axis=1) / 2 + np.log(len(X)) / self.beta + largest / 2
        return float(energies[0]) if np.ndim(states) == 1 else energies

    def predict(self, states: Any) -> Array:
        """Where each state comes to: (d,) or (P, d)."""
        rows = self._rows(states, "predict")
        ends = np.array([self.recall(row).state for row in rows])
        return ends[0] if np.ndim(states) == 1 else ends

    def recall(self, state: Any) -> Recall:
        """The whole path from one state (d,): states, energies, and the attention to each pattern as overlaps."""
        rows = self._rows(state, "recall")
        if len(rows) != 1:
            raise ShapeError(
                "ModernHopfield.recall(state)",
                "one state (d,)",
                f"{len(rows)} rows",
                "Use predict.",
            )
        path, ended = [rows[0]], "limit"
        near = self.tolerance * float(np.sqrt((self.patterns**2).sum(axis=1).max()))
        for _ in range(self.steps):
            path.append(self.update(path[-1]))
            if np.linalg.norm(path[-1] - path[-2]) <= near:
                ended = "fixed point"
                break
        states = np.array(path)
        overlaps = self._shares(states)
        return Recall(
            path[-1],
            states,
            self.energy(states),
            overlaps,
            ended,
            len(path) - 1,
            np.empty(0, np.int32),
        )

    def kind(self, state: Any) -> str:
        """What a fixed point is: "pattern 3", "metastable: 0 2 5" (the fewest patterns with nine tenths of the attention),
        or "global mean" (nine tenths need nearly all)."""
        p = self._shares(self._rows(state, "kind"))[0]
        order = np.argsort(-p, kind="stable")
        fewest = 1 + int(np.searchsorted(np.cumsum(p[order]), 0.9))
        if fewest == 1:
            return f"pattern {order[0]}"
        if fewest >= 0.9 * len(p):
            return "global mean"
        return "metastable: " + " ".join(str(k) for k in sorted(order[:fewest].tolist()))

    def separation(self) -> Array:
        """Δ_i = x_i·x_i − max x_i·x_j over j ≠ i, (M,): how well each pattern stands apart; ∞ for one pattern alone."""
        products = self.patterns @ self.patterns.T
        own = np.diag(products).copy()
        np.fill_diagonal(products, -np.inf)
        apart: Array = own - products.max(axis=1)
        return apart

    def error_bound(self, distance: float = 0.0) -> Array:
        """2 (M − 1) R exp(−β (Δ_i − 2 R distance)), (M,): how far from pattern i one update ends at most, if state and fixed point
        were within `distance` of it (theorem 4)."""
        X = self.patterns
        R = float(np.sqrt((X * X).sum(axis=1).max()))
        with np.errstate(over="ignore"):
            bound: Array = (
                2 * (len(X) - 1) * R * np.exp(-self.beta * (self.separation() - 2 * R * distance))
            )
        return bound

    def _rows(self, states: Any, what: str) -> Array:
        return as_rows(states, f"ModernHopfield.{what}(states)", size=self.patterns.shape[1])

    def _shares(self, rows: Array) -> Array:
        p: Array = softmax.forward(self.beta * (rows @ self.patterns.T))
        return p
