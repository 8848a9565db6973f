"""TableClassifier: a classifier that takes tables, files and data frames as they are."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ...arrays import Array
from ...errors import DataError, ParameterError
from ...graph.initializers import GlorotUniform, Initializer
from ...losses.base import Loss
from ...losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ...settings import is_number
from .cells import listed
from .encoder import MOST_WORDS
from .files import broken, labels_as_json, labels_from_json
from .held_out import Rows, temperature
from .in_parts import Room
from .model import TableModel
from .table import Table
from .target import labels_of
from .target_in_parts import Target

SMOOTHING = 0.02  # of the targets: no network gets surer without end


class TableClassifier(ClassifierMixin, TableModel):
    """Classifies the rows of a table with numbers, categories, dates and missing cells.

    A TableEncoder, then p = softmax(mean of five z / T), z = W … silu(W x + b) … + b with dropout.
    AdamW trains each of the five networks on the cross-entropy, with targets smoothed by 0.02; each
    ends with the weights of the epoch that was best on its own validation rows. T² is the
    temperature that fits the answers for all these rows best. Both keep probabilities from being
    too sure.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of each hidden layer, ≥ 1; () for none.
    learning_rate_init : float
        The learning rate of AdamW, > 0.
    alpha : float
        The weight decay of AdamW, ≥ 0.
    dropout : float
        The rate of dropout after each hidden layer, 0 ≤ rate < 1.
    n_estimators : int
        The number of networks, ≥ 1. Each has its own starting weights and validation rows; their
        outputs z are averaged.
    batch_size : int or "auto"
        Rows of a step; "auto": a sixteenth of the rows, from 16 to 256.
    max_iter : int
        The largest number of epochs, ≥ 0.
    validation_fraction : float
        The share of rows that decides when a network stops, 0 ≤ fraction < 1. Each network holds
        out other rows: of five networks each holds another fifth. With 0, and with fewer than 20
        different rows, all epochs are run.
    n_iter_no_change : int
        Epochs without improvement before a network stops, ≥ 1.
    kinds : dict, optional
        {column: "number", "category", "date" or "ignore"} for columns that are not what they look
        like.
    max_categories : int
        The largest number of words of a column that are told apart, ≥ 1. Rarer words, and words
        that occur once, share one input; unknown words use it. A column of more than 20 words has
        an embedding: ⌈min(50, K / 2)⌉ numbers for each of its K words, trained with the network.
    missing : sequence of words and numbers
        Further words for missing cells, such as ("closed", -999). Empty cells, NA, n/a, NaN, null,
        none, ?, - and the like are always missing.
    class_weight : "balanced", dict or None
        How much each class counts in training: {label: weight}, classes that are not named 1;
        "balanced": N / (classes · rows of the class). Rare classes are then predicted more often,
        and the probabilities are no longer shares.
    verbose : int or None
        > 0: lines; None: a progress bar on a terminal, else one line for each network.
    random_state : int, RandomState or None
        The source of starting weights, dropout, validation rows and orders.

    Attributes
    ----------
    classes_ : array (n_classes,)
        The labels.
    encoder_ : TableEncoder
        The measured columns.
    temperature_ : float
        The temperature T.
    class_weight_ : array (n_classes,) or None
        The weight of each class.
    network_ : Network
        All networks as one; its inputs are those of the encoder.
    histories_ : list of History
        Loss and validation loss of each epoch of each network.
    n_iter_ : int
        Epochs of the network that was trained longest.
    interrupted_ : bool
        True if Ctrl-C ended the training.
    target_ : str or None
        The name of the predicted column.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Raises
    ------
    ParameterError
        A setting outside its range.
    DataError, FileError
        Columns, cells or files that cannot be used; the message names the place.

    References
    ----------
    Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019. Several networks:
    Hansen & Salamon, "Neural network ensembles", IEEE Transactions on Pattern Analysis and Machine
    Intelligence 12 (1990). Temperature: Guo, Pleiss, Sun & Weinberger, "On calibration of modern
    neural networks", ICML 2017, section 4.2.

    Examples
    --------
    >>> from chainrule.estimators import TableClassifier
    >>> table = {"size": [1, 2, 8, 9] * 10, "color": ["red", "red", "blue", None] * 10}
    >>> table["fruit"] = ["cherry", "cherry", "plum", "plum"] * 10
    >>> model = TableClassifier(max_iter=30, random_state=0).fit(table, "fruit")
    >>> model.predict({"size": [1.5, 9], "color": ["red", "green"]}).tolist()
    ['cherry', 'plum']
    """

    _kind = "classifier"

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
        class_weight: Any = None,
        verbose: Any = 0,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            learning_rate_init=learning_rate_init,
            alpha=alpha,
            dropout=dropout,
            n_estimators=n_estimators,
            batch_size=batch_size,
            max_iter=max_iter,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            kinds=kinds,
            max_categories=max_categories,
            missing=missing,
            verbose=verbose,
            random_state=random_state,
        )
        self.class_weight = class_weight

    def predict_proba(self, X: Any) -> Array:
        """Return P(class | row), (N, n_classes), in the order of `classes_`.

        Parameters
        ----------
        X : as for `fit`
            Rows; a file or dict may have more columns, in any order.
        """
        return self._answers(X)

    def predict(self, X: Any) -> Array:
        """Return the most likely label of each row, (N,).

        Parameters
        ----------
        X : as for `fit`
            Rows.
        """
        check_is_fitted(self)
        labels: Array = self.classes_[self._answers(X).argmax(axis=1)]
        return labels

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy of the predictions.

        Parameters
        ----------
        X : path, dict of columns, frame or array
            Rows with the columns of `fit`.
        y : array, or the name of a column of X
            The true answers.
        sample_weight : array, or the name of a column of X, optional
            How much each row counts, ≥ 0.
        """
        check_is_fitted(self)
        return float(super().score(*self._test_rows(X, y, sample_weight)))

    def _cells_to_target(self, table: Table, name: str, cells: Array) -> Array:
        return labels_of(table, name, cells)

    def _check_target(self, y: Any) -> Array:
        labels: Array = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        return labels

    def _prepare_target(self, y: Array, weights: Array | None) -> tuple[Array, int]:
        self.classes_, numbers = np.unique(y, return_inverse=True)
        self._check_classes()
        return numbers.astype(np.int32), len(self.classes_)

    def _target_in_parts(self, found: Target, room: Room) -> tuple[Array, int]:
        self.classes_, numbers = found.classes(room)
        self._check_classes()
        return numbers, len(self.classes_)

    def _check_classes(self) -> None:
        """Begin without temperature and weights; raise DataError for a single class."""
        self.temperature_ = 1.0
        self.class_weight_: Array | None = None
        if len(self.classes_) < 2:
            raise DataError(
                "y", "at least two classes", "one class", "Give rows of another class as well."
            )

    def _known_target(self, y: Any) -> Array:
        labels: Array = column_or_1d(y)
        unknown = ~np.isin(labels, self.classes_)
        if unknown.any():
            raise DataError(
                "validation_data",
                f"the classes {listed(map(str, self.classes_))}",
                f"{labels[int(np.argmax(unknown))]!s:.40}",
                "Leave its rows out, or train on some of them.",
            )
        return np.searchsorted(self.classes_, labels).astype(np.int32)

    def _weigh(self, target: Array, weights: Array | None) -> Array | None:
        if self.class_weight is None:
            return weights
        if self.class_weight_ is None:
            self.class_weight_ = self._class_weights(target)
        own: Array = self.class_weight_[target]
        return own if weights is None else own * weights

    def _class_weights(self, target: Array) -> Array:
        """Return the weight of each class."""
        counts = np.bincount(target, minlength=len(self.classes_))
        if isinstance(self.class_weight, str):
            return len(target) / (len(counts) * counts)
        unknown = [label for label in self.class_weight if label not in self.classes_]
        if unknown:
            raise DataError(
                "class_weight",
                f"the classes {listed(map(str, self.classes_))}",
                f"{unknown[0]!r:.40}",
                "Check its name.",
            )
        found = np.array([float(self.class_weight.get(label, 1)) for label in self.classes_])
        if not (found[target] > 0).any():
            raise DataError("class_weight", "a weight > 0", "zeros", "Give some class a weight.")
        return found

    def _check_settings(self) -> None:
        super()._check_settings()
        given = self.class_weight
        right = given is None or (isinstance(given, str) and given == "balanced")
        if isinstance(given, dict):
            right = all(is_number(w) and w >= 0 for w in given.values())
        if not right:
            raise ParameterError(
                f"TableClassifier(class_weight={given!r:.60}): class_weight must be None, "
                "'balanced', or {label: weight} with weights ≥ 0."
            )

    def _plain_settings(self) -> dict[str, Any]:
        found = super()._plain_settings()
        if isinstance(self.class_weight, dict):  # JSON has words as keys only
            pairs = self.class_weight.items()
            plain = [[v.item() if isinstance(v, np.generic) else v for v in pair] for pair in pairs]
            found["class_weight"] = plain
        return found

    @classmethod
    def _settings_of_file(cls, settings: dict[str, Any]) -> dict[str, Any]:
        match settings.get("class_weight"):
            case [*pairs] if all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
                if all(isinstance(label, (str, int, float)) for label, _ in pairs):
                    return settings | {"class_weight": dict(pairs)}
            case None | "balanced":
                return settings
        raise broken()

    def _learn_from_held_out(self, rows: Rows, answers: Array) -> float:
        # The networks stopped where these rows were predicted best, so these look too good: half
        # of the way, in powers.
        self.temperature_ = temperature(answers, rows.target, rows.weights) ** 0.5
        return self.temperature_

    def _loss(self, reduction: Literal["mean", "sum"]) -> Loss:
        return SoftmaxCrossEntropy(reduction=reduction, label_smoothing=SMOOTHING)

    def _start(self) -> Initializer:
        return GlorotUniform()

    def _answers_as_json(self) -> dict[str, Any]:
        return labels_as_json(self.classes_)

    def _take_answers(self, answers: dict[str, Any], outputs: int) -> None:
        self.classes_ = labels_from_json(answers, outputs)
