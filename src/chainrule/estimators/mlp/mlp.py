"""MLP: the common part of MLPClassifier and MLPRegressor, from parameters to outputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from itertools import pairwise
from numbers import Integral, Real
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, _fit_context
from sklearn.model_selection import train_test_split
from sklearn.utils import column_or_1d
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
from ..common import REALS, Helpful, all_or_nothing, check_in_memory, warn
from ..fit_tasks import CallbackSupportMixin, FitTasks, with_callbacks
from ..processes import comm_of, common_stream, in_processes
from . import beyond
from . import nested as names
from .all_rows import Whole
from .batches import Batches
from .network import build, hidden_values, outputs, put, views
from .progress import Progress
from .solvers import Descent, Order, descend, minimize
from .validation import Held, Judge, check_pair, chosen
from .words import ACTIVATIONS, OF_OUTPUTS, OPTIMIZERS, SCHEDULES, SKLEARN_SCHEDULES, activations

STOCHASTIC = ("sgd", "adam")


class Examples(NamedTuple):
    """Checked training rows."""

    X: Any
    y: Array  # targets as the user gave them
    target: Array  # targets as the loss takes them
    weights: Array | None

    @property
    def total(self) -> float:
        """|Σ w|, or 1 if it is 0."""
        return abs(float(self.X.shape[0] if self.weights is None else self.weights.sum())) or 1.0


def _same(before: list[Array], now: list[Any]) -> bool:
    """Return True if these are the same arrays, whatever they hold."""
    return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))


class MLP(Helpful, names.NestedNames, CallbackSupportMixin, BaseEstimator, ABC):
    """The common part of both MLPs. Abstract.

    `coefs_` and `intercepts_` are the model. They are views into the θ of `network_`: in-place
    changes are changes of the network, and other arrays that the user puts in their place are
    copied into it before the next call uses it.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS)), Layer, list, tuple],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({*SKLEARN_SCHEDULES, *SCHEDULES}), callable],
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
    _penalty = 0.0, 1.0  # α and Σ w of the last fit
    coefs_: list[Array]
    intercepts_: list[Array]
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    _rest: dict[str, Array]  # by path: all other parameters and states
    _no_improvement_count: int

    # ---------------------------------------------------------------- what differs

    _numeric: ClassVar[bool]  # True: targets must be numbers

    @abstractmethod
    def _learn_classes(self, y: Array, incremental: bool) -> None:
        """Keep the classes, or compare them with the known classes."""

    @abstractmethod
    def _encode(self, y: Array, dtype: Any) -> Array:
        """Return targets as rows of numbers or, for the softmax, as class numbers."""

    @abstractmethod
    def _units(self, target: Array) -> tuple[Any, str]:
        """Return the number of outputs (a list for several heads) and their activation."""

    @abstractmethod
    def _loss(self) -> Loss:
        """Return the loss of the outputs."""

    @abstractmethod
    def _score(self, p: Array, target: Array, weights: Array | None) -> float:
        """Return the validation score of these predictions."""

    def _refuse_new(self, y: Array) -> None:
        """Raise ValueError for classes that are not known."""

    def _weigh(self, y: Array, weights: Array | None) -> Array | None:
        """Return the weight of each row."""
        return weights

    def _targets(self, target: Array) -> Any:
        """Return targets as the loss of the general Network takes them."""
        return target

    # ---------------------------------------------------------------- learning

    @in_processes
    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
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
        comm: Any = None,
    ) -> Self:
        """Train from new weights; with warm_start from the current ones.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows; float32 rows are computed in float32.
        y : array (N,) or (N, n_outputs)
            Targets.
        sample_weight : array (N,), optional
            The weight of each row.
        validation_data : (X_val, y_val) or (X_val, y_val, sample_weight_val), optional
            Your own validation rows. Their loss and score are recorded, and with early_stopping
            they decide in place of a part of X. This estimator gets them as they are: the steps of
            a Pipeline do not transform them.
        X_val, y_val, sample_weight_val : arrays, optional
            The same one by one, as scikit-learn's gradient boosting takes them. If metadata routing
            is on, Pipeline(..., transform_input=["X_val"]) transforms X_val like X.
        comm : communicator, optional
            As in `Network.fit`: its processes train together, and all get the fitted attributes.
            It needs a parameter beyond scikit-learn's, such as optimizer=Adam().
        """
        validation_data = chosen(
            type(self).__name__, validation_data, X_val, y_val, sample_weight_val
        )
        tasks = FitTasks(self, X, y, sample_weight, int(self.max_iter), self._fitted)
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
        """Check everything, then train; `tasks` None means `partial_fit`."""
        incremental = tasks is None
        hidden = names.hidden_sizes(self)
        if any(units <= 0 for units in hidden):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {hidden}.")
        first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        rows = self._examples(X, y, sample_weight, first, incremental)
        held = None if validation_data is None else self._given(validation_data, rows.X.dtype)
        general = beyond.goes_beyond(self)
        if comm_of(self) is not None and not general:
            raise ParameterError(
                f"{type(self).__name__}.fit(comm=...)",
                "a parameter beyond scikit-learn's",
                f"solver={self.solver!r} in scikit-learn's words, whose steps one process makes",
                "Write optimizer=chainrule.Adam(), or leave out comm.",
            )
        self._random_state = common_stream(self)
        stochastic = general or self.solver in STOCHASTIC
        if held is not None and not stochastic:
            where = f"{type(self).__name__}.fit(validation_data=...)"
            raise ParameterError(
                where, "a solver with epochs", "solver='lbfgs'", "Write optimizer='lbfgs'."
            )
        with self._weights_kept():
            if first:
                self._initialize([rows.X.shape[1], *hidden], rows.target, rows.X.dtype)
                if general:  # other parameters than weights of dense layers start fresh too
                    self.__dict__.pop("_held", None)
            if stochastic:
                self._train_by_epochs(rows, held, tasks, len(hidden), first)
            else:
                self._set_objective(rows, None, first)
                minimize(self, Whole(self, rows.X, rows.target, rows.weights), tasks)
            if not all(np.isfinite(a).all() for a in self.coefs_ + self.intercepts_):
                raise ValueError(
                    "Solver produced non-finite parameter weights. The input data may contain "
                    "large values and need to be preprocessed."
                )
        return self

    @contextmanager
    def _weights_kept(self) -> Iterator[None]:
        """Write the weights back into their arrays if what is done here fails."""
        arrays = [
            *getattr(self, "coefs_", ()),
            *getattr(self, "intercepts_", ()),
            *getattr(self, "_rest", {}).values(),
        ]
        before = [(a, a.copy()) for a in arrays if isinstance(a, np.ndarray) and a.flags.writeable]
        try:
            yield
        except BaseException:
            for array, values in before:
                array[...] = values
            raise

    def _examples(
        self, X: Any, y: Any, sample_weight: Any, first: bool, incremental: bool
    ) -> Examples:
        """Check and return the training rows."""
        X, y = self._checked(X, y, reset=first)
        self._learn_classes(y, incremental)
        target = self._encode(y, X.dtype)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        return Examples(X, y, target, self._weigh(y, weights))

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[Any, Array]:
        """Return rows and targets as scikit-learn checks them."""
        check_in_memory(self, X)
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

    def _train_by_epochs(
        self, rows: Examples, held: Held | None, tasks: FitTasks | None, layers: int, first: bool
    ) -> None:
        """Train by SGD, Adam or, beyond scikit-learn, by any optimizer of `Network.fit`."""
        incremental, general = tasks is None, beyond.goes_beyond(self)
        self._open_curves(first)
        learned, held = self._split(rows, incremental, held)
        n, weights = len(learned), rows.weights
        size = n if general and beyond.takes_all(self) else self._batch_size(n)
        share = 1.0 if weights is None else float(weights[learned].mean()) or 1.0
        structure = beyond.structure(self, layers, self._loss(), size * share) if general else None
        self._set_objective(rows, structure, first)
        net, target = self._linked(), rows.target
        if target.dtype.kind == "f":
            target = target.astype(net.dtype, copy=False)
        best = net.theta.copy() if self.early_stopping and first else None
        if held is not None:
            held.begin(net, None if general else size * share)
        course = self._optimizer_of(net, int(self.max_iter) * -(-n // size), incremental)
        progress = Progress(self, course.rate, n, held, self._no_improvement_count, best)
        if isinstance(course, Descent):
            order = Order(learned, self._random_state, self.shuffle)
            batches = Batches(net, rows.X, target, weights, float(self.alpha), size)
            descend(self, batches, course, order, progress, tasks)
        else:
            order = Order(learned, self._random_state, self.shuffle and not course.full_batch)
            held_targets = None if held is None else self._targets(held.target)
            examples = beyond.Examples(
                rows.X, self._targets(target), weights, size, order, held_targets
            )
            course.enter(net, self._random_state)
            beyond.fit(self, net, examples, course, progress, tasks)
        self._no_improvement_count = progress.idle

    def _optimizer_of(self, net: Network, steps: int, incremental: bool) -> Any:
        """Return the optimizer's state: a new one, or for `partial_fit` a copy of the last one.

        It is a copy so that a call that fails leaves the state as it was.
        """
        wanted = beyond.Course if beyond.goes_beyond(self) else Descent
        kept = getattr(self, "_optimizer", None) if incremental else None
        self._optimizer: Any
        if isinstance(kept, wanted):
            self._optimizer = deepcopy(kept)
        elif wanted is Descent:
            self._optimizer = Descent(self, net.theta)
        else:
            self._optimizer = beyond.Course(self, steps)
        return self._optimizer

    def _set_objective(
        self, rows: Examples, structure: beyond.Structure | None, first: bool
    ) -> None:
        """Set structure and penalty of the network, and the starting weights that the user gave."""
        self._structure, self._penalty = structure, (float(self.alpha), rows.total)
        if first and self.initial_weights:
            net = self._linked()
            initial.put(net.theta, net.programs.train, self.initial_weights)

    def _split(
        self, rows: Examples, incremental: bool, held: Held | None
    ) -> tuple[Array, Held | None]:
        """Return the numbers of the rows to train on, and the rows to validate on."""
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        X, y, target, weights = rows
        learned = np.arange(X.shape[0])
        if self.early_stopping and held is None:
            # one output of a classifier is a yes-or-no question: both answers in each part
            binary = self.n_outputs_ == 1 and hasattr(self, "classes_")
            learned, out = train_test_split(
                learned,
                random_state=self._random_state,
                test_size=self.validation_fraction,
                stratify=target.astype(bool) if binary else None,
            )
            if len(out) < 2:
                raise ValueError(
                    "The validation set is too small. Increase 'validation_fraction' or the size "
                    "of your dataset."
                )
            own = None if weights is None else weights[out]
            held = Held(self._judge(), X[out], y[out], target[out], own)
        if held is not None and getattr(self, "validation_scores_", None) is None:
            self.validation_scores_, self.validation_loss_curve_ = [], []
        return learned, held

    def _given(self, validation_data: Any, dtype: Any) -> Held:
        """Check and return the validation rows that the user gave."""
        check_pair(validation_data)
        X, y = self._checked(validation_data[0], validation_data[1], reset=False)
        self._refuse_new(y)
        weights = _check_sample_weight(validation_data[2], X) if len(validation_data) == 3 else None
        X = X.astype(dtype, copy=False)
        return Held(self._judge(), X, y, self._encode(y, dtype), weights)

    def _judge(self) -> Judge:
        """Return what scores validation rows."""
        return Judge(self, self._linked, self._score, self._nameless)

    def _nameless(self) -> Self:
        """Return a copy that shares the weights and has no feature names."""
        made = copy(self)
        made._held = self._held
        made.__dict__.pop("feature_names_in_", None)
        return made

    def _batch_size(self, n: int) -> int:
        """Return the rows of a step."""
        size = min(200, n) if self.batch_size == "auto" else int(self.batch_size)
        if size > n:
            warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"
            )
        return min(size, n)

    def _initialize(self, sizes: list[int], target: Array, dtype: Any) -> None:
        """Draw weights and biases from U(−r, r), r = √(6 / (inputs + outputs)); reset the counters.

        Logistic units have 2 in place of 6.
        """
        self.n_iter_, self.t_ = 0, 0
        outputs, self.out_activation_ = self._units(target)
        heads = outputs if isinstance(outputs, list) else [outputs]
        self.n_outputs_, self.n_layers_ = sum(heads), len(sizes) + 1
        deep = len(sizes) - 1
        # As in scikit-learn, without hidden layers a single activation counts for the outputs.
        one = isinstance(self.activation, str)
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
        """Begin empty curves, or copies of the curves that a warm start continues.

        A warm start keeps its curves, also if another setting now decides when it ends.
        """
        stops = self.early_stopping
        if anew or not hasattr(self, "loss_curve_"):
            self.loss_curve_: list[float] = []
            self._no_improvement_count = 0
            self.validation_scores_ = [] if stops else None
            self.validation_loss_curve_ = [] if stops else None
            self.best_validation_score_ = self.best_loss_ = None
        else:
            for name in ("loss_curve_", "validation_scores_", "validation_loss_curve_"):
                if getattr(self, name, None) is not None:
                    setattr(self, name, list(getattr(self, name)))
        if stops and self.best_validation_score_ is None:
            self.best_validation_score_ = -np.inf
        if not stops and self.best_loss_ is None:
            self.best_loss_ = np.inf

    # ---------------------------------------------------------------- the network

    @property
    def network_(self) -> Network:
        """The chainrule Network: equations, gradients, activations.

        Its θ is coefs_ and intercepts_.
        """
        check_is_fitted(self, "coefs_")
        return self._linked()

    @property
    def _depth(self) -> int:
        """The number of coefs_ that belong to hidden layers."""
        classes = getattr(self, "classes_", None)
        return len(self.coefs_) - (len(classes) if isinstance(classes, list) else 1)

    def _linked(self) -> Network:
        """Return the network with the current weights; make a new one if its structure changed."""
        own, held = self.__dict__.get("_structure"), self.__dict__.get("_held")
        words = own or (self.activation, self.out_activation_, self._penalty[0])
        net: Network | None = held[0] if held is not None and held[1] == words else None
        if (
            net is not None
            and held is not None
            and _same(held[2], self.coefs_)
            and _same(held[3], self.intercepts_)
        ):
            return net
        coefs = [np.asarray(W) for W in self.coefs_]
        intercepts = [np.asarray(b) for b in self.intercepts_]
        dtype = np.float32 if np.result_type(np.float32, *coefs) == np.float32 else np.float64
        if (
            net is None
            or net.dtype != dtype
            or [W.shape for W in views(net)[0]] != [W.shape for W in coefs]
        ):
            net = self._built(coefs, own, dtype)
        put(net, coefs, intercepts, self.__dict__.get("_rest"))
        self.coefs_, self.intercepts_, self._rest = views(net)
        self._held = net, words, list(self.coefs_), list(self.intercepts_)
        return net

    def _built(self, coefs: list[Array], own: beyond.Structure | None, dtype: Any) -> Network:
        """Return a new network for weights of these shapes."""
        deep, (alpha, total) = self._depth, self._penalty
        sizes: list[Any] = [coefs[0].shape[0], *(W.shape[1] for W in coefs[:deep])]
        heads = [W.shape[1] for W in coefs[deep:]]
        sizes.append(heads if len(heads) > 1 else heads[0])
        if own is not None:
            return build(sizes, own.after, own.loss, own.penalty, dtype)
        rate = alpha / total
        after = [() if layer is None else (layer,) for layer in activations(self, deep)]
        loss = OF_OUTPUTS[self.out_activation_]
        return build(sizes, after, loss, L2(rate) if rate else None, dtype)

    def _fitted(self) -> dict[str, Any]:
        """Return the attributes of a copy that predicts as this estimator does now."""
        coefs, intercepts, rest = deepcopy((self.coefs_, self.intercepts_, self._rest))
        return {"coefs_": coefs, "intercepts_": intercepts, "_rest": rest, "_held": None}

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the network, which is made again from the weights."""
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_held"}

    def hidden(self, X: Any, layer: int = -1) -> Array:
        """Return the values of a hidden layer after its activation, (N, units).

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        layer : int
            The number of the layer, from 0; -1 is the last.
        """
        check_is_fitted(self, "coefs_")
        net, deep = self._linked(), self._depth
        if not is_whole(layer) or not -deep <= layer < deep:
            raise ParameterError(
                f"hidden(layer={layer!r}): layer must be a whole number from {-deep} to {deep - 1}."
            )
        X = self._answerable(X)
        return hidden_values(net, X.toarray() if issparse(X) else X, layer % deep)

    def _outputs(self, X: Any) -> Array:
        """Return the outputs of the last layer for rows that are not checked yet."""
        net = self._linked()
        if (
            "feature_names_in_" not in self.__dict__
            and (quick := predict_again(net, X)) is not None
        ):
            return quick
        return outputs(net, self._answerable(X))

    def _answerable(self, X: Any) -> Any:
        """Return checked rows to answer for; there may be none."""
        check_in_memory(self, X)
        return validate_data(
            self, X, accept_sparse=["csr", "csc"], reset=False, ensure_min_samples=0
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
