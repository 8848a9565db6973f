"""NetworkEstimator: parameters, rows, training and hidden values of the estimators of a Network."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ...arrays import Array
from ...errors import ParameterError, ShapeError
from ...graph.program import Shape
from ...layers import Dense, ReLU
from ...layers.base import Layer
from ...layers.sequential import check_layers
from ...losses.base import Loss
from ...network import Network
from ...optimizers.base import Optimizer
from ...training.callbacks import Callback, EarlyStopping
from ...training.history import History
from ...training.updates import behind_optimizer
from ..common import Checked, check_in_memory, spoken, warn
from ..dense_rows import dense
from ..fit_tasks import CallbackSupportMixin, EpochTasks, FitTasks
from ..mlp.validation import check_pair
from ..nested import Nested
from ..processes import comm_of, common_seed
from .hidden_part import hidden_part
from .images import rank, shape_of_rows, with_channels
from .own_head import Ending

USUAL = (Dense(64), ReLU())  # hidden layers for rows of numbers
FAST = ("float32", "float64", "uint8")  # types that an engine casts while it gathers rows


@contextmanager
def _as_it_was(net: Network, known: bool) -> Iterator[None]:
    """Put a known network back as it was if its training fails: weights, slots and counters."""
    before = net.run_state.copy() if known else None
    try:
        yield
    except BaseException:
        if before is not None:
            net.run_state.restore(before)
        raise


class NetworkEstimator(Checked, Nested, CallbackSupportMixin, BaseEstimator, ABC):
    """An estimator whose `fit` makes a network and keeps it as `network_`. Abstract."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "loss": [Loss, None],
        "optimizer": [Optimizer, tuple, list, None],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "early_stopping": ["boolean"],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "callbacks": [tuple, list, callable, Callback],
        "warm_start": ["boolean"],
        "initial_weights": [dict, None],
        "dtype": [StrOptions({"float32", "float64"}), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }
    _images = False  # True: every row is an image
    augment: Any = None
    image_shape: Any = None
    loss: Loss | None
    network_: Network
    loss_curve_: list[float]

    # ---------------------------------------------------------------- what differs

    @abstractmethod
    def _layers(self, shape: Shape, units: int) -> tuple[Layer, ...]:
        """Return all layers, for rows of this shape and this many outputs."""

    # ---------------------------------------------------------------- rows

    def _shape_of_rows(self, given: Shape) -> Shape:
        """Return the shape of one row for the network, given that of a row of X."""
        return shape_of_rows(type(self).__name__, given, self.image_shape, images=False)

    def _rows(
        self,
        X: Any,
        y: Any = "no_validation",
        *,
        reset: bool = False,
        like: Shape | None = None,
        **options: Any,
    ) -> Any:
        """Return checked rows in the shape that the network takes; with y a pair of rows and y.

        `like` is the shape of one training row, while the network is not made yet.
        """
        name = type(self).__name__
        if not reset and like is None:
            check_is_fitted(self, "network_")
        check_in_memory(self, X)
        if issparse(X):
            X = dense(name, X)
        shape: Shape | None = None
        if rank(X) > 2:  # scikit-learn checks them as rows of numbers
            X = np.asarray(X)
            shape = X.shape[1:]
            X = X.reshape(len(X), math.prod(shape))
        if isinstance(y, str) and not reset and like is None:  # no rows have no answers
            options.setdefault("ensure_min_samples", 0)
        checked = validate_data(self, X, y, dtype="numeric", reset=reset, **options)
        rows = checked[0] if isinstance(checked, tuple) else checked
        inputs = self._shape_of_rows(shape or rows.shape[1:])
        known = like
        if not reset and like is None and self.network_.inputs is not None:
            known = self.network_.inputs["x"]
        if known is not None:
            if shape is not None and with_channels(shape) != with_channels(known):
                raise ShapeError(
                    f"{name}: X",
                    f"rows of shape {known}",
                    f"{shape}",
                    "Give rows like those of fit.",
                )
            inputs = known
        rows = rows.reshape(len(rows), *inputs)
        if rows.dtype.name not in FAST:
            rows = rows.astype(np.float64)
        return (rows, *checked[1:]) if isinstance(checked, tuple) else rows

    def _validation_rows(self, given: Any, like: Shape, **options: Any) -> tuple[Any, Any, Any]:
        """Return the user's validation rows, y and weights, checked; `like` is a training row."""
        check_pair(given)
        X, y, *rest = given
        rows, y = self._rows(X, y, like=like, multi_output=True, **options)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        weights = rest[0] if rest else None
        if weights is not None:
            weights = _check_sample_weight(weights, rows, ensure_non_negative=True)
        return rows, y, weights

    # ---------------------------------------------------------------- training

    def _goes_on(self, incremental: bool) -> bool:
        """Return True if this call trains an existing network further."""
        return hasattr(self, "network_") and (incremental or bool(self.warm_start))

    def _loss(self, usual: Loss, goes_on: bool) -> Loss:
        """Return the loss of this call: a network that is trained further keeps its own."""
        chosen: Loss = self.network_.loss if goes_on else usual if self.loss is None else self.loss
        return chosen

    def _tasks(self, X: Any, y: Any, sample_weight: Any, once: bool) -> FitTasks | None:
        """Return the tasks for scikit-learn's callbacks; `partial_fit` has none."""
        return None if once else FitTasks(self, X, y, sample_weight, int(self.epochs))

    def _train(
        self,
        rows: Array,
        targets: Any,
        weights: Array | None,
        loss: Any,
        units: Any,
        tasks: FitTasks | None,
        validation: tuple[Any, ...] | None = None,
    ) -> None:
        """Train on checked rows and store the results; `tasks` None means `partial_fit`."""
        once = tasks is None
        goes_on = self._goes_on(once)
        rule = deepcopy(self.optimizer)
        averages = rule is not None and behind_optimizer(rule)[2] is not None
        net: Network
        if goes_on:  # from the weights that were averaged, not from their average
            net = self.__dict__.get("_trained", self.network_)
        else:
            net = self._made(rows, loss, units)

        def fitted(run: Any) -> dict[str, Any]:
            now = net.averaged() if averages else net.twin(net.theta)
            return self._of(self._in_users_unit(now))

        callbacks = self._copied_callbacks()
        tasks_of_epochs = [] if tasks is None else [EpochTasks(tasks, fitted)]
        with _as_it_was(net, goes_on):
            history: History = net.fit(
                rows,
                targets,
                sample_weight=weights,
                augment=self.augment,
                callbacks=[
                    *callbacks,
                    *tasks_of_epochs,
                    *self._stopping(once, validation is not None),
                ],
                epochs=1 if once else int(self.epochs),
                batch_size=self.batch_size,
                optimizer=rule,
                validation_data=validation,
                validation_fraction=0.0 if once or validation else float(self.validation_fraction),
                verbose=spoken(self.verbose),
                comm=comm_of(self),
            )
        if history.stopped == "interrupted":
            warn("Training interrupted by user.")
        self.__dict__.pop("_trained", None)
        shown = net
        if averages:
            self._trained, shown = net, net.averaged()
            if shown.state and not once:
                shown.calibrate(rows)
        if (unit := self._in_users_unit(shown)) is not shown:
            self._trained, shown = net, unit
        for name, value in self._of(shown).items():
            setattr(self, name, value)
        self.history_, self.callbacks_ = history, callbacks
        self.loss_curve_ = (self.loss_curve_ if goes_on else []) + history.loss.tolist()
        self.n_iter_ = len(history)
        if tasks is not None:
            tasks.ends()

    def _in_users_unit(self, network: Network) -> Network:
        """Return the network that users see, for one that was trained."""
        return network

    def _copied_callbacks(self) -> list[Any]:
        """Return copies of the callbacks, so that the parameter stays as it is."""
        given = self.callbacks if isinstance(self.callbacks, (tuple, list)) else (self.callbacks,)
        return [deepcopy(c) if isinstance(c, Callback) else c for c in given]

    def _of(self, network: Network) -> dict[str, Any]:
        """Return the attributes that follow from the network."""
        return {"network_": network}

    def _stopping(self, once: bool, validated: bool) -> list[EarlyStopping]:
        """Return the callback of early stopping, or nothing if `early_stopping` is off."""
        if once or not self.early_stopping:
            return []
        monitor = "val_loss" if self.validation_fraction or validated else "loss"
        return [
            EarlyStopping(
                monitor=monitor, patience=int(self.n_iter_no_change), min_delta=float(self.tol)
            )
        ]

    def _made(self, rows: Array, loss: Any, units: Any) -> Network:
        """Return a new network for rows like these; several heads come in place of `units`."""
        dtype: Any = self.dtype or ("float64" if rows.dtype == np.float64 else "float32")
        shape = rows.shape[1:]
        net = Network(
            *self._layers(shape, units),
            loss=loss,
            inputs=shape,
            seed=common_seed(self),
            dtype=dtype,
            initial_weights=self.initial_weights,
        )
        if not isinstance(units, Layer) and net.programs.output[1:] != (units,):
            got = f"{net.programs.output[1:]}"
            raise ParameterError(
                type(self).__name__,
                f"outputs of shape ({units},)",
                got,
                f"End with Dense({units}).",
            )
        return net

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # ---------------------------------------------------------------- seeing inside

    def hidden(self, X: Any, layer: int = -1) -> Array:
        """Return the values of a hidden layer, after all layers before the next one with weights.

        Parameters
        ----------
        X : array (N, n_features), or images
            Rows.
        layer : int
            The number of the layer, from 0; -1 is the last.
        """
        rows = self._rows(X)
        values: Array = hidden_part(f"{type(self).__name__}.hidden", self.network_, layer).predict(
            rows
        )
        return values


class LayeredEstimator(NetworkEstimator):
    """Estimators with layers of the user; the output layer follows the data. Abstract."""

    layers: Any
    output: Layer | None
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **NetworkEstimator._parameter_constraints,
        "augment": [tuple, list, callable, None],
        "layers": [tuple, list, Layer, None],  # None: for estimators with default layers
        "output": [Layer, None],
        "image_shape": [tuple, list, None],
    }

    def _hidden_layers(self, shape: Shape) -> tuple[Layer, ...]:
        """Return the layers before the output layer."""
        given = self.layers if isinstance(self.layers, (tuple, list)) else (self.layers,)
        return check_layers(type(self).__name__, given)

    def _ending(self, shape: Shape) -> Ending | None:
        """Return how the layers of the user end; None if the output layer is given apart."""
        if self.layers is None or self.output is not None:
            return None
        return Ending.of(self._hidden_layers(shape), shape)

    def _has_head(self, ending: Ending, units: int) -> bool:
        """Return True if the layers already end with the output layer."""
        return ending.units == units and ending.kind != "other"

    def _complete(self, ending: Ending) -> tuple[Layer, ...]:
        """Return all layers, where the user's end with the output layer."""
        return ending.layers

    def _layers(self, shape: Shape, units: int) -> tuple[Layer, ...]:
        ending = self._ending(shape)
        if ending is not None and self._has_head(ending, units):
            return self._complete(ending)
        return *self._hidden_layers(shape), Dense(units) if self.output is None else self.output
