"""What TableClassifier and TableRegressor share: settings, the encoder, the network and its training, files."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from ...arrays import Array
from ...errors import ParameterError
from ...graph.initializers import HeNormal, Initializer
from ...layers.base import Layer
from ...layers.dense import Dense
from ...layers.dropout import Dropout
from ...layers.silu import SiLU
from ...losses.base import Loss
from ...network import Network
from ...optimizers import AdamW
from ...settings import is_number, is_whole
from ...training.callbacks.early_stopping import EarlyStopping
from ...training.history import History
from ..common import seed_of
from ..fit_tasks import CallbackSupportMixin, FitTasks, ToldEpochs, with_callbacks
from .encoder import TableEncoder, checked_table
from .ensemble import average
from .kinds import missing_words
from .rows import LEAST, checked_weights, parts, together, validation_order
from .table import Table, as_table
from .target import split_target, split_weights


class TableModel(CallbackSupportMixin, BaseEstimator, ABC):
    """The common part; it is not made itself."""

    def __init__(
        self,
        hidden_layer_sizes: Any = (128, 64),
        *,
        learning_rate_init: float = 0.001,
        alpha: float = 0.3,
        dropout: float = 0.1,
        n_estimators: int = 5,
        batch_size: Any = "auto",
        max_iter: int = 300,
        validation_fraction: float = 0.2,
        n_iter_no_change: int = 20,
        kinds: Any = None,
        max_categories: int = 20,
        missing: Any = (),
        verbose: Any = 0,
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.learning_rate_init = learning_rate_init
        self.alpha = alpha
        self.dropout = dropout
        self.n_estimators = n_estimators
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.kinds = kinds
        self.max_categories = max_categories
        self.missing = missing
        self.verbose = verbose
        self.random_state = random_state

    # ---------------------------------------------------------------- what differs

    @abstractmethod
    def _cells_to_target(self, table: Table, name: str, cells: Array) -> Array:
        """A column of a table as targets."""

    @abstractmethod
    def _check_target(self, y: Any) -> Array:
        """What the user gave as targets, as scikit-learn checks it."""

    @abstractmethod
    def _prepare_target(self, y: Array, weights: Array | None) -> tuple[Array, int]:
        """Targets of the network, and its outputs; remembers how to go back."""

    @abstractmethod
    def _loss(self, reduction: Literal["mean", "sum"]) -> Loss:
        """What the outputs cost."""

    @abstractmethod
    def _start(self) -> Initializer:
        """The weights of the last layer before the first step."""

    # ---------------------------------------------------------------- learning

    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Measure the columns and train the networks; each ends in its best epoch on its validation rows.

        Ctrl-C keeps what was trained (`interrupted_` is True); before the first epoch it raises KeyboardInterrupt.

        Parameters
        ----------
        X : path, dict of columns, DataFrame of pandas or polars, or array (N, D)
            Training rows; a path is a .csv or .parquet file.
        y : array (N,), or the name of a column of X
            What is to be predicted. Rows of a column that are empty are left out.
        sample_weight : array (N,), or the name of a column of X, optional
            What each row counts, ≥ 0; rows of weight 0 are left out. The column is not learned from.
        """
        self._check_settings()
        tasks = FitTasks(self, X, y, sample_weight, int(self.n_estimators) * int(self.max_iter))
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None"
            )
        self.target_ = None
        if isinstance(y, str):
            X, cells, kept = split_target(as_table(X).emptied(self.missing), y)
            self.target_, y = y, self._cells_to_target(X, y, cells)
            if not isinstance(sample_weight, str) and np.shape(sample_weight) == kept.shape:
                sample_weight = np.asarray(sample_weight)[kept]
        if isinstance(sample_weight, str):
            X, sample_weight = split_weights(as_table(X), sample_weight)
        table = checked_table(self, X, reset=True)
        y = self._check_target(y)
        check_consistent_length(next(iter(table.columns.values())), y)
        weights = checked_weights(sample_weight, len(y))
        if weights is not None:
            table, y, weights = table.take(weights > 0), y[weights > 0], weights[weights > 0]
        target, outputs = self._prepare_target(y, weights)
        settings = {
            "kinds": self.kinds,
            "max_categories": self.max_categories,
            "missing": self.missing,
        }
        self.encoder_ = TableEncoder(**settings).fit(table, sample_weight=weights)
        rows = self.encoder_.transform(table).astype(np.float32)
        if not rows.shape[1]:  # columns that say nothing: the network learns its bias
            rows = np.zeros((len(rows), 1), np.float32)
        self.network_ = average(self._members(*together(rows, target, weights), outputs, tasks))
        self.n_iter_ = max(map(len, self.histories_))
        tasks.ends()
        return self

    def _members(
        self, rows: Array, target: Array, weights: Array | None, outputs: int, tasks: FitTasks
    ) -> list[Network]:
        """The trained networks; after Ctrl-C those that were finished, or the one that was not."""
        members: list[Network] = []
        seed = seed_of(self.random_state)
        held = self.validation_fraction if len(rows) >= LEAST else 0.0
        order = validation_order(target, seed) if held else None
        reduction: Literal["mean", "sum"] = "mean" if weights is None else "sum"
        self.histories_: list[History] = []
        self.interrupted_ = False
        try:
            for k in range(int(self.n_estimators)):
                net = Network(
                    *self._layers(outputs),
                    loss=self._loss(reduction),
                    inputs=(rows.shape[1],),
                    seed=seed + k,
                )
                told = ToldEpochs(
                    tasks,
                    lambda run: {"network_": average([*members, run.net.twin(run.net.theta)])},
                )
                split = None if order is None or len(order[0]) < 2 else parts(*order, held, k)
                history = self._train(net, rows, target, weights, split, told)
                self.interrupted_ = history.stopped == "interrupted"
                if not self.interrupted_ or not members:
                    self.histories_.append(history)
                    members.append(net)
                    self._tell(k + 1, history)
                if self.interrupted_:
                    break
        except KeyboardInterrupt:  # between two networks
            if not members:
                raise
            self.interrupted_ = True
        return members

    def _train(
        self,
        net: Network,
        rows: Array,
        target: Array,
        weights: Array | None,
        split: tuple[Array, Array] | None,
        told: ToldEpochs,
    ) -> History:
        learned, held = split if split is not None else (np.arange(len(rows)), None)
        size = (
            min(256, max(16, len(learned) // 16))
            if self.batch_size == "auto"
            else int(self.batch_size)
        )
        validation: Any = None if held is None else (rows[held], target[held])
        if (
            weights is not None
        ):  # L = Σ w ℓ / (rows of a step · mean w): a row counts the same in any company
            scaled = weights / (weights[learned].mean() * min(size, len(learned)))
            validation = (
                None if held is None else (*validation, weights[held] / weights[held].sum())
            )
        return net.fit(
            rows[learned],
            target[learned],
            sample_weight=None if weights is None else scaled[learned],
            epochs=int(self.max_iter),
            batch_size=size,
            validation_data=validation,
            callbacks=[told]
            if held is None
            else [told, EarlyStopping(patience=int(self.n_iter_no_change))],
            optimizer=AdamW(lr=float(self.learning_rate_init), weight_decay=float(self.alpha)),
            verbose=self._verbose,
        )

    @property
    def _verbose(self) -> int | None:
        """A bar where somebody sees it; else one line a network, not one an epoch."""
        if self.verbose is not None:
            return int(self.verbose > 0)
        return None if sys.stdout.isatty() or "ipykernel" in sys.modules else 0

    def _tell(self, number: int, history: History) -> None:
        if self.verbose is None and self._verbose == 0 and len(history):
            name = "val_loss" if "val_loss" in history else "loss"
            best = f"{'validation ' * (name == 'val_loss')}loss {history[name].min():.4g}"
            print(
                f"network {number}/{self.n_estimators}: {len(history)} epochs, best {best}",
                flush=True,
            )

    def _layers(self, outputs: int) -> list[Layer]:
        layers: list[Layer] = []
        for units in self._sizes:
            layers += [Dense(int(units), init=HeNormal()), SiLU()]
            if self.dropout:
                layers.append(Dropout(float(self.dropout)))
        return [*layers, Dense(outputs, init=self._start())]

    @property
    def _sizes(self) -> tuple[int, ...]:
        return (
            (self.hidden_layer_sizes,)
            if is_whole(self.hidden_layer_sizes)
            else tuple(self.hidden_layer_sizes)
        )

    # ---------------------------------------------------------------- using

    def _answers(self, X: Any) -> Array:
        """What the network predicts, (N, outputs)."""
        check_is_fitted(self)
        return self._of_table(checked_table(self, X, reset=False))

    def _of_table(self, table: Table) -> Array:
        rows = self.encoder_.transform(table).astype(np.float32)
        width = self.network_.programs.predict.values[
            self.network_.programs.predict.inputs["x"]
        ].shape[1]
        found: Array = self.network_.predict(
            rows if rows.shape[1] else np.zeros((len(rows), width), np.float32)
        )
        return found

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write network, columns and target to one .safetensors file, never pickle.

        Parameters
        ----------
        path : str or path
            Used as given.
        """
        from .files import save

        check_is_fitted(self)
        save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model back; runs no code of the file.

        Parameters
        ----------
        path : str or path
            A file of `save`.
        """
        from .files import load

        found: Self = load(path, cls)
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        tags.target_tags.required = True
        return tags

    # ---------------------------------------------------------------- checks

    def _check_settings(self) -> None:
        """Each setting in its range, when it is used: `set_params` may have changed it."""

        def refuse(name: str, rule: str) -> None:
            raise ParameterError(
                f"{type(self).__name__}({name}={getattr(self, name)!r}): {name} must be {rule}."
            )

        sizes = self.hidden_layer_sizes
        several = isinstance(sizes, (tuple, list, np.ndarray)) and all(
            is_whole(n) and n >= 1 for n in sizes
        )
        if not several and not (is_whole(sizes) and sizes >= 1):
            refuse(
                "hidden_layer_sizes", "whole numbers ≥ 1, one a layer. The usual value is (128, 64)"
            )
        if self.batch_size != "auto" and not (is_whole(self.batch_size) and self.batch_size >= 1):
            refuse("batch_size", "'auto' or a whole number ≥ 1")
        for name, least in (("n_estimators", 1), ("max_iter", 0), ("n_iter_no_change", 1)):
            if not is_whole(getattr(self, name)) or getattr(self, name) < least:
                refuse(name, f"a whole number ≥ {least}")
        if not is_number(self.learning_rate_init) or self.learning_rate_init <= 0:
            refuse("learning_rate_init", "a number > 0. The usual value is 0.001")
        if not is_number(self.alpha) or self.alpha < 0:
            refuse("alpha", "a number ≥ 0. The usual value is 0.3")
        for name in ("dropout", "validation_fraction"):
            if not is_number(getattr(self, name)) or not 0 <= getattr(self, name) < 1:
                refuse(name, "a number ≥ 0 and < 1")
        missing_words(self.missing)
        if self.verbose is not None and not (
            isinstance(self.verbose, (bool, np.bool_)) or is_whole(self.verbose)
        ):
            refuse("verbose", "a whole number ≥ 0, or None for a bar on a terminal")
