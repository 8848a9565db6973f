"""The dense associative memory: a steeper function of the overlaps stores far more patterns."""

from typing import Any, Literal

import numpy as np

from ...arrays import Array
from ...errors import NotBuiltError, ParameterError, ShapeError
from ...settings import is_whole
from ..hopfield.asynchronous import visits
from ..hopfield.patterns import as_signs, speaks_zero_one, spelled
from ..hopfield.recall import Recall

FUNCTIONS = ("polynomial", "rectified", "exponential")


class DenseAssociativeMemory:
    """E = −Σ_μ F(ξ_μ·s) with F(x) = xⁿ, or 0 for x < 0 (rectified), or exp(x).

    A unit takes the value of lower energy: s_i = sign(Σ_μ F(r_μ + ξ_μi) − F(r_μ − ξ_μi)), where r_μ
    is the overlap with pattern μ without unit i. n = 2 is the classical network. About
    N^(n−1) / (2 (2n − 3)!! ln N) random patterns are stored without errors; with exp, about
    2^(N/2).

    Parameters
    ----------
    n : int
        The power, ≥ 2. The exponential does not use it.
    function : str
        "polynomial", "rectified" or "exponential".
    sweeps : int
        The largest number of sweeps over all units in one recall.
    seed : int
        The seed of the order of units in each sweep.

    Shapes
    ------
    patterns (M, N), states (N,) or (P, N), spelled ±1 or 0/1 as for Hopfield.

    Raises
    ------
    ParameterError
        Another function, n < 2, or an F that exceeds float64.
    DataError, ShapeError
        Values that are neither ±1 nor 0/1, or rows of another length.
    NotBuiltError
        A recall before anything is stored.

    References
    ----------
    Krotov & Hopfield, "Dense associative memory for pattern recognition", NeurIPS 2016, eqs. 1 and
    3. Exponential: Demircigil et al., "On a model of associative memory with huge storage
    capacity", J. Stat. Phys. 168 (2017).

    Examples
    --------
    >>> memory = DenseAssociativeMemory(n=3).store([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
    >>> memory.predict([1, 1, -1, -1, -1, -1]).tolist(), memory.energy([1, 1, 1, -1, -1, -1])
    ([1, 1, 1, -1, -1, -1], -224.0)
    """

    def __init__(
        self,
        n: int = 3,
        *,
        function: Literal["polynomial", "rectified", "exponential"] = "polynomial",
        sweeps: int = 100,
        seed: int = 0,
    ) -> None:
        if not is_whole(n) or n < 2:
            raise ParameterError(
                f"DenseAssociativeMemory(n={n!r}): n must be a whole number ≥ 2. "
                "2 is the classical network."
            )
        if function not in FUNCTIONS:
            known = ", ".join(map(repr, FUNCTIONS))
            raise ParameterError(
                f"DenseAssociativeMemory(function={function!r}): function must be one of {known}."
            )
        if not is_whole(sweeps) or sweeps < 1:
            raise ParameterError(
                f"DenseAssociativeMemory(sweeps={sweeps!r}): sweeps must be a whole number ≥ 1."
            )
        self.n, self.function, self.sweeps, self.seed = n, function, sweeps, seed
        self._patterns: Array | None = None
        self._zero_one = False

    def __repr__(self) -> str:
        F = "exp" if self.function == "exponential" else f"{self.function} n={self.n}"
        stored = 0 if self._patterns is None else len(self._patterns)
        return f"<DenseAssociativeMemory: {F}, {stored} patterns>"

    def store(self, patterns: Any) -> "DenseAssociativeMemory":
        """Store these patterns, one a row, and forget all earlier ones.

        Parameters
        ----------
        patterns : array (M, N)
            −1 and 1, or 0 and 1.
        """
        signs = as_signs(patterns, "DenseAssociativeMemory.store(patterns)")
        N = signs.shape[1]
        largest = N if self.function == "exponential" else self.n * np.log(N)
        if largest + np.log(len(signs)) > 700:
            raise ParameterError(
                f"{self!r}: F of an overlap of {N} is beyond float64. Use a smaller n."
            )
        F = self._values(np.arange(-N - 1.0, N + 2))
        self._F, self._gain = F, F[2:] - F[:-2]  # gain: F(r + 1) − F(r − 1) for r = −N ... N
        self._patterns, self._zero_one = signs, speaks_zero_one(patterns)
        return self

    def _values(self, x: Array) -> Array:
        """Return F of whole overlaps."""
        if self.function == "exponential":
            return np.exp(x)
        base = np.maximum(x, 0.0) if self.function == "rectified" else x
        value = np.ones_like(x)
        for _ in range(self.n):  # whole numbers: exact as long as they fit into float64
            value = value * base
        return value

    @property
    def patterns(self) -> Array:
        """The stored patterns (M, N), in the spelling in which they were given."""
        return spelled(self._stored, self._zero_one)

    @property
    def _stored(self) -> Array:
        """The stored patterns as rows of ±1."""
        if self._patterns is None:
            raise NotBuiltError(
                "DenseAssociativeMemory: nothing is stored yet. Call store(patterns) first."
            )
        return self._patterns

    def energy(self, states: Any) -> Any:
        """Return E = −Σ F(ξ·s): a number for one state, (P,) for rows of states."""
        energies = self._energy(self._signs(states, "energy"))
        return float(energies[0]) if np.ndim(states) == 1 else energies

    def _energy(self, signs: Array) -> Array:
        """Return E of rows of ±1, (P,)."""
        x = (signs @ self._stored.T).astype(np.int64)
        energies: Array = -self._F[x + signs.shape[1] + 1].sum(axis=1)
        return energies

    def _signs(self, states: Any, what: str) -> Array:
        """Return the states as rows of ±1, checked for the method `what`."""
        where = f"DenseAssociativeMemory.{what}(states)"
        least = int(what == "recall")
        return as_signs(states, where, units=self._stored.shape[1], least=least)

    def update(self, states: Any) -> Array:
        """Update all units once, one after another; return the states, (N,) or (P, N)."""
        signs = self._signs(states, "update")
        self._sweep(signs, 0)
        return self._as_given(signs, states)

    def predict(self, states: Any) -> Array:
        """Return the end of each state's recall: (N,) or (P, N), int8."""
        signs = self._signs(states, "predict")
        moving = np.arange(len(signs))
        for k in range(self.sweeps):
            some = signs[moving]
            moved = self._sweep(some, k)
            signs[moving] = some
            moving = moving[moved]
            if not len(moving):
                break
        return self._as_given(signs, states)

    def recall(self, state: Any) -> Recall:
        """Return the whole path from one state (N,), as Hopfield does."""
        signs = self._signs(state, "recall")
        if len(signs) != 1:
            got = f"{len(signs)} rows"
            raise ShapeError("DenseAssociativeMemory.recall", "one state (N,)", got, "Use predict.")
        flips: list[int] = []
        path, ended, sweep = [signs[0].copy()], "limit", 0
        for sweep in range(self.sweeps):
            if not self._sweep(signs, sweep, path, flips).any():
                ended = "fixed point"
                break
        states = np.array(path)
        shown, overlaps = spelled(states, self._zero_one), states @ self._stored.T / states.shape[1]
        return Recall(
            shown[-1],
            shown,
            self._energy(states),
            overlaps,
            ended,
            sweep + 1,
            np.array(flips, np.int32),
        )

    def _sweep(
        self, s: Array, k: int, path: list[Array] | None = None, flips: list[int] | None = None
    ) -> Array:
        """Make sweep k in place; return which rows moved. Overlaps x = ξ·s follow each flip."""
        N = s.shape[1]
        x = (s @ self._stored.T).astype(np.int32)  # (P, M)
        moved = np.zeros(len(s), bool)
        for i in visits("random", self.seed, k, 1, N)[0]:
            xi = self._stored[:, i].astype(np.int32)
            own = s[:, i, None].astype(np.int32) * xi
            pull = self._gain[x - own + N] @ xi  # Σ F(r + ξ_i) − F(r − ξ_i), since ξ_i is 1 or −1
            flip = pull * s[:, i] < 0
            if flip.any():
                s[flip, i] *= -1
                x[flip] -= 2 * own[flip]
                moved |= flip
                if path is not None and flips is not None:
                    path.append(s[0].copy())
                    flips.append(int(i))
        return moved

    def _as_given(self, signs: Array, states: Any) -> Array:
        """Return rows of ±1 in the user's spelling, one row alone if `states` was one."""
        result = spelled(signs, self._zero_one)
        return result[0] if np.ndim(states) == 1 else result
