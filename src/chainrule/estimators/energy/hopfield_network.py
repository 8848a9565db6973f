"""HopfieldNetwork: the classical associative memory; `fit` stores rows, `predict` recalls them."""

from __future__ import annotations

from copy import copy
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ...arrays import Array
from ...energy import Hopfield, Recall
from ...energy.hopfield.patterns import as_signs
from ...errors import ParameterError, ShapeError
from ...settings import is_number
from ..common import SafeParams, all_or_nothing, seed_of
from ..fit_tasks import CallbackSupportMixin, FitTasks, with_callbacks


class HopfieldNetwork(
    SafeParams, CallbackSupportMixin, OneToOneFeatureMixin, TransformerMixin, BaseEstimator
):
    """A memory of two-state units: s_i = sign(Σ w_ij s_j − θ_i) lowers E = −½ s·W s + θ·s.

    `fit` stores the rows of X as patterns; `predict` and `transform` return what other rows recall
    when no unit changes any more. The answer has the values of the patterns: −1 and 1 if all of
    them were ±1, else 0 and 1. `cr.Hopfield` is the same network without scikit-learn.

    Parameters
    ----------
    rule : str or Rule
        "hebb", "storkey", "pseudo-inverse", "perceptron", "delta" or "unlearning", or an object of
        `energy.rules`.
    order : str
        The order of updates: "random", "fixed", or "synchronous" for all units at once.
    temperature : float or callable
        T ≥ 0; a function of the sweep anneals. With T > 0 all rows of a call share the random
        numbers.
    thresholds : float or array (n_features,)
        θ.
    sweeps : int
        The largest number of sweeps of one recall, ≥ 1.
    binarize : float or None
        A unit is up if x > binarize, as in BernoulliNB. None: X must hold −1 and 1, or 0 and 1;
        anything else is refused.
    engine : str or None
        "native" or "reference"; None: the best available.
    random_state : int, RandomState or None
        The source of the order of the units. `fit` draws from it once, so the same row always
        recalls the same.

    Attributes
    ----------
    weights_ : array (n_features, n_features)
        W with diagonal 0. Weights that you put in their place are used.
    patterns_ : array (n_patterns, n_features)
        The stored patterns, as int8.
    network_ : Hopfield
        The network.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Raises
    ------
    ParameterError
        A setting outside its range; from `energy`, weights that are not symmetric.
    DataError
        Without binarize, values that are neither ±1 nor 0/1; with the pseudo-inverse, patterns that
        depend on each other.

    References
    ----------
    Hopfield, "Neural networks and physical systems with emergent collective computational
    abilities", PNAS 79 (1982).

    Examples
    --------
    >>> from chainrule.estimators import HopfieldNetwork
    >>> patterns = [[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]]
    >>> memory = HopfieldNetwork(random_state=0).fit(patterns)
    >>> memory.predict([[1, 1, -1, -1, -1, -1]]).tolist()
    [[1, 1, 1, -1, -1, -1]]
    """

    def __init__(
        self,
        rule: Any = "hebb",
        *,
        order: str = "random",
        temperature: Any = 0.0,
        thresholds: Any = 0.0,
        sweeps: int = 100,
        binarize: float | None = 0.0,
        engine: str | None = None,
        random_state: Any = None,
    ) -> None:
        self.rule = rule
        self.order = order
        self.temperature = temperature
        self.thresholds = thresholds
        self.sweeps = sweeps
        self.binarize = binarize
        self.engine = engine
        self.random_state = random_state

    # ---------------------------------------------------------------- learning

    @all_or_nothing
    @with_callbacks
    def fit(self, X: Any, y: Any = None) -> Self:
        """Store the rows of X; forget what was stored before.

        Parameters
        ----------
        X : array (n_patterns, n_features)
            Patterns.
        y : ignored
        """
        tasks = FitTasks(self, X, y)
        X = validate_data(self, X)
        seed = seed_of(self.random_state)
        network = Hopfield(**self._settings(seed))
        self._take(network.store(self._binary(X)), seed)
        tasks.ends()
        return self

    @all_or_nothing
    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Store the rows of X in addition to what is stored.

        Parameters
        ----------
        X : array (n_patterns, n_features)
            Further patterns.
        y : ignored
        """
        if not hasattr(self, "network_"):
            self.fit(X)
            return self
        patterns, network = self._binary(validate_data(self, X, reset=False)), copy(self._network())
        for pattern in patterns:
            network.add(pattern)
        self._take(network, self._seed)
        return self

    def _settings(self, seed: int) -> dict[str, Any]:
        names = ("rule", "order", "temperature", "thresholds", "sweeps", "engine")
        return {name: getattr(self, name) for name in names} | {"seed": seed}

    def _take(self, network: Hopfield, seed: int) -> None:
        self.network_, self._seed = network, seed
        self.weights_, self.patterns_ = network.weights, network.patterns

    def _binary(self, X: Array) -> Array:
        """Return rows of two-state units. Without `binarize` the network refuses other values."""
        if self.binarize is None:
            return X
        if not is_number(self.binarize):
            raise ParameterError(
                f"HopfieldNetwork(binarize={self.binarize!r}): binarize must be a number, or None. "
                "The usual value is 0."
            )
        signs = -1 <= self.binarize < 1 and ((X == 1) | (X == -1)).all()
        return X if signs else (self.binarize < X).astype(np.int8)

    # ---------------------------------------------------------------- recalling

    def predict(self, X: Any) -> Array:
        """Return what each row recalls, (N, n_features), as int8.

        Parameters
        ----------
        X : array (N, n_features)
            Starting states.
        """
        return self._network().predict(self._states(X))

    def transform(self, X: Any) -> Array:
        """Return what each row recalls, (N, n_features), in float32 if X is, else in float64.

        Parameters
        ----------
        X : array (N, n_features)
            Starting states.
        """
        real = np.float32 if getattr(X, "dtype", None) == np.float32 else np.float64
        return self.predict(X).astype(real)

    def recall(self, x: Any) -> Recall:
        """Return the whole path from one row: states, energies, overlaps, and how it ended.

        Parameters
        ----------
        x : array (n_features,)
            The starting state.
        """
        if np.ndim(x) != 1:
            raise ShapeError(
                "HopfieldNetwork.recall(x)",
                "one row (n_features,)",
                f"{np.shape(x)}",
                "predict takes many.",
            )
        return self._network().recall(self._states(np.asarray(x)[None])[0])

    def energy(self, X: Any) -> Array:
        """Return E = −½ s·W s + θ·s of each row.

        Parameters
        ----------
        X : array (N, n_features)
            States.
        """
        energies: Array = self._network().energy(self._states(X))
        return energies

    def stable(self, X: Any) -> Array:
        """Return for each row True if it is a fixed point.

        Parameters
        ----------
        X : array (N, n_features)
            States.
        """
        found: Array = self._network().stable(self._states(X))
        return found

    def overlaps(self, X: Any) -> Array:
        """Return m = ξ·s / N of each row with each pattern, (N, n_patterns).

        Parameters
        ----------
        X : array (N, n_features)
            States.
        """
        return self._network().overlaps(self._states(X))

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean overlap of the rows with what they recall: 1 if all of them are stable.

        Parameters
        ----------
        X : array (N, n_features)
            States.
        y : array (N, n_features), optional
            What they should recall, in place of X. Labels (one number for each row) are ignored.
        """
        found = as_signs(self.predict(X), "HopfieldNetwork.score(X)")
        wanted = self._states(X if np.ndim(y) != 2 else y)
        if wanted.shape != found.shape:
            raise ShapeError(
                "HopfieldNetwork.score(y)",
                f"shape {found.shape}",
                f"{wanted.shape}",
                "Give one row for each row of X.",
            )
        return float((found * as_signs(wanted, "HopfieldNetwork.score(y)")).mean())

    def _states(self, X: Any) -> Array:
        check_is_fitted(self)
        return self._binary(validate_data(self, X, reset=False, ensure_min_samples=0))

    def _network(self) -> Hopfield:
        """Return the network, with the current weights."""
        check_is_fitted(self)
        if np.array_equal(self.weights_, self.network_.couplings.weights):
            return self.network_
        return Hopfield.from_weights(
            self.weights_, patterns=self.patterns_, **self._settings(self._seed)
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
