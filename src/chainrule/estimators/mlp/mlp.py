"""What MLPClassifier and MLPRegressor share: parameters, starting weights, fitting, outputs."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from copy import deepcopy
from itertools import pairwise
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, _fit_context
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ...arrays import Array
from ...errors import ParameterError
from ...layers.base import Layer
from ...layers.sigmoid import Sigmoid
from ...losses.base import Loss
from ...losses.penalty import L2
from ...model import weights as initial
from ...model.scoring import predict_again
from ...network import Network
from ...optimizers.base import Optimizer
from ...settings import is_whole
from ..fit_tasks import CallbackSupportMixin, FitTasks, with_callbacks
from . import beyond
from . import nested as names
from .all_rows import Whole
from .batches import Batches
from .network import build, hidden_values, outputs, put, views
from .solvers import Descent, descend, minimise
from .validation import Held, chosen, given
from .words import ACTIVATIONS, OF_OUTPUTS, OPTIMIZERS, SCHEDULES, THEIR_SCHEDULES, activations

REALS = (np.float64, np.float32)
STOCHASTIC = ("sgd", "adam")


def _same(before: list[Array], now: list[Any]) -> bool:
    """Whether these are the same arrays; what they hold does not matter."""
    return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))


class MLP(names.NestedNames, CallbackSupportMixin, BaseEstimator, ABC):
    """The common part; it is not made itself.

    `coefs_` and `intercepts_` are the model. They are views into the θ of `network_`, so in-place changes are the network's
    own, and other arrays put in their place are taken over before the next call uses it.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS)), Layer, list, tuple],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({*THEIR_SCHEDULES, *SCHEDULES}), callable],
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
        "optimizer": [StrOptions(set(OPTIMIZERS)), Optimizer, list, tuple, None],
        "dropout": [Interval(Real, 0, 1, closed="left"), list, tuple],
        "normalization": [StrOptions({"batch", "layer"}), None],
        "l1": [Interval(Real, 0, None, closed="left")],
        "callbacks": [list, tuple],
        "initial_weights": [dict, None],
        "scoring": [str, callable, None],
        "n_layers": [Interval(Integral, 0, None, closed="left"), None],
        "n_units": [Interval(Integral, 1, None, closed="left"), None],
    }
    _seed = 0
    _penalty = 0.0, 1.0  # α and Σ w of the last fit
    coefs_: list[Array]
    intercepts_: list[Array]
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    _rest: dict[str, Array]  # by path: parameters and state that are no weights of dense layers

    # ---------------------------------------------------------------- what differs

    _numeric: ClassVar[bool]  # whether targets must be numbers

    @abstractmethod
    def _learn_classes(self, y: Array, incremental: bool) -> None:
        """Remember the classes, or compare with those that are known."""

    @abstractmethod
    def _encode(self, y: Array, dtype: Any) -> Array:
        """Targets as rows of numbers or, for the softmax, as class numbers."""

    @abstractmethod
    def _units(self, target: Array) -> tuple[Any, str]:
        """How many outputs there are, and their activation; a list: of each head."""

    @abstractmethod
    def _loss(self) -> Loss:
        """What the outputs cost."""

    @abstractmethod
    def _score(self, p: Array, target: Array, weights: Array | None) -> float:
        """The validation score of these predictions."""

    def _refuse_new(self, y: Array) -> None:
        """Classes that were never seen are an error."""

    def _weigh(self, y: Array, weights: Array | None) -> Array | None:
        """What each row counts."""
        return weights

    def _targets(self, target: Array) -> Any:
        """As the loss of the general Network takes them."""
        return target

    # ---------------------------------------------------------------- learning

    @_fit_context(prefer_skip_nested_validation=True)
    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation_data: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Learn, from new weights on; with warm_start from those that are there.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows; float32 is computed in float32.
        y : array (N,) or (N, n_outputs)
            Targets.
        sample_weight : array (N,), optional
            What each row counts.
        validation_data : (X_val, y_val) or (X_val, y_val, sample_weight_val), optional
            Validation rows of your own: their loss and score are recorded, and with early_stopping they decide instead of a part
            of X. They are what this estimator takes: in a Pipeline nothing scales them.
        X_val, y_val, sample_weight_val : arrays, optional
            The same, one by one, as scikit-learn's gradient boosting has them. Pipeline(..., transform_input=["X_val"]) then
            does to X_val what it does to X, where metadata routing is on.
        """
        validation_data = chosen(
            type(self).__name__, validation_data, X_val, y_val, sample_weight_val
        )
        tasks = FitTasks(self, X, y, sample_weight, int(self.max_iter))
        self._fit(X, y, sample_weight, tasks, validation_data)
        tasks.ends()
        return self

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        tasks: FitTasks | None,
        validation_data: Any = None,
    ) -> Self:
        """`tasks` None: `partial_fit`."""
        incremental = tasks is None
        hidden = names.hidden_sizes(self)
        if any(units <= 0 for units in hidden):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {hidden}.")
        first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        X, y = self._checked(X, y, reset=first)
        self._learn_classes(y, incremental)
        target = self._encode(y, X.dtype)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        weights = self._weigh(y, weights)
        held = None if validation_data is None else given(self, validation_data, X.dtype)
        self._random_state = check_random_state(self.random_state)
        general = beyond.goes_beyond(self)
        stochastic = general or self.solver in STOCHASTIC
        if held is not None and not stochastic:
            where = f"{type(self).__name__}.fit(validation_data=...)"
            raise ParameterError(
                where, "a solver with epochs", "solver='lbfgs'", "Write optimizer='lbfgs'."
            )
        if first:
            self._initialize([X.shape[1], *hidden], target, X.dtype)
            if general:
                self.__dict__.pop(
                    "_held", None
                )  # what is no weight of a dense layer begins anew as well
        rows, size = np.arange(X.shape[0]), X.shape[0]
        if stochastic:
            self._open_curves(first)
            rows, held = self._split(X, y, target, weights, incremental, held)
            size = len(rows) if general and beyond.takes_all(self) else self._batch_size(len(rows))
            share = 1.0 if weights is None else float(weights[rows].mean()) or 1.0
        self._structure = (
            beyond.structure(self, len(hidden), self._loss(), size * share) if general else None
        )
        self._penalty = (
            float(self.alpha),
            abs(float(X.shape[0] if weights is None else weights.sum())) or 1.0,
        )
        if first and self.initial_weights:
            initial.put(self._linked().theta, self._linked().programs.train, self.initial_weights)
        if stochastic:
            net = self._linked()
            if target.dtype.kind == "f":
                target = target.astype(net.dtype, copy=False)
            if (
                self.early_stopping
            ):  # who goes on and finds no better score ends with the last weights, as theirs
                self._best_theta = net.theta.copy() if first else net.theta
            kept = getattr(self, "_optimizer", None) if incremental else None
            if kept is None or isinstance(kept, Descent) is general:
                steps = int(self.max_iter) * -(-len(rows) // size)
                self._optimizer: Any = (
                    beyond.Course(self, steps) if general else Descent(self, net.theta)
                )
            if held is not None:
                held.begin(net, None if general else size * share)
            if general:
                pair = None if held is None else (held, self._targets(held.target))
                beyond.fit(self, net, X, self._targets(target), weights, rows, size, pair, tasks)
            else:
                batches = Batches(net, X, target, weights, float(self.alpha), size)
                descend(self, batches, self._optimizer, rows, held, tasks)
        else:
            minimise(self, Whole(self, X, target, weights), tasks)
        if not all(np.isfinite(a).all() for a in self.coefs_ + self.intercepts_):
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
                "preprocessed."
            )
        return self

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Any, Array]:
        """Rows and targets as scikit-learn checks them."""
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=self._numeric,
            dtype=REALS,
            reset=reset,
        )
        return X, column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    def _split(
        self,
        X: Any,
        y: Array,
        target: Array,
        weights: Array | None,
        incremental: bool,
        held: Held | None,
    ) -> tuple[Array, Held | None]:
        """The rows to train on, and those to validate on."""
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        rows = np.arange(X.shape[0])
        if self.early_stopping and held is None:
            # one output of a classifier is a yes-or-no question: both answers in each part
            strata = (
                target.astype(bool) if self.n_outputs_ == 1 and hasattr(self, "classes_") else None
            )
            rows, out = train_test_split(
                rows,
                random_state=self._random_state,
                test_size=self.validation_fraction,
                stratify=strata,
            )
            if len(out) < 2:
                raise ValueError(
                    "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
                )
            held = Held(
                self, X[out], y[out], target[out], None if weights is None else weights[out]
            )
        if held is not None and getattr(self, "validation_scores_", None) is None:
            self.validation_scores_, self.validation_loss_curve_ = [], []
        return rows, held

    def _batch_size(self, n: int) -> int:
        """Rows of a step."""
        size = min(200, n) if self.batch_size == "auto" else int(self.batch_size)
        if size > n:
            warnings.warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
                stacklevel=6,
            )
        return min(size, n)

    def _initialize(self, sizes: list[int], target: Array, dtype: Any) -> None:
        """Weights and biases U(−r, r), r = √(6 / (inputs + outputs)), 2 in place of 6 for logistic units; counters at 0."""
        self.n_iter_, self.t_ = 0, 0
        outputs, self.out_activation_ = self._units(target)
        heads = outputs if isinstance(outputs, list) else [outputs]
        self.n_outputs_, self.n_layers_ = sum(heads), len(sizes) + 1
        deep = len(sizes) - 1
        one = isinstance(
            self.activation, str
        )  # without hidden layers theirs counts for the outputs
        own = activations(self, deep or int(one)) or [None]
        logistic = [isinstance(layer, Sigmoid) for layer in own]
        self.coefs_, self.intercepts_ = [], []
        shapes = [*pairwise(sizes), *((sizes[-1], units) for units in heads)]
        for k, (inputs, units) in enumerate(shapes):
            r = np.sqrt((2.0 if logistic[min(k, len(logistic) - 1)] else 6.0) / (inputs + units))
            self.coefs_.append(
                self._random_state.uniform(-r, r, (inputs, units)).astype(dtype, copy=False)
            )
            self.intercepts_.append(
                self._random_state.uniform(-r, r, units).astype(dtype, copy=False)
            )
        self._rest = {}

    def _open_curves(self, anew: bool) -> None:
        """Empty curves; those of a warm start go on, also where another setting decides from now on when it ends."""
        stops = self.early_stopping
        if anew or not hasattr(self, "loss_curve_"):
            self.loss_curve_: list[float] = []
            self._no_improvement_count = 0
            self.validation_scores_ = [] if stops else None
            self.validation_loss_curve_ = [] if stops else None
            self.best_validation_score_ = self.best_loss_ = None
        if stops and self.best_validation_score_ is None:
            self.best_validation_score_ = -np.inf
        if not stops and self.best_loss_ is None:
            self.best_loss_ = np.inf

    # ---------------------------------------------------------------- the network

    @property
    def network_(self) -> Network:
        """The chainrule Network that does the work: equations, gradients, activations. Its θ is coefs_ and intercepts_."""
        check_is_fitted(self, "coefs_")
        return self._linked()

    @property
    def _depth(self) -> int:
        """How many of coefs_ belong to hidden layers."""
        classes = getattr(self, "classes_", None)
        return len(self.coefs_) - (len(classes) if isinstance(classes, list) else 1)

    def _linked(self) -> Network:
        """The network, with the weights that the estimator has now; made again where it would be another one."""
        own, (alpha, total) = self.__dict__.get("_structure"), self._penalty
        held, words = (
            self.__dict__.get("_held"),
            own or (self.activation, self.out_activation_, alpha),
        )
        if (
            held is not None
            and held[1] == words
            and _same(held[2], self.coefs_)
            and _same(held[3], self.intercepts_)
        ):
            return held[0]  # type: ignore[no-any-return]
        coefs, intercepts = (
            [np.asarray(W) for W in self.coefs_],
            [np.asarray(b) for b in self.intercepts_],
        )
        dtype = np.float32 if np.result_type(np.float32, *coefs) == np.float32 else np.float64
        net = held[0] if held is not None and held[1] == words else None
        if (
            net is None
            or net.dtype != dtype
            or [W.shape for W in views(net)[0]] != [W.shape for W in coefs]
        ):
            deep = self._depth
            sizes: list[Any] = [coefs[0].shape[0], *(W.shape[1] for W in coefs[:deep])]
            heads = [W.shape[1] for W in coefs[deep:]]
            sizes.append(heads if len(heads) > 1 else heads[0])
            if own is None:
                rate = alpha / total
                behind = [() if layer is None else (layer,) for layer in activations(self, deep)]
                net = build(
                    sizes,
                    behind,
                    OF_OUTPUTS[self.out_activation_],
                    L2(rate) if rate else None,
                    dtype,
                )
            else:
                net = build(sizes, own.behind, own.loss, own.penalty, dtype)
        put(net, coefs, intercepts, self.__dict__.get("_rest"))
        self.coefs_, self.intercepts_, self._rest = views(net)
        self._held = net, words, list(self.coefs_), list(self.intercepts_)
        return net

    def _fitted(self) -> dict[str, Any]:
        """What a copy needs to predict as this estimator would now, with weights of its own."""
        names = "coefs_", "intercepts_", "_rest", "_held"
        return dict(
            zip(names, (*deepcopy((self.coefs_, self.intercepts_, self._rest)), None), strict=True)
        )

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
        net, deep = self._linked(), self._depth
        if not is_whole(layer) or not -deep <= layer < deep:
            raise ParameterError(
                f"hidden(layer={layer!r}): layer must be a whole number from {-deep} to {deep - 1}."
            )
        X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        return hidden_values(net, X.toarray() if issparse(X) else X, layer % deep)

    def _outputs(self, X: Any) -> Array:
        """What the last layer gives for rows that are not checked yet."""
        net = self._linked()
        if (
            "feature_names_in_" not in self.__dict__
            and (quick := predict_again(net, X)) is not None
        ):
            return quick
        return outputs(net, validate_data(self, X, accept_sparse=["csr", "csc"], reset=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
