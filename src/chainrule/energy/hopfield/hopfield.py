"""The classical Hopfield network, as users call it."""

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from ...arrays import Array
from ...errors import DataError, NotBuiltError, ParameterError, ShapeError
from ...foreign import known_keywords
from ...settings import is_number, is_whole
from . import files
from .asynchronous import settle
from .couplings import Couplings
from .glauber import Temperature, glauber
from .patterns import as_signs, speaks_zero_one, spelled
from .recall import Recall
from .recorded import RecordedRecall
from .rules import Delta, Hebb, Perceptron, PseudoInverse, Rule, Storkey, Unlearning
from .stored import Stored
from .synchronous import settle_all
from .visits import ALL, Visit, cold_visits, warm_visits

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
    """Return the rule itself, or the rule of this name with its default settings."""
    if isinstance(rule, Rule):
        return rule
    if isinstance(rule, str) and rule in RULES:
        return RULES[rule]()
    known = ", ".join(repr(name) for name in RULES)
    raise ParameterError(
        f"{where}(rule={rule!r}): rule must be one of {known}, or an object such as Storkey()."
    )


class Hopfield:
    """A memory of two-state units: s_i = sign(Σ w_ij s_j − θ_i) lowers E = −½ s·W s + θ·s.

    Recall repeats this until nothing moves. States are spelled −1 and 1, or 0 and 1; then s is
    2v − 1. The network answers in the spelling of its patterns. Symmetric weights have an energy.
    If units move one by one it never rises, so recall reaches a fixed point. If all units move at
    once, recall may end in a 2-cycle.

    Parameters
    ----------
    rule : str or Rule
        "hebb", "storkey", "pseudo-inverse", "perceptron", "delta" or "unlearning"; or an object of
        `energy.rules` with settings, such as Perceptron(margin=1.0).
    order : str
        Which unit moves next: "random", a new permutation each sweep; "fixed", 0 to N − 1; or
        "synchronous", all at once.
    temperature : float or callable
        T ≥ 0. With T > 0 a unit becomes 1 with probability 1 / (1 + exp(−2 (h − θ) / T)). For
        annealing, a function of the sweep (1, 2, ...), such as a schedule.
    thresholds : float or array (N,)
        θ.
    sweeps : int
        The largest number of sweeps of one recall.
    seed : int
        The seed of the permutations, and of the random numbers at T > 0.
    engine : str or None
        "native" or "reference"; None: the best there is. Both give the same bits.

    Shapes
    ------
    patterns (M, N), states (N,) or (P, N); weights (N, N).

    Raises
    ------
    ParameterError
        A setting outside its range; in `energy`, weights that are not symmetric.
    DataError
        Values that are neither ±1 nor 0/1, no patterns, or dependent patterns under the
        pseudo-inverse.
    ShapeError
        Rows of another length.
    NotBuiltError
        A recall before anything is stored.

    References
    ----------
    Hopfield, "Neural networks and physical systems with emergent collective computational
    abilities", PNAS 79 (1982).

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
        self.rule, self.order, self.temperature = rule_of(rule), order, temperature
        self.sweeps, self.seed, self.engine = sweeps, seed, engine
        self._thresholds = np.asarray(thresholds)
        self._couplings: Couplings | None = None
        self._stored = Stored(np.zeros((0, 0)), np.zeros((0, 0)), zero_one=False, own=False)
        self._check()

    def _check(self) -> None:
        """Raise ParameterError for a setting outside its range."""

        def refuse(name: str, value: Any, rule: str) -> None:
            raise ParameterError(f"Hopfield({name}={value!r}): {name} must be {rule}.")

        T, theta = self.temperature, self._thresholds
        if self.order not in ORDERS:
            refuse("order", self.order, f"one of {', '.join(map(repr, ORDERS))}")
        if not callable(T) and not (is_number(T) and T >= 0):
            rule = "a number ≥ 0, or a function of the sweep. 0 is the plain network"
            refuse("temperature", T, rule)
        if not is_whole(self.sweeps) or self.sweeps < 1:
            refuse("sweeps", self.sweeps, "a whole number ≥ 1. The usual value is 100")
        if not is_whole(self.seed) or not 0 <= self.seed < 2**32:
            refuse("seed", self.seed, "a whole number from 0 to 2**32 − 1")
        if self.engine not in (None, "native", "reference"):
            refuse("engine", self.engine, "'native', 'reference' or None")
        if not (theta.dtype.kind in "iuf" and theta.ndim < 2) or not np.isfinite(theta).all():
            refuse("thresholds", theta, "one finite number, or one for each unit")

    def __repr__(self) -> str:
        stored = "nothing stored"
        if self._couplings:
            stored = f"{len(self._stored.patterns)} patterns of {self.units} units"
        return f"<Hopfield: {self.rule!r}, {self.order}, {stored}>"

    # ------------------------------------------------------------------ properties

    @property
    def settings(self) -> dict[str, Any]:
        """The keywords that make an empty network like this one."""
        return {
            "rule": self.rule,
            "order": self.order,
            "temperature": self.temperature,
            "thresholds": self._thresholds,
            "sweeps": self.sweeps,
            "seed": self.seed,
            "engine": self.engine,
        }

    @property
    def stored(self) -> Stored:
        """The content of a file: weights, patterns as rows of ±1, and how the user writes them."""
        if self._couplings is None:
            raise NotBuiltError("Hopfield: nothing is stored yet. Call store(patterns) first.")
        return self._stored

    @property
    def couplings(self) -> Couplings:
        """Weights and thresholds together."""
        if self._couplings is None:
            raise NotBuiltError("Hopfield: nothing is stored yet. Call store(patterns) first.")
        return self._couplings

    @property
    def units(self) -> int:
        """The number of units, N."""
        return len(self.couplings.weights)

    @property
    def weights(self) -> Array:
        """A copy of W (N, N); its diagonal is 0 under every rule."""
        return self.couplings.weights.copy()

    @property
    def thresholds(self) -> Array:
        """A copy of θ (N,)."""
        return self.couplings.thresholds.copy()

    @property
    def patterns(self) -> Array:
        """The stored patterns (M, N), in the spelling in which they were given."""
        return spelled(self._stored.patterns, self._stored.zero_one)

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any) -> "Hopfield":
        """Learn these patterns, one a row, and forget all earlier ones.

        Parameters
        ----------
        patterns : array
            (M, N), −1 and 1, or 0 and 1.
        """
        signs = as_signs(patterns, "Hopfield.store(patterns)")
        weights = self.rule.learn(signs)
        return self.restore(Stored(weights, signs, speaks_zero_one(patterns), own=False))

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
            remedy = "store(patterns) takes many."
            raise DataError("Hopfield.add(pattern)", "one pattern", f"{len(signs)}", remedy)
        before = self._learned("add")
        patterns = np.concatenate([before.patterns, signs])
        weights = self.rule.add(before.weights, patterns)
        return self.restore(Stored(weights, patterns, before.zero_one, own=False))

    def remove(self, pattern: Any) -> "Hopfield":
        """Forget one stored pattern.

        Parameters
        ----------
        pattern : array
            (N,), one of `patterns`.
        """
        signs = as_signs(pattern, "Hopfield.remove(pattern)", units=self.units)[0]
        before = self._learned("remove")
        places = np.flatnonzero((before.patterns == signs).all(axis=1))
        if not len(places):
            where, remedy = "Hopfield.remove(pattern)", "See network.patterns."
            raise DataError(where, "a stored pattern", "another one", remedy)
        patterns = np.delete(before.patterns, places[0], axis=0)
        weights = self.rule.remove(before.weights, patterns, signs)
        return self.restore(Stored(weights, patterns, before.zero_one, own=False))

    @classmethod
    def from_weights(cls, weights: Any, *, patterns: Any = None, **settings: Any) -> "Hopfield":
        """Return a network with weights of your own (N, N), which may have a diagonal.

        Parameters
        ----------
        weights : array
            (N, N), one row for each unit. If they are not symmetric there is no energy.
        patterns : array, optional
            (M, N). They give names to what is recalled.
        **settings
            As for `Hopfield`.

        Examples
        --------
        >>> Hopfield.from_weights([[0, 1], [1, 0]]).recall([1, -1]).state.tolist()
        [1, 1]
        """
        W = np.array(weights, dtype=np.float64)
        if W.ndim != 2 or W.shape[0] != W.shape[1] or not W.size or not np.isfinite(W).all():
            where = "Hopfield.from_weights(weights)"
            raise ShapeError(where, "finite numbers (N, N)", f"{W.shape}", "One row a unit.")
        stored, zero_one = np.zeros((0, len(W))), False
        if patterns is not None:
            stored = as_signs(patterns, "Hopfield.from_weights(patterns)", units=len(W))
            zero_one = speaks_zero_one(patterns)
        return cls(**settings).restore(Stored(W, stored, zero_one, own=True))

    def restore(self, stored: Stored) -> "Hopfield":
        """Take over weights and patterns, such as the `stored` of another network.

        Parameters
        ----------
        stored : Stored
            Weights and patterns; they replace what the network has.
        """
        N = len(stored.weights)
        if self._thresholds.ndim and self._thresholds.shape != (N,):
            got = f"{self._thresholds.shape}"
            raise ShapeError("Hopfield(thresholds)", f"one number, or {N}", got, "One a unit.")
        thresholds = np.full(N, self._thresholds, dtype=np.float64)
        scale = N if self.rule.whole and not stored.own else 0
        self._couplings, self._stored = Couplings(stored.weights, thresholds, scale), stored
        return self

    def _learned(self, what: str) -> Stored:
        """Return what is stored; raise DataError if the user gave the weights."""
        if self._stored.own:
            expected, got = "a network that learned its weights", "weights of your own"
            raise DataError(f"Hopfield.{what}", expected, got, "Use store.")
        return self._stored

    # ------------------------------------------------------------------ energies and recall

    def energy(self, states: Any) -> Any:
        """Return E = −½ s·W s + θ·s: a number for one state, (P,) for rows of states.

        Parameters
        ----------
        states : array
            (N,) or (P, N), −1 and 1, or 0 and 1.
        """
        signs = as_signs(states, "Hopfield.energy(states)", units=self.units, least=0)
        energies = self.couplings.energy(signs, f"Hopfield(rule={self.rule!r}).energy")
        return float(energies[0]) if np.ndim(states) == 1 else energies

    def stable(self, states: Any) -> Any:
        """Return True for each fixed point: one bool for one state, (P,) for rows of states.

        Parameters
        ----------
        states : array
            (N,) or (P, N), −1 and 1, or 0 and 1.
        """
        signs = as_signs(states, "Hopfield.stable(states)", units=self.units, least=0)
        found = self.couplings.stable(signs)
        return bool(found[0]) if np.ndim(states) == 1 else found

    def overlaps(self, states: Any) -> Array:
        """Return m = ξ·s / N of each state with each pattern: (M,) or (P, M).

        Parameters
        ----------
        states : array
            (N,) or (P, N), −1 and 1, or 0 and 1.
        """
        signs = as_signs(states, "Hopfield.overlaps(states)", units=self.units, least=0)
        m = signs @ self._stored.patterns.T / self.units
        return m[0] if np.ndim(states) == 1 else m

    def predict(self, states: Any) -> Array:
        """Return the end of each state's recall: (N,) or (P, N), int8.

        At T = 0 the result of a row does not depend on the other rows.

        Parameters
        ----------
        states : array
            (N,) or (P, N), −1 and 1, or 0 and 1.
        """
        signs = as_signs(states, "Hopfield.predict(states)", units=self.units, least=0)
        if not len(signs):
            return spelled(signs, self._stored.zero_one)
        if self._warm:
            ends = glauber(self.couplings, signs, **self._random)[0]
        elif self.order == "synchronous":
            ends = settle_all(self.couplings, signs, steps=self.sweeps)[0]
        else:
            ends = settle(self.couplings, signs, **self._visits).signs
        result = spelled(ends, self._stored.zero_one)
        return result[0] if np.ndim(states) == 1 else result

    def recall(self, state: Any) -> Recall:
        """Return the whole path from one state (N,): states, energies, overlaps, and the end.

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
            got, remedy = f"{len(start)} rows", "predict takes many."
            raise ShapeError("Hopfield.recall(state)", "one state (N,)", got, remedy)
        flips = np.empty(0, np.int32)
        if self._warm:
            _, settled, path = glauber(self.couplings, start, **self._random)
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
            if len(flips) == len(states) - 1:
                energies = self.couplings.energies_along(start[0], flips, "Hopfield.recall")
            else:
                energies = self.couplings.energy(states, "Hopfield.recall")
        overlaps = states @ self._stored.patterns.T / self.units
        shown = spelled(states, self._stored.zero_one)
        return Recall(shown[-1], shown, energies, overlaps, ended, sweeps, flips)

    def record(self, state: Any) -> RecordedRecall:
        """Recall from one state (N,) and keep every decision: who moved when, and why.

        Parameters
        ----------
        state : array
            (N,).

        Returns
        -------
        RecordedRecall
            .at(step) is a moment with .next() .back() .stages() .explain("field[3]"); .recall is
            what `recall` returns.

        Examples
        --------
        >>> network = Hopfield(order="fixed").store([[1, 1, 1, -1], [1, -1, 1, 1]])
        >>> recorded = network.record([-1, 1, 1, -1])
        >>> print(recorded)
        RecordedRecall: 8 steps, 1 change, fixed point
          step  sweep  unit  field    flip  E after
             0      1     0    0.5  −1 → 1       −1
        >>> moment = recorded.at(0)
        >>> moment.unit, moment.field, moment.flips
        (0, 0.5, True)
        """
        recall = self.recall(state)
        start = as_signs(state, "Hopfield.record(state)", units=self.units)[0]
        order: dict[str, Any] = {"order": self.order, "seed": self.seed, "sweeps": self.sweeps}
        if self._warm:
            made = list(warm_visits(self.couplings, start, **self._random))
        elif self.order == "synchronous":
            moved = (recall.states[1:] != recall.states[:-1]).any(axis=1)
            made = [Visit(k, ALL, math.nan, bool(moves)) for k, moves in enumerate(moved, 1)]
        else:
            made = list(cold_visits(self.couplings, start, **order))
        return RecordedRecall(recall, made, self.couplings, self.seed)

    # ------------------------------------------------------------------ files

    def save(self, path: Any) -> None:
        """Write settings, weights and patterns to one .safetensors file, never pickle.

        Parameters
        ----------
        path : path
            Used as given.
        """
        files.save(path, self.settings, self.stored)

    @classmethod
    def load(cls, path: Any) -> "Hopfield":
        """Read a network from a file of `save`; run no code of the file.

        Parameters
        ----------
        path : path
            A file of `save`.
        """
        return files.load(cls, path)

    @property
    def _warm(self) -> bool:
        """True if units move by chance."""
        return callable(self.temperature) or self.temperature > 0

    @property
    def _visits(self) -> dict[str, Any]:
        """The settings of asynchronous recall."""
        return {
            "order": self.order,
            "seed": self.seed,
            "sweeps": self.sweeps,
            "engine": self.engine,
        }

    @property
    def _random(self) -> dict[str, Any]:
        """The settings of recall at a temperature."""
        return {
            "order": self.order,
            "seed": self.seed,
            "sweeps": self.sweeps,
            "temperature": self.temperature,
        }


def _flipped(start: Array, flips: Array) -> Array:
    """Return the start and the state after each flip, (T + 1, N)."""
    signs = np.ones((len(flips) + 1, len(start)))
    signs[np.arange(1, len(flips) + 1), flips] = -1
    states: Array = start * np.cumprod(signs, axis=0)
    return states
