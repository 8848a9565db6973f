"""The modern Hopfield network: real patterns and a softmax over overlaps, as in attention."""

from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import NotBuiltError, ParameterError, ShapeError
from ...ops.softmax import softmax
from ...settings import is_number, is_whole
from ..hopfield.recall import Recall
from .real_rows import as_rows


class ModernHopfield:
    """ξ <- X softmax(β Xᵀ ξ) lowers E = −lse(β, Xᵀξ) + ½ ξ·ξ + ln(M) / β + ½ R².

    The columns of X are the patterns, lse(β, x) = ln(Σ exp(β x_i)) / β, R is the largest norm of a
    pattern, and 0 ≤ E ≤ 2 R². A fixed point is a single pattern (patterns well separated, or β
    large), the mean of similar patterns (a metastable state), or the mean of all (β small). With
    β = 1/√d one update is the attention of a transformer whose keys and values are the patterns.

    Parameters
    ----------
    beta : float
        β > 0, the inverse temperature.
    steps : int
        The largest number of updates of one recall.
    tolerance : float
        A recall ends when an update moves ξ by at most tolerance · R.

    Shapes
    ------
    patterns (M, d), states (d,) or (P, d), real numbers.

    Raises
    ------
    ParameterError
        A setting outside its range.
    DataError, ShapeError
        Rows that are not finite or have another length.
    NotBuiltError
        A recall before anything is stored.

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
                f"ModernHopfield(beta={beta!r}): beta must be a number > 0. Attention has 1/√d."
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
        stored = 0 if self._X is None else len(self._X)
        return f"<ModernHopfield: beta={self.beta:g}, {stored} patterns>"

    def store(self, patterns: Any) -> "ModernHopfield":
        """Store these patterns, one a row, and forget all earlier ones.

        Parameters
        ----------
        patterns : array (M, d)
            Real numbers.
        """
        self._X = as_rows(patterns, "ModernHopfield.store(patterns)")
        return self

    @property
    def patterns(self) -> Array:
        """The stored patterns (M, d)."""
        if self._X is None:
            raise NotBuiltError(
                "ModernHopfield: nothing is stored yet. Call store(patterns) first."
            )
        return self._X

    def attention(self, states: Any) -> Array:
        """Return softmax(β Xᵀ ξ), the share of each pattern in an update, (M,) or (P, M)."""
        p = self._shares(self._rows(states, "attention"))
        return p[0] if np.ndim(states) == 1 else p

    def update(self, states: Any) -> Array:
        """Return X softmax(β Xᵀ ξ), one update of each state: (d,) or (P, d)."""
        new = self._shares(self._rows(states, "update")) @ self.patterns
        return new[0] if np.ndim(states) == 1 else new

    def energy(self, states: Any) -> Any:
        """Return E: a number for one state, (P,) for rows of states."""
        rows = self._rows(states, "energy")
        X = self.patterns
        z = self.beta * (rows @ X.T)
        top = z.max(axis=1)
        lse = (top + np.log(np.exp(z - top[:, None]).sum(axis=1))) / self.beta
        largest = (X * X).sum(axis=1).max()  # R²
        energies = -lse + (rows * rows).sum(axis=1) / 2 + np.log(len(X)) / self.beta + largest / 2
        return float(energies[0]) if np.ndim(states) == 1 else energies

    def predict(self, states: Any) -> Array:
        """Return the end of each state's recall: (d,) or (P, d)."""
        rows = self._rows(states, "predict")
        ends = np.array([self.recall(row).state for row in rows]).reshape(rows.shape)
        return ends[0] if np.ndim(states) == 1 else ends

    def recall(self, state: Any) -> Recall:
        """Return the whole path from one state (d,).

        `overlaps` is the attention to each pattern.
        """
        rows = self._rows(state, "recall")
        if len(rows) != 1:
            got = f"{len(rows)} rows"
            raise ShapeError("ModernHopfield.recall(state)", "one state (d,)", got, "Use predict.")
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
        """Return the kind of a fixed point: "pattern 3", "metastable: 0 2 5" or "global mean".

        A metastable state lists the fewest patterns that have nine tenths of the attention. At the
        global mean nearly all patterns are needed for nine tenths.
        """
        p = self._shares(self._rows(state, "kind"))[0]
        order = np.argsort(-p, kind="stable")
        fewest = 1 + int(np.searchsorted(np.cumsum(p[order]), 0.9))
        if fewest == 1:
            return f"pattern {order[0]}"
        if fewest >= 0.9 * len(p):
            return "global mean"
        return "metastable: " + " ".join(str(k) for k in sorted(order[:fewest].tolist()))

    def separation(self) -> Array:
        """Return Δ_i = x_i·x_i − max x_i·x_j over j ≠ i, (M,), the separation of each pattern.

        ∞ if there is only one pattern.
        """
        products = self.patterns @ self.patterns.T
        own = np.diag(products).copy()
        np.fill_diagonal(products, -np.inf)
        apart: Array = own - products.max(axis=1)
        return apart

    def error_bound(self, distance: float = 0.0) -> Array:
        """Return 2 (M − 1) R exp(−β (Δ_i − 2 R distance)), (M,).

        So far from pattern i one update ends at most, if the state and the fixed point were within
        `distance` of it (theorem 4).
        """
        X = self.patterns
        R = float(np.sqrt((X * X).sum(axis=1).max()))
        with np.errstate(over="ignore"):
            decay = np.exp(-self.beta * (self.separation() - 2 * R * distance))
            bound: Array = 2 * (len(X) - 1) * R * decay
        return bound

    def _rows(self, states: Any, what: str) -> Array:
        """Return the states as rows, checked for the method `what`."""
        size, least = self.patterns.shape[1], int(what in ("recall", "kind"))
        return as_rows(states, f"ModernHopfield.{what}(states)", size=size, least=least)

    def _shares(self, rows: Array) -> Array:
        """Return the attention of each row to each pattern, (P, M)."""
        p: Array = softmax.forward(self.beta * (rows @ self.patterns.T))
        return p
