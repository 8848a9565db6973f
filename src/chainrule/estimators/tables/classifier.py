"""TableClassifier: classes out of a table, file or frame, as it is."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ...arrays import Array
from ...errors import DataError
from ...graph.initializers import GlorotUniform, Initializer
from ...losses.base import Loss
from ...losses.softmax_cross_entropy import SoftmaxCrossEntropy
from .files import labels_as_json, labels_from_json
from .model import TableModel
from .table import Table
from .target import labels_of


class TableClassifier(ClassifierMixin, TableModel):
    """Tells classes apart by the columns of a table: numbers, categories, dates and missing cells as they are.

    TableEncoder, then p = softmax(mean of five z), z = W … silu(W x + b) … + b with dropout, each trained by AdamW on the
    cross-entropy; it ends in the epoch that was best on validation rows of its own.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of each hidden layer, ≥ 1; () for none.
    learning_rate_init : float
        Of AdamW, > 0.
    alpha : float
        Its weight decay, ≥ 0.
    dropout : float
        Rate behind each hidden layer, 0 ≤ rate < 1.
    n_estimators : int
        Networks, ≥ 1, each with other starting weights and validation rows; their outputs z are averaged.
    batch_size : int or "auto"
        Rows of a step; "auto": a sixteenth of the rows, from 16 to 256.
    max_iter : int
        Epochs at most, ≥ 0.
    validation_fraction : float
        Part of the rows that decides when a network stops, 0 ≤ fraction < 1, each time other ones: of five networks each holds
        another fifth. With 0, and with fewer than 20 different rows, all epochs are run.
    n_iter_no_change : int
        Epochs without an improvement before it stops, ≥ 1.
    kinds : dict, optional
        {column: "number", "category", "date" or "ignore"} for columns that are not what they look like.
    max_categories : int
        Words of a column with an input each, ≥ 1.
    missing : sequence of words and numbers
        What stands for nothing, beside empty cells, NA, n/a, NaN, null, none, ?, - and the like: ("closed", -999).
    verbose : int or None
        > 0: lines; None: a bar on a terminal, else one line a network.
    random_state : int, RandomState or None
        Of starting weights, dropout, validation rows and order.

    Attributes
    ----------
    classes_ : array (n_classes,)
        The labels.
    encoder_ : TableEncoder
        The columns, as they were measured.
    network_ : Network
        All of them as one; its inputs are what the encoder gives.
    histories_ : list of History
        Loss and validation loss of each epoch of each network.
    n_iter_ : int
        Epochs of the one that ran longest.
    interrupted_ : bool
        Whether Ctrl-C ended the training.
    target_ : str or None
        The name of the column that was predicted.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Raises
    ------
    ParameterError
        A setting outside its range.
    DataError, FileError
        Columns, cells or files that cannot be used, with their place.

    References
    ----------
    Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019. Several networks: Hansen & Salamon, "Neural network
    ensembles", IEEE Transactions on Pattern Analysis and Machine Intelligence 12 (1990).

    Examples
    --------
    >>> from chainrule.estimators import TableClassifier
    >>> table = {"size": [1, 2, 8, 9] * 10, "colour": ["red", "red", "blue", None] * 10, "fruit": ["cherry", "cherry", "plum", "plum"] * 10}
    >>> model = TableClassifier(max_iter=30, random_state=0).fit(table, "fruit")
    >>> model.predict({"size": [1.5, 9], "colour": ["red", "green"]}).tolist()
    ['cherry', 'plum']
    """

    _kind = "classifier"

    def predict_proba(self, X: Any) -> Array:
        """P(class | row), (N, n_classes), in the order of `classes_`.

        Parameters
        ----------
        X : as for `fit`
            Rows; a file or dict may have more columns, in any order.
        """
        return self._answers(X)

    def predict(self, X: Any) -> Array:
        """The label of each row, (N,).

        Parameters
        ----------
        X : as for `fit`
            Rows.
        """
        check_is_fitted(self)
        labels: Array = self.classes_[self._answers(X).argmax(axis=1)]
        return labels

    def _cells_to_target(self, table: Table, name: str, cells: Array) -> Array:
        return labels_of(table, name, cells)

    def _check_target(self, y: Any) -> Array:
        labels: Array = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        return labels

    def _prepare_target(self, y: Array, weights: Array | None) -> tuple[Array, int]:
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(
                "y", "at least two classes", "one class", "A classifier has nothing to tell apart."
            )
        return numbers.astype(np.int32), len(self.classes_)

    def _loss(self, reduction: Literal["mean", "sum"]) -> Loss:
        return SoftmaxCrossEntropy(reduction=reduction)

    def _start(self) -> Initializer:
        return GlorotUniform()

    def _answers_as_json(self) -> dict[str, Any]:
        return labels_as_json(self.classes_)

    def _take_answers(self, answers: dict[str, Any], outputs: int) -> None:
        self.classes_ = labels_from_json(answers, outputs)
