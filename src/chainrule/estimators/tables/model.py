"""TableModel: the common part of TableClassifier and TableRegressor, from settings to files."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from ...arrays import Array
from ...errors import DataError, FileError, ParameterError
from ...graph.initializers import HeNormal, Initializer
from ...layers.base import Layer
from ...layers.dense import Dense
from ...layers.dropout import Dropout
from ...layers.silu import SiLU
from ...losses.base import Loss
from ...network import Network
from ...optimizers import AdamW
from ...settings import is_number, is_whole
from ...training.callbacks.base import Callback
from ...training.callbacks.early_stopping import EarlyStopping
from ...training.history import History
from ..common import SafeParams, all_or_nothing, seed_of
from ..fit_tasks import CallbackSupportMixin, EpochTasks, FitTasks, with_callbacks
from ..processes import comm_of, common_seed, in_processes, is_first
from .embedded import embeddings
from .encoder import (
    MOST_WORDS,
    TableEncoder,
    check_no_sample,
    check_sample,
    checked_table,
    left_out,
    parts_of,
)
from .ensemble import average
from .files import Stored, broken
from .folder import FolderTable, is_file, is_folder
from .held_out import Rows, joined
from .in_parts import Room
from .kinds import check_kinds, missing_words
from .on_disk import Disk
from .packed import Packed, PackedRows, together_in_parts
from .rows import LEAST, checked_weights, parts, together, validation_order
from .table import Table, as_table
from .target import answers_like, rows_to_test, split_target, split_weights
from .target_in_parts import Target, check_name, read_target


class FirstRun(NamedTuple):
    """The training of the first network of a model, before it begins.

    Parameters
    ----------
    net : Network
        The network, untrained.
    X, y : arrays
        Its training rows.
    options : dict
        Further arguments of `Network.fit`.
    lines : array of int, optional
        The line of each training row in its file.
    names : tuple of str
        The names of the columns of X: "size", "color = red".
    """

    net: Network
    X: Array
    y: Array
    options: dict[str, Any]
    lines: Array | None = None
    names: tuple[str, ...] = ()


class TableModel(SafeParams, CallbackSupportMixin, BaseEstimator, ABC):
    """Settings, the encoder, the networks and their training, and files. Abstract."""

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
        max_categories: int = MOST_WORDS,
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

    _kind: ClassVar[str] = ""  # its name in files
    _record: Callback | None = None

    @abstractmethod
    def _cells_to_target(self, table: Table, name: str, cells: Array) -> Array:
        """Return a column of a table as targets."""

    @abstractmethod
    def _check_target(self, y: Any) -> Array:
        """Return the targets that the user gave, as scikit-learn checks them."""

    @abstractmethod
    def _prepare_target(self, y: Array, weights: Array | None) -> tuple[Array, int]:
        """Return targets for the network and its number of outputs; keep what `predict` needs."""

    @abstractmethod
    def _target_in_parts(self, found: Target, room: Room) -> tuple[Array, int]:
        """Return the targets of a folder, on disk, and the outputs; as `_prepare_target`."""

    @abstractmethod
    def _loss(self, reduction: Literal["mean", "sum"]) -> Loss:
        """Return the loss of the outputs."""

    @abstractmethod
    def _start(self) -> Initializer:
        """Return the initializer of the last layer."""

    @abstractmethod
    def _known_target(self, y: Any) -> Array:
        """Return further targets for the network, as `_prepare_target` those of the training."""

    @abstractmethod
    def _learn_from_held_out(self, rows: Rows, answers: Array) -> float:
        """Keep what the networks' answers for held-out rows say; return the temperature of z."""

    @abstractmethod
    def _answers_as_json(self) -> dict[str, Any]:
        """Return what turns outputs into predictions, for a file."""

    @abstractmethod
    def _take_answers(self, answers: dict[str, Any], outputs: int) -> None:
        """Take that from a file; FileError if it does not fit."""

    # ---------------------------------------------------------------- learning

    @in_processes
    @all_or_nothing
    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation_data: Any = None,
        sample: int | None = None,
        cache: str | os.PathLike[str] | None = None,
        comm: Any = None,
    ) -> Self:
        """Measure the columns and train the networks.

        Each network ends with the weights of its best epoch on its validation rows. Ctrl-C keeps
        what was trained (`interrupted_` is True); before the first epoch it raises
        KeyboardInterrupt.

        Parameters
        ----------
        X : path, dict of columns, DataFrame of pandas or polars, or array (N, D)
            Training rows; a path is a .csv or .parquet file, or a folder of Parquet files, which
            may have more rows than fit in memory.
        y : array (N,), or the name of a column of X
            The targets. Rows with an empty cell in that column are left out. Of a folder, a name.
        sample_weight : array (N,), or the name of a column of X, optional
            The weight of each row, ≥ 0; rows of weight 0 are left out. The column is no input.
        validation_data : (X, y), (X, y, sample_weight), or X with the column y, optional
            The rows that decide when each network stops, instead of a share of the training rows:
            all of these are then trained on.
        sample : int, optional
            For a folder: the number of rows that the columns are measured on, drawn at random, ≥ 1.
            None: all, so that the model is that of the same rows in a data frame.
        cache : str or path, optional
            For a folder: the folder that keeps the encoded rows, so that another fit with the same
            rows and columns begins at once. The default is a temporary one, which is removed.
        comm : communicator, optional
            As in `Network.fit`: its processes train together, and all get the fitted attributes.
        """
        self._check_settings()
        disk, sample = Disk(cache), check_sample(sample)
        tasks = FitTasks(self, X, y, sample_weight, int(self.n_estimators) * int(self.max_iter))
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None"
            )
        if is_folder(X) and not (is_file(X) and (np.ndim(y) or np.ndim(sample_weight))):
            given, outputs = self._given_in_parts(X, y, sample_weight, sample, disk)
        else:
            check_no_sample(sample)
            given, outputs, _ = self._given(X, y, sample_weight)
        validation = self._validation_rows(validation_data, disk)
        members, held = self._members(given, validation, outputs, tasks)
        self.network_ = average(members)
        if validation is not None:
            held = [validation.answered(self.network_)]
        if held:
            rows, answers = joined([part for part, _ in held]), [found for _, found in held]
            temperature = self._learn_from_held_out(rows, np.concatenate(answers))
            self.network_ = average(members, temperature)
        self.n_iter_ = max(map(len, self.histories_))
        tasks.ends()
        return self

    def record_first(self, record: Callback) -> Self:
        """Record the first network that later calls of `fit` train.

        Parameters
        ----------
        record : Record
            Such as Record("run.safetensors").
        """
        self._record = record
        return self

    def first_run(self, X: Any, y: Any, sample_weight: Any = None) -> FirstRun:
        """Return the first network that `fit` would train, untrained, with its rows and options.

        The model does not change. Parameters as for `fit`; its rows are in memory.
        """
        model = clone(self)
        model._check_settings()
        given, outputs, lines = model._given(X, y, sample_weight)
        seed = seed_of(model.random_state)
        net = model._network(seed, given, outputs)
        chosen = model._divided(0, model._order(seed, given, None))
        learned, held = (given, None) if chosen is None else map(given.take, chosen)
        options = model._fit_options(learned, held)
        options["callbacks"] = model._stopping(held)
        if lines is not None and chosen is not None:
            lines = lines[chosen[0]]
        names = tuple(name for c in model.encoder_.columns_ for name in _names_of(c))
        return FirstRun(net, learned.inputs, learned.target, options, lines, names)

    def _given(self, X: Any, y: Any, sample_weight: Any) -> tuple[Rows, int, Array | None]:
        """Measure the columns; return all rows for the networks, their outputs, and their lines."""
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
        self.encoder_ = TableEncoder(**self._encoding).fit(table, sample_weight=weights)
        weights = self._weigh(target, weights)
        rows = Rows(*together(self._inputs(table), target, weights))
        return rows, outputs, table.lines if len(rows) == len(table) else None

    def _given_in_parts(
        self, X: Any, y: Any, sample_weight: Any, sample: int | None, disk: Disk
    ) -> tuple[Rows | PackedRows, int]:
        """Do the same as `_given` for a folder, with its rows on disk."""
        self.target_ = None
        words = missing_words(self.missing)
        table = FolderTable.open(X, left_out(self.kinds)).emptied(words)
        name = check_name(y, "y", table.source, table.names)
        if sample_weight is not None:
            check_name(sample_weight, "sample_weight", table.source, table.names)
        found = read_target(table, name, sample_weight, disk)
        self.target_ = name
        self.feature_names_in_ = np.array(found.table.names, object)
        self.n_features_in_ = len(found.table.names)
        target, outputs = self._target_in_parts(found, disk)
        self.encoder_ = TableEncoder(**self._encoding)
        self.encoder_.fit(found.table, sample_weight=found.weights, sample=sample, cache=disk.given)
        return self._packed(found.table, target, found.weights, disk), outputs

    def _packed(
        self, table: FolderTable, target: Array, weights: Array | None, disk: Disk
    ) -> Rows | PackedRows:
        """Encode the rows of a folder, and return them as the networks get them."""
        packed = Packed(self.encoder_.columns_, table, missing_words(self.missing), disk.given)
        name = f"{table.files.fingerprint()} {len(table)}"
        weights = self._weigh(target, weights)
        return together_in_parts(PackedRows(packed, target, weights, disk, name))

    def _inputs(self, table: Table) -> Array:
        """Return the inputs of the network, (N, inputs), in float32."""
        rows = self.encoder_.transform(table).astype(np.float32)
        # if no column has information, the network learns its bias
        return rows if rows.shape[1] else np.zeros((len(rows), 1), np.float32)

    def _validation_rows(self, given: Any, disk: Disk) -> Rows | PackedRows | None:
        """Return the rows of validation_data as the network gets them."""
        if given is None:
            return None
        parts = given if isinstance(given, (tuple, list)) else (given, self.target_)
        if not 2 <= len(parts) <= 3 or parts[1] is None:
            raise DataError(
                "validation_data",
                "(X, y), or (X, y, sample_weight)",
                f"{len(parts)} parts" if isinstance(given, (tuple, list)) else "X alone",
                "Give the targets as well.",
            )
        X, y, weights = self._test_rows(*parts, *[None] * (3 - len(parts)))
        if is_folder(X):
            many = FolderTable.open(X, None)
            target = self._known_target(y)
            check_consistent_length(range(len(many)), target)
            weights = self._weigh(target, checked_weights(weights, len(target)))
            words = missing_words(self.missing)
            packed = Packed(self.encoder_.columns_, many, words, disk.given)
            return PackedRows(packed, target, weights, disk, many.files.fingerprint())
        table = checked_table(self, X, reset=False)
        check_consistent_length(next(iter(table.columns.values())), y)
        target = self._known_target(y)
        weights = self._weigh(target, checked_weights(weights, len(target)))
        return Rows(self._inputs(table), target, weights)

    def _weigh(self, target: Array, weights: Array | None) -> Array | None:
        """Return the weights of rows with these targets."""
        return weights

    def _members(
        self,
        given: Rows | PackedRows,
        validation: Rows | PackedRows | None,
        outputs: int,
        tasks: FitTasks,
    ) -> tuple[list[Network], list[tuple[Rows, Array]]]:
        """Return the trained networks; after Ctrl-C those that are finished, or the first one.

        Then follow the rows that each held out for validation, with its answers for these.
        """
        members: list[Network] = []
        answers: list[tuple[Rows, Array]] = []
        seed = common_seed(self)
        order = self._order(seed, given, validation)
        self.histories_: list[History] = []
        self.interrupted_ = False
        try:
            for k in range(int(self.n_estimators)):
                net = self._network(seed + k, given, outputs)
                epochs = EpochTasks(
                    tasks,
                    lambda run: {"network_": average([*members, run.net.twin(run.net.theta)])},
                )
                chosen = self._divided(k, order)
                learned, held = given, validation
                if chosen is not None:
                    learned, held = given.take(chosen[0]), given.take(chosen[1])
                record = [] if k or self._record is None else [self._record]
                history = self._train(net, learned, held, [epochs, *record])
                self.interrupted_ = history.stopped == "interrupted"
                if not self.interrupted_ or not members:
                    self.histories_.append(history)
                    members.append(net)
                    if held is not None:
                        answers.append(held.answered(net))
                    self._tell(k + 1, history)
                if self.interrupted_:
                    break
        except KeyboardInterrupt:  # between two networks
            if not members or comm_of(self) is not None:  # the other processes go on
                raise
            self.interrupted_ = True
        return members, answers

    def _network(self, seed: int, given: Rows | PackedRows, outputs: int) -> Network:
        """Return a network, untrained."""
        return Network(
            *self._layers(outputs),
            loss=self._loss("mean" if given.weights is None else "sum"),
            inputs=(given.width,),
            seed=seed,
        )

    def _order(
        self, seed: int, given: Rows | PackedRows, validation: Any
    ) -> tuple[Array, Array] | None:
        """Return the order in which each network gets its validation rows; None: it gets none."""
        if not self.validation_fraction or len(given) < LEAST or validation is not None:
            return None
        return validation_order(given.target, seed)

    def _divided(self, k: int, order: tuple[Array, Array] | None) -> tuple[Array, Array] | None:
        """Return the training rows and the validation rows of network k; None: no such part."""
        if order is None or len(order[0]) < 2:
            return None
        return parts(*order, self.validation_fraction, k)

    def _train(
        self,
        net: Network,
        learned: Rows | PackedRows,
        held: Rows | PackedRows | None,
        callbacks: list[Callback],
    ) -> History:
        """Train one network on its part of the rows."""
        options = self._fit_options(learned, held)
        X, y, options["sample_weight"] = learned.for_fit(options["sample_weight"])
        callbacks = [*callbacks, *self._stopping(held)]
        return net.fit(X, y, callbacks=callbacks, verbose=self._verbose, **options)

    def _stopping(self, held: Any) -> list[Callback]:
        return [] if held is None else [EarlyStopping(patience=int(self.n_iter_no_change))]

    def _fit_options(
        self, learned: Rows | PackedRows, held: Rows | PackedRows | None
    ) -> dict[str, Any]:
        """Return how a network is trained on its part of the rows."""
        n, weights = len(learned), learned.weights
        size = min(256, max(16, n // 16)) if self.batch_size == "auto" else int(self.batch_size)
        validation: Any = None
        if held is not None:
            validation = (held.inputs, held.target)
            if weights is not None or held.weights is not None:
                own = np.ones(len(held)) if held.weights is None else held.weights
                validation = (*validation, own / own.sum())
        if weights is not None:
            # L = Σ w ℓ / (rows of a step · mean w): a row weighs the same in every batch
            weights = weights / (weights.mean() * min(size, n))
        return {
            "sample_weight": weights,
            "epochs": int(self.max_iter),
            "batch_size": size,
            "validation_data": validation,
            "optimizer": AdamW(lr=float(self.learning_rate_init), weight_decay=float(self.alpha)),
            "comm": comm_of(self),
        }

    @property
    def _verbose(self) -> int | None:
        """verbose for `Network.fit`; with None a progress bar on a terminal or in a notebook."""
        if self.verbose is not None:
            return int(self.verbose > 0)
        return None if sys.stdout.isatty() or "ipykernel" in sys.modules else 0

    def _tell(self, number: int, history: History) -> None:
        """Print a line about a network, if there was no progress bar."""
        if self.verbose is None and self._verbose == 0 and len(history) and is_first(self):
            name = "val_loss" if "val_loss" in history else "loss"
            best = f"{'validation ' * (name == 'val_loss')}loss {history[name].min():.4g}"
            print(
                f"network {number}/{self.n_estimators}: {len(history)} epochs, best {best}",
                flush=True,
            )

    def _layers(self, outputs: int) -> list[Layer]:
        """Return the layers of one network."""
        layers = embeddings(self.encoder_.columns_)
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

    def _test_rows(self, X: Any, y: Any, weights: Any) -> tuple[Any, Any, Any]:
        """Return rows, targets and weights to test on, their columns taken out of X by name."""
        if is_folder(X) and isinstance(y, str):
            table = FolderTable.open(X, None).emptied(missing_words(self.missing))
            if weights is not None:
                check_name(weights, "sample_weight", table.source, table.names)
            found = read_target(table, y, weights, np.zeros)
            known = getattr(self, "classes_", None)
            return found.table, answers_like(known, *found.in_memory()), found.weights
        return rows_to_test(X, y, weights, self.missing, getattr(self, "classes_", None))

    def _answers(self, X: Any) -> Array:
        """Return the outputs of the network for rows of the user, (N, outputs)."""
        check_is_fitted(self)
        if is_folder(X):
            table = FolderTable.open(X, None)
            return np.concatenate([self._of_table(part) for _, part in parts_of(self, table)])
        return self._of_table(checked_table(self, X, reset=False))

    def _of_table(self, table: Table) -> Array:
        """Return the outputs of the network for a checked table."""
        found: Array = self.network_.predict(self._inputs(table))
        return found

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write network, columns and target to one .safetensors file, never pickle.

        Parameters
        ----------
        path : str or path
            Used as given.

        Raises
        ------
        FileError
            Labels or settings that JSON cannot hold, or a path that cannot be written.
        """
        check_is_fitted(self)
        named = hasattr(self, "feature_names_in_")
        columns, answers = self.encoder_.columns_, self._answers_as_json()
        Stored(
            self._kind, self.network_, self.target_, named, columns, self._plain_settings(), answers
        ).write(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model back; runs no code of the file.

        Parameters
        ----------
        path : str or path
            A file of `save`.

        Raises
        ------
        FileError
            A file that is missing, broken, hostile, or of another class.
        """
        stored = Stored.read(path)
        try:
            return cls._of_file(stored)
        except FileError as error:
            raise FileError(f"{path}: {error}") from None

    @classmethod
    def _of_file(cls, stored: Stored) -> Self:
        """Return the model that a file describes, of this class or of its subclass of that kind."""
        kinds = {kind._kind: kind for kind in TableModel.__subclasses__()}
        wanted = cls if stored.kind == cls._kind else kinds.get(stored.kind)
        if wanted is None or stored.settings.keys() - {*wanted().get_params()}:
            raise broken()
        if not issubclass(wanted, cls):
            got = wanted.__name__
            raise FileError(f"expected a {cls.__name__}, got a {got}. Use the load of its class.")
        model: Self = wanted(**wanted._settings_of_file(stored.settings))
        try:
            model._check_settings()
            check_kinds(model.kinds, stored.names)
        except (ParameterError, DataError):
            raise broken() from None
        if not isinstance(model.random_state, (int, type(None))):
            raise broken()
        if not is_whole(model.max_categories):
            raise broken()
        model._take_answers(stored.answers, stored.network.programs.output[-1])
        encoder = TableEncoder(**model._encoding)
        encoder.columns_ = stored.columns
        for each in (model, encoder):
            each.n_features_in_ = len(stored.names)
            if stored.named:
                each.feature_names_in_ = np.array(stored.names, object)
        model.encoder_, model.network_, model.target_ = encoder, stored.network, stored.target
        return model

    @classmethod
    def _settings_of_file(cls, settings: dict[str, Any]) -> dict[str, Any]:
        """Return the constructor's arguments from those of a file."""
        return settings

    def _plain_settings(self) -> dict[str, Any]:
        """Return the constructor's arguments for JSON, without a random state that is no number."""
        found = self.get_params() | {"missing": missing_words(self.missing)}
        if not is_whole(self.hidden_layer_sizes):
            found["hidden_layer_sizes"] = [int(n) for n in self.hidden_layer_sizes]
        return {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in found.items()
            if name != "random_state" or isinstance(value, (int, np.integer))
        }

    @property
    def _encoding(self) -> dict[str, Any]:
        """The settings of the encoder."""
        return {
            "kinds": self.kinds,
            "max_categories": self.max_categories,
            "missing": self.missing,
        }

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        tags.target_tags.required = True
        return tags

    # ---------------------------------------------------------------- checks

    def _check_settings(self) -> None:
        """Raise ParameterError for a setting outside its range."""

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
                "hidden_layer_sizes",
                "whole numbers ≥ 1, one for each layer. The usual value is (128, 64)",
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
            refuse("verbose", "a whole number ≥ 0, or None for a progress bar on a terminal")


def _names_of(column: Any) -> list[str]:
    """Return the inputs of a column as people say them: "color = red"."""
    begin = f"{column.name}="
    return [
        f"{column.name} = {name[len(begin) :]}" if name.startswith(begin) else name
        for name in column.inputs
    ]
