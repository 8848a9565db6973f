"""The classical Hopfield network: the face that users meet first."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ...arrays import Array
from ...errors import DataError, NotBuiltError, ParameterError, ShapeError
from ...foreign import known_keywords
from ...settings import is_number, is_whole
from . import files as hopfield_files
from .asynchronous import settle
from .couplings import Couplings
from .glauber import Temperature, glauber
from .patterns import as_signs, speaks_zero_one, spelled
from .recall import Recall
from .rules import Delta, Hebb, Perceptron, PseudoInverse, Rule, Storkey, Unlearning
from .synchronous import settle_all

RULES: dict[str, Callable[[], Rule]] = {
    "hebb": Hebb,
    "storkey": Storkey,
    "pseudo-inverse": PseudoInverse,
    "perceptron": Perceptron,
    "delta": Delta,
    "unlearning": Unlearning,
}
ORDERS = ("random", "fixed", "synchronous")
RuleName = Literal["hebb", "storkey", "pseudo-inverse", "perceptron", "delta", "unlearning"]
Order = Literal["random", "fixed", "synchronous"]


def rule_of(rule: Any, where: str = "Hopfield") -> Rule:
    """The rule itself, or the one of this name with its usual settings."""
    if isinstance(rule, Rule):
        return rule
    if isinstance(rule, str) and rule in RULES:
        return RULES[rule]()
    known = ", ".join(repr(name) for name in RULES)
    raise ParameterError(
        f"{where}(rule={rule!r}): rule must be one of {known}, or an object such as Storkey()."
    )


class Hopfield:
    """A memory of two-state units: s_i = sign(Σ w_ij s_j − θ_i) lowers E = −½ s·W s + θ·s until nothing moves.

    States are spelled −1 and 1, or 0 and 1 (then s = 2v − 1 is meant): the network answers in the spelling of its patterns.
    Symmetric weights have an energy; with unit by unit updates it never rises, so a fixed point is reached. All units at once
    may end in a 2-cycle.

    Parameters
    ----------
    rule : str or Rule
        "hebb", "storkey", "pseudo-inverse", "perceptron", "delta" or "unlearning"; an object of `energy.rules`, such as
        Perceptron(margin=1.0), has settings of its own.
    order : str
        Which unit is next: "random", a new permutation each sweep; "fixed", 0 to N − 1; or all at once, "synchronous".
    temperature : float or callable
        T ≥ 0: with T > 0 a unit becomes 1 with the probability 1 / (1 + exp(−2 (h − θ) / T)). A function of the sweep
        (1, 2, ...), such as a schedule, anneals.
    thresholds : float or array (N,)
        θ.
    sweeps : int
        The most sweeps of one recall.
    seed : int
        Of the permutations and of the temperature's dice.
    engine : str or None
        "native", "reference"; None: the best there is. Both give the same bits.

    Shapes
    ------
    patterns (M, N), states (N,) or (P, N); weights (N, N).

    Raises
    ------
    ParameterError
        For a setting that cannot be; by `energy` where the weights are not symmetric.
    DataError
        For values that are neither ±1 nor 0/1, for no patterns, for dependent patterns under the pseudo-inverse.
    ShapeError
        For rows of another length.
    NotBuiltError
        For a recall before anything is stored.

    References
    ----------
    Hopfield, "Neural networks and physical systems with emergent collective computational abilities", PNAS 79 (1982).

    Examples
    --------
    >>> network = Hopfield().store([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
    >>> path = network.recall([1, 1, -1, -1, -1, -1])
    >>> path.ended, path.state.tolist()
    ('fixed point', [1, 1, 1, -1, -1, -1])
    """

    @known_keywords("Hopfield", {})
    def __init__(
        self,
        *,
        rule: RuleName | Rule = "hebb",
        order: Order = "random",
        temperature: Temperature = 0.0,
        thresholds: Any = 0.0,
        sweeps: int = 100,
        seed: int = 0,
        engine: Literal["native", "reference"] | None = None,
    ) -> None:
        self.rule = rule_of(rule)
        self.order, self.temperature, self.sweeps, self.seed, self.engine = (
            order,
            temperature,
            sweeps,
            seed,
            engine,
        )
        self._thresholds = np.asarray(thresholds)
        self._couplings: Couplings | None = None
        self._zero_one = False
        self._patterns = np.zeros((0, 0))
        self._check()

    def _check(self) -> None:
        def refuse(name: str, value: Any, rule: str) -> None:
            raise ParameterError(f"Hopfield({name}={value!r}): {name} must be {rule}.")

        if self.order not in ORDERS:
            refuse("order", self.order, f"one of {', '.join(map(repr, ORDERS))}")
        if not callable(self.temperature) and not (
            is_number(self.temperature) and self.temperature >= 0
        ):
            refuse(
                "temperature",
                self.temperature,
                "a number ≥ 0, or a function of the sweep. 0 is the plain network",
            )
        if not is_whole(self.sweeps) or self.sweeps < 1:
            refuse("sweeps", self.sweeps, "a whole number ≥ 1. The usual value is 100")
        if not is_whole(self.seed) or not 0 <= self.seed < 2**32:
            refuse("seed", self.seed, "a whole number from 0 to 2**32 − 1")
        if self.engine not in (None, "native", "reference"):
            refuse("engine", self.engine, "'native', 'reference' or None")
        numbers = self._thresholds.dtype.kind in "iuf" and self._thresholds.ndim < 2
        if not numbers or not np.isfinite(self._thresholds).all():
            refuse("thresholds", self._thresholds, "one finite number, or one for each unit")

    def __repr__(self) -> str:
        stored = (
            f"{len(self._patterns)} patterns of {self.units} units"
            if self._couplings
            else "nothing stored"
        )
        return f"<Hopfield: {self.rule!r}, {self.order}, {stored}>"

    # ------------------------------------------------------------------ what it holds

    @property
    def couplings(self) -> Couplings:
        """Weights and thresholds together."""
        if self._couplings is None:
            raise NotBuiltError("Hopfield: nothing is stored yet. Call store(patterns) first.")
        return self._couplings

    @property
    def units(self) -> int:
        """N."""
        return len(self.couplings.weights)

    @property
    def weights(self) -> Array:
        """W (N, N), a copy; its diagonal is 0 under every rule."""
        return self.couplings.weights.copy()

    @property
    def thresholds(self) -> Array:
        """θ (N,), a copy."""
        return self.couplings.thresholds.copy()

    @property
    def patterns(self) -> Array:
        """What is stored (M, N), in its own spelling."""
        return spelled(self._patterns, self._zero_one)

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any) -> "Hopfield":
        """Learn these patterns, one a row, and forget what was there before.

        Parameters
        ----------
        patterns : array
            (M, N), −1 and 1, or 0 and 1.
        """
        signs = as_signs(patterns, "Hopfield.store(patterns)")
        self._take(self.rule.learn(signs), signs, speaks_zero_one(patterns))
        return self

    def add(self, pattern: Any) -> "Hopfield":
        """Learn one further pattern.

        Parameters
        ----------
        pattern : array
            (N,).
        """
        if self._couplings is None:
            return self.store(pattern)
        signs = as_signs(pattern, "Hopfield.add(pattern)", units=self.units)
        if len(signs) != 1:
            raise DataError(
                "Hopfield.add(pattern)",
                "one pattern",
                f"{len(signs)}",
                "store(patterns) takes many.",
            )
        self._all_learned("add")
        patterns = np.concatenate([self._patterns, signs])
        self._take(self.rule.add(self._couplings.weights, patterns), patterns, self._zero_one)
        return self

    def remove(self, pattern: Any) -> "Hopfield":
        """Forget one stored pattern.

        Parameters
        ----------
        pattern : array
            (N,), one of `patterns`.
        """
        signs = as_signs(pattern, "Hopfield.remove(pattern)", units=self.units)[0]
        self._all_learned("remove")
        places = np.flatnonzero((self._patterns == signs).all(axis=1))
        if not len(places):
            raise DataError(
                "Hopfield.remove(pattern)",
                "a stored pattern",
                "another one",
                "See network.patterns.",
            )
        patterns = np.delete(self._patterns, places[0], axis=0)
        self._take(
            self.rule.remove(self.couplings.weights, patterns, signs), patterns, self._zero_one
        )
        return self

    @classmethod
    def from_weights(cls, weights: Any, *, patterns: Any = None, **settings: Any) -> "Hopfield":
        """A network with weights of your own (N, N), which may have a diagonal; `patterns` give names to what is recalled.

        Parameters
        ----------
        weights : array
            (N, N), one row a unit; where they are not symmetric there is no energy.
        patterns : array, optional
            (M, N).
        **settings
            As for `Hopfield`.

        Examples
        --------
        >>> Hopfield.from_weights([[0, 1], [1, 0]]).recall([1, -1]).state.tolist()
        [1, 1]
        """
        W = np.array(weights, dtype=np.float64)
        if W.ndim != 2 or W.shape[0] != W.shape[1] or not W.size or not np.isfinite(W).all():
            raise ShapeError(
                "Hopfield.from_weights(weights)",
                "finite numbers (N, N)",
                f"{W.shape}",
                "One row a unit.",
            )
        network = cls(**settings)
        stored = np.zeros((0, len(W)))
        if patterns is not None:
            stored = as_signs(patterns, "Hopfield.from_weights(patterns)", units=len(W))
        network._take(W, stored, patterns is not None and speaks_zero_one(patterns), own=True)
        return network

    def _all_learned(self, what: str) -> None:
        if not self._learned:
            raise DataError(
                f"Hopfield.{what}",
                "a network that learned its weights",
                "weights of your own",
                "Use store.",
            )

    def _take(self, weights: Array, patterns: Array, zero_one: bool, own: bool = False) -> None:
        N = len(weights)
        if self._thresholds.ndim and self._thresholds.shape != (N,):
            raise ShapeError(
                "Hopfield(thresholds)",
                f"one number, or {N}",
                f"{self._thresholds.shape}",
                "One a unit.",
            )
        thresholds = np.full(N, self._thresholds, dtype=np.float64)
        self._couplings = Couplings(weights, thresholds, N if self.rule.whole and not own else 0)
        self._patterns, self._zero_one, self._learned = patterns, zero_one, not own

    # ------------------------------------------------------------------ asking

    def energy(self, states: Any) -> Any:
        """E = −½ s·W s + θ·s: a number for one state, (P,) for rows of states.

        Parameters
        ----------
        states : array
            (N,) or (P, N), −1 and 1, or 0 and 1.
        """
        signs = as_signs(states, "Hopfield.energy(states)", units=self.units)
        energies = self.couplings.energy(signs, f"Hopfield(rule={self.rule!r}).energy")
        return float(energies[0]) if np.ndim(states) == 1 else energies

    def stable(self, states: Any) -> Any:
        """Whether a state is a fixed point: True or False for one state, (P,) for rows of states.

        Parameters
        ----------
        states : array
            (N,) or (P, N), −1 and 1, or 0 and 1.
        """
        found = self.couplings.stable(as_signs(states, "Hopfield.stable(states)", units=self.units))
        return bool(found[0]) if np.ndim(states) == 1 else found

    def overlaps(self, states: Any) -> Array:
        """m = ξ·s / N of each state with each pattern: (M,) or (P, M).

        Parameters
        ----------
        states : array
            (N,) or (P, N), −1 and 1, or 0 and 1.
        """
        m = (
            as_signs(states, "Hopfield.overlaps(states)", units=self.units)
            @ self._patterns.T
            / self.units
        )
        return m[0] if np.ndim(states) == 1 else m

    def predict(self, states: Any) -> Array:
        """Where each state comes to: (N,) or (P, N), int8. A row's result does not depend on the other rows at T = 0.

        Parameters
        ----------
        states : array
            (N,) or (P, N), −1 and 1, or 0 and 1.
        """
        signs = as_signs(states, "Hopfield.predict(states)", units=self.units)
        if self._warm:
            ends = glauber(self.couplings, signs, **self._dice)[0]
        elif self.order == "synchronous":
            ends = settle_all(self.couplings, signs, steps=self.sweeps)[0]
        else:
            ends = settle(self.couplings, signs, **self._visits).signs
        result = spelled(ends, self._zero_one)
        return result[0] if np.ndim(states) == 1 else result

    def recall(self, state: Any) -> Recall:
        """The whole path from one state (N,): states, energies, overlaps, and how it ended.

        Parameters
        ----------
        state : array
            (N,).

        Returns
        -------
        Recall
            .state .states .energies .overlaps .ended: "fixed point", "2-cycle" or "limit".
        """
        start = as_signs(state, "Hopfield.recall(state)", units=self.units)
        if len(start) != 1:
            raise ShapeError(
                "Hopfield.recall(state)",
                "one state (N,)",
                f"{len(start)} rows",
                "predict takes many.",
            )
        flips = np.empty(0, np.int32)
        if self._warm:
            _, settled, path = glauber(self.couplings, start, **self._dice)
            states, ended = np.array(path), "fixed point" if settled else "limit"
            sweeps = self.sweeps
        elif self.order == "synchronous":
            _, period, steps = settle_all(self.couplings, start, steps=self.sweeps)
            states, sweeps = np.concatenate(steps), len(steps) - 1
            ended = ("limit", "fixed point", "2-cycle")[int(period[0])]
        else:
            end = settle(self.couplings, start, **self._visits, record=True)
            states, flips, sweeps = _flipped(start[0], end.flips), end.flips, int(end.sweeps[0])
            ended = "fixed point" if end.settled[0] else "limit"
        energies = None
        if self.couplings.symmetric:
            walk = len(flips) == len(states) - 1
            energies = (
                self.couplings.energies_along(start[0], flips, "Hopfield.recall")
                if walk
                else self.couplings.energy(states, "Hopfield.recall")
            )
        overlaps = states @ self._patterns.T / self.units
        told = spelled(states, self._zero_one)
        return Recall(told[-1], told, energies, overlaps, ended, sweeps, flips)

    # ------------------------------------------------------------------ files

    def save(self, path: Any) -> None:
        """Write settings, weights and patterns to one .safetensors file, never pickle.

        Parameters
        ----------
        path : path
            Used as it is.
        """
        hopfield_files.save(self, path)

    @staticmethod
    def load(path: Any) -> "Hopfield":
        """Read a network back from a file of `save`; runs no code of the file.

        Parameters
        ----------
        path : path
            What `save` wrote.
        """
        return hopfield_files.load(path)

    @property
    def _warm(self) -> bool:
        return callable(self.temperature) or self.temperature > 0

    @property
    def _visits(self) -> dict[str, Any]:
        return {
            "order": self.order,
            "seed": self.seed,
            "sweeps": self.sweeps,
            "engine": self.engine,
        }

    @property
    def _dice(self) -> dict[str, Any]:
        return {
            "order": self.order,
            "seed": self.seed,
            "sweeps": self.sweeps,
            "temperature": self.temperature,
        }


def _flipped(start: Array, flips: Array) -> Array:
    """The start and the state after each flip: (T + 1, N)."""
    signs = np.ones((len(flips) + 1, len(start)))
    signs[np.arange(1, len(flips) + 1), flips] = -1
    states: Array = start * np.cumprod(signs, axis=0)
    return states
