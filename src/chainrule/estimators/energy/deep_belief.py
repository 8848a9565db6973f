"""DeepBelief: the common part of both deep belief estimators, from scaling to fine-tuning."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from ...arrays import Array
from ...energy import CD, DeepBeliefNetwork
from ...errors import ParameterError
from ...network import Network
from ...optimizers import Adam, Momentum
from ...settings import is_number, is_whole
from ..common import REALS, SafeParams, spoken, warn
from ..dense_rows import dense
from ..fit_tasks import CallbackSupportMixin, EpochTasks, FitTasks
from ..processes import comm_of, common_seed


class DeepBelief(SafeParams, CallbackSupportMixin, BaseEstimator):
    """Parameters, the scaling of columns, and the training of the stack. Abstract."""

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        *,
        kind: Literal["binary", "gaussian"] = "binary",
        scale: bool = True,
        learning_rate: float = 0.1,
        n_iter: int = 10,
        learning_rate_init: float = 0.01,
        max_iter: int = 200,
        batch_size: int = 32,
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.kind = kind
        self.scale = scale
        self.learning_rate = learning_rate
        self.n_iter = n_iter
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.verbose = verbose
        self.random_state = random_state

    def _tasks(self, X: Any, y: Any) -> FitTasks:
        """Check the parameters; return the tasks: epochs of each RBM, then those of fine-tuning."""
        self._check_parameters()
        return FitTasks(self, X, y, epochs=len(self._sizes) * self.n_iter + self.max_iter)

    def _pre_train(self, X: Array, tasks: FitTasks) -> Array:
        """Train the stack layer by layer on the rows of X; return the scaled rows."""
        self._measure(X)
        rows, self._seed = self._scaled(X), common_seed(self)
        dtype: Any = X.dtype.name
        stack = DeepBeliefNetwork(*self._sizes, kind=self.kind, seed=self._seed, dtype=dtype)
        optimizer = Momentum(lr=float(self.learning_rate), momentum=0.5)
        histories = stack.fit(
            rows,
            sampler=CD(),
            optimizer=optimizer,
            epochs=self.n_iter,
            callbacks=EpochTasks(tasks),
            **self._options,
        )
        self._interrupted = any(history.stopped == "interrupted" for history in histories)
        self.stack_ = stack
        return rows

    def _fine_tune(self, network: Network, X: Array, y: Array, tasks: FitTasks) -> None:
        """Train all layers by back-propagation, and store the results."""
        optimizer = Adam(lr=float(self.learning_rate_init))
        epochs_as_tasks = EpochTasks(tasks, lambda run: self._of(network.twin(run.net.theta)))
        epochs = 0 if self._interrupted else self.max_iter
        history = network.fit(
            X, y, optimizer=optimizer, epochs=epochs, callbacks=epochs_as_tasks, **self._options
        )
        if self._interrupted or history.stopped == "interrupted":
            warn("Training interrupted by user.")
        for name, value in self._of(network).items():
            setattr(self, name, value)
        self.loss_curve_, self.n_iter_ = history.loss.tolist(), len(history)

    def _of(self, network: Network) -> dict[str, Any]:
        """Return the attributes that follow from the network."""
        return {"network_": network}

    @property
    def _options(self) -> dict[str, Any]:
        """The options of every fit."""
        return {
            "batch_size": self.batch_size,
            "verbose": spoken(self.verbose),
            "comm": comm_of(self),
        }

    @property
    def _sizes(self) -> tuple[int, ...]:
        return (
            (self.hidden_layer_sizes,)
            if is_whole(self.hidden_layer_sizes)
            else tuple(self.hidden_layer_sizes)
        )

    # ---- columns

    def _measure(self, X: Array) -> None:
        """Set offset_ and scale_: for binary units least value and range, else mean and spread."""
        self.offset_, spread = np.zeros(X.shape[1], X.dtype), np.ones(X.shape[1], X.dtype)
        if self.scale and self.kind == "binary":
            self.offset_, spread = X.min(axis=0), np.ptp(X, axis=0)
        elif self.scale:
            self.offset_, spread = X.mean(axis=0), X.std(axis=0)
        # a constant column has no spread
        self.scale_ = np.where(spread > 0, spread, 1).astype(X.dtype)

    def _scaled(self, X: Array) -> Array:
        """Return (x − offset) / scale; for binary units it is clipped to 0 to 1."""
        rows = (X - self.offset_) / self.scale_
        inside: Array = rows.clip(0, 1) if self.scale and self.kind == "binary" else rows
        return inside.astype(X.dtype)

    def _rows(self, X: Any, least: int = 0) -> Array:
        """Return the checked and scaled rows of a fitted estimator."""
        check_is_fitted(self)
        rows = validate_data(
            self, self._dense(X), dtype=REALS, reset=False, ensure_min_samples=least
        )
        return self._scaled(rows)

    def _dense(self, X: Any) -> Any:
        """Return X, as an array if it is sparse."""
        return dense(type(self).__name__, X) if issparse(X) else X

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # ---- checks

    def _check_parameters(self) -> None:
        """Raise ParameterError for a parameter outside its range."""
        name, sizes = type(self).__name__, self.hidden_layer_sizes

        def refuse(parameter: str, rule: str) -> None:
            raise ParameterError(
                f"{name}({parameter}={getattr(self, parameter)!r}): {parameter} must be {rule}."
            )

        several = isinstance(sizes, (tuple, list, np.ndarray)) and len(sizes) > 0
        if not (several and all(is_whole(n) and n >= 1 for n in sizes)) and not (
            is_whole(sizes) and sizes >= 1
        ):
            refuse(
                "hidden_layer_sizes",
                "whole numbers ≥ 1, one for each layer. The usual value is (100,)",
            )
        if self.kind not in ("binary", "gaussian"):
            refuse("kind", "'binary' or 'gaussian'")
        for parameter, least in (("n_iter", 0), ("max_iter", 0), ("batch_size", 1)):
            if not is_whole(getattr(self, parameter)) or getattr(self, parameter) < least:
                refuse(parameter, f"a whole number ≥ {least}")
        for parameter in ("learning_rate", "learning_rate_init"):
            if not is_number(getattr(self, parameter)) or getattr(self, parameter) <= 0:
                refuse(parameter, "a number > 0")
        if not isinstance(self.scale, (bool, np.bool_)):
            refuse("scale", "True or False")
        if not isinstance(self.verbose, (bool, np.bool_)) and not (
            is_whole(self.verbose) and self.verbose >= 0
        ):
            refuse("verbose", "a whole number ≥ 0")
