"""What MLPClassifier and MLPRegressor share: parameters, starting weights, fitting, outputs."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from itertools import pairwise
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, _fit_context
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..arrays import Array
from ..errors import ParameterError
from ..losses.base import Loss
from ..network import Network
from ..scoring import predict_again
from ..settings import is_whole
from .mlp_network import build, outputs, put, views
from .mlp_objective import Batches
from .mlp_solvers import Descent, descend, minimise

REALS = (np.float64, np.float32)
STOCHASTIC = ("sgd", "adam")


def is_stochastic(est: Any) -> bool:
    """Whether there is a `partial_fit`."""
    if est.solver not in STOCHASTIC:
        raise AttributeError(
            f"partial_fit is only available for stochastic optimizers. {est.solver} is not stochastic."
        )
    return True


def _same(before: list[Array], now: list[Any]) -> bool:
    """Whether these are the same arrays; what they hold does not matter."""
    return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))


class MLP(BaseEstimator, ABC):
    """The common part; it is not made itself.

    `coefs_` and `intercepts_` are the model. They are views into the θ of `network_`, so in-place changes are the network's
    own, and other arrays put in their place are taken over before the next call uses it.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions({"identity", "logistic", "tanh", "relu"})],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
    }
    _seed = 0
    coefs_: list[Array]
    intercepts_: list[Array]

    # ---------------------------------------------------------------- what differs

    @abstractmethod
    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, Array]:
        """Checked rows, and targets as rows of numbers or, for the softmax, as class numbers."""

    @abstractmethod
    def _units(self, target: Array) -> tuple[int, str]:
        """How many outputs there are, and their activation."""

    @abstractmethod
    def _loss(self) -> Loss:
        """What the outputs cost."""

    @abstractmethod
    def _score(self, X: Any, target: Array, weights: Array | None) -> float:
        """The validation score; NaN where the outputs are not finite."""

    # ---------------------------------------------------------------- learning

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn, from new weights on; with warm_start from those that are there.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows; float32 is computed in float32.
        y : array (N,) or (N, n_outputs)
            Targets.
        sample_weight : array (N,), optional
            What each row counts.
        """
        return self._fit(X, y, sample_weight, incremental=False)

    def _fit(self, X: Any, y: Any, sample_weight: Any, incremental: bool) -> Self:
        hidden = self.hidden_layer_sizes
        hidden = [int(units) for units in (hidden if hasattr(hidden, "__iter__") else [hidden])]
        if any(units <= 0 for units in hidden):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {hidden}.")
        first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        X, target = self._validate_input(X, y, incremental, reset=first)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        self._random_state = check_random_state(self.random_state)
        if first:
            self._initialize([X.shape[1], *hidden], target, X.dtype)
        self.n_outputs_ = len(self.intercepts_[-1])
        if self.solver == "lbfgs" and self.coefs_[0].dtype != np.float64:
            self.coefs_ = [W.astype(np.float64) for W in self.coefs_]
            self.intercepts_ = [b.astype(np.float64) for b in self.intercepts_]
        net = self._linked(float(X.shape[0] if weights is None else weights.sum()) or 1.0)
        if target.ndim == 2:
            target = target.astype(net.dtype, copy=False)
        if self.solver == "lbfgs":
            minimise(self, Batches(net, X, target, weights, float(self.alpha), X.shape[0]))
        else:
            self._fit_stochastic(net, X, target, weights, incremental)
        if not np.isfinite(net.theta).all():
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
                "preprocessed."
            )
        return self

    def _fit_stochastic(self, net: Network, X: Any, target: Array, weights: Array | None, incremental: bool) -> None:
        if not incremental or not hasattr(self, "_optimizer"):
            self._optimizer = Descent(self, net.theta)
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        rows, score = np.arange(X.shape[0]), None
        if self.early_stopping:
            if not hasattr(self, "_best_theta"):
                self._best_theta = net.theta.copy()
            # one output of a classifier is a yes-or-no question: both answers in each part
            strata = target.astype(bool) if self.n_outputs_ == 1 and hasattr(self, "classes_") else None
            rows, held = train_test_split(
                rows, random_state=self._random_state, test_size=self.validation_fraction, stratify=strata
            )
            if len(held) < 2:
                raise ValueError(
                    "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
                )
            X_held, y_held, w_held = X[held], target[held], None if weights is None else weights[held]

            def score() -> float:
                return float(self._score(X_held, y_held, w_held))

        size = min(200, len(rows)) if self.batch_size == "auto" else int(self.batch_size)
        if size > len(rows):
            warnings.warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped", stacklevel=4
            )
        batches = Batches(net, X, target, weights, float(self.alpha), min(size, len(rows)))
        descend(self, batches, self._optimizer, rows, score, incremental)

    def _initialize(self, sizes: list[int], target: Array, dtype: Any) -> None:
        """Weights and biases U(−r, r), r = √(6 / (inputs + outputs)), 2 in place of 6 for logistic units; counters at 0."""
        self.n_iter_, self.t_ = 0, 0
        self.n_outputs_, self.out_activation_ = self._units(target)
        sizes = [*sizes, self.n_outputs_]
        self.n_layers_ = len(sizes)
        self.coefs_, self.intercepts_ = [], []
        for inputs, units in pairwise(sizes):
            r = np.sqrt((2.0 if self.activation == "logistic" else 6.0) / (inputs + units))
            self.coefs_.append(self._random_state.uniform(-r, r, (inputs, units)).astype(dtype, copy=False))
            self.intercepts_.append(self._random_state.uniform(-r, r, units).astype(dtype, copy=False))
        if self.solver in STOCHASTIC:
            self.loss_curve_: list[float] = []
            self._no_improvement_count = 0
            stops = self.early_stopping
            self.validation_scores_: list[float] | None = [] if stops else None
            self.best_validation_score_ = -np.inf if stops else None
            self.best_loss_ = None if stops else np.inf
            self.__dict__.pop("_best_theta", None)

    # ---------------------------------------------------------------- the network

    @property
    def network_(self) -> Network:
        """The chainrule Network that does the work: equations, gradients, activations. Its θ is coefs_ and intercepts_."""
        check_is_fitted(self, "coefs_")
        return self._linked()

    def _linked(self, total: float = 1.0) -> Network:
        """The network, with the weights that the estimator has now; made again where it would be another one."""
        held, words = self.__dict__.get("_held"), (self.activation, self.out_activation_, self.alpha)
        if held is not None and held[1] == words and _same(held[2], self.coefs_) and _same(held[3], self.intercepts_):
            return held[0]  # type: ignore[no-any-return]
        coefs, intercepts = [np.asarray(W) for W in self.coefs_], [np.asarray(b) for b in self.intercepts_]
        dtype = np.float32 if np.result_type(np.float32, *coefs) == np.float32 else np.float64
        sizes = [coefs[0].shape[0], *(W.shape[1] for W in coefs)]
        net = held[0] if held is not None and held[1] == words else None
        if net is None or net.dtype != dtype or [W.shape for W in views(net)[0]] != list(pairwise(sizes)):
            net = build(sizes, self.activation, self._loss(), float(self.alpha) / total, dtype)
        put(net, coefs, intercepts)
        self.coefs_, self.intercepts_ = views(net)
        self._held = net, words, list(self.coefs_), list(self.intercepts_)
        return net

    def __getstate__(self) -> dict[str, Any]:
        """Without the network: it is made again from the weights."""
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_held"}

    def hidden(self, X: Any, layer: int = -1) -> Array:
        """The values of a hidden layer, its activation applied, (N, units).

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        layer : int
            Which one, from 0; -1 is the last.
        """
        check_is_fitted(self, "coefs_")
        net, sizes = self._linked(), [len(b) for b in self.intercepts_[:-1]]
        if not is_whole(layer) or not -len(sizes) <= layer < len(sizes):
            raise ParameterError(
                f"hidden(layer={layer!r}): layer must be a whole number from {-len(sizes)} to {len(sizes) - 1}."
            )
        X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        values = net.activations(X.toarray() if issparse(X) else X)
        k = layer % len(sizes) + 1
        return values[f"a{k}"] if f"a{k}" in values else values[f"z{k}"]

    def _outputs(self, X: Any) -> Array:
        """What the last layer gives for rows that are not checked yet."""
        net = self._linked()
        if "feature_names_in_" not in self.__dict__ and (quick := predict_again(net, X)) is not None:
            return quick
        return outputs(net, validate_data(self, X, accept_sparse=["csr", "csc"], reset=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
