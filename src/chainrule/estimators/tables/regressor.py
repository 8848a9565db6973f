"""TableRegressor: a regressor that takes tables, files and data frames as they are."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d
from sklearn.utils.validation import _check_y, check_is_fitted

from ...arrays import Array
from ...errors import DataError
from ...graph.initializers import Initializer, Zeros
from ...losses.base import Loss
from ...losses.squared_error import SquaredError
from .files import broken
from .held_out import Errors, Rows, check_coverage
from .in_parts import Room
from .kinds import is_finite
from .model import TableModel
from .table import Table
from .target import check_size, numbers_of
from .target_in_parts import Target

SMALL = 1e-100


def _average(a: Array, weights: Array | None, space: Array) -> float:
    """Return the bits of `numpy.average`, with `space` for what is in between."""
    if weights is None:
        return float(a.mean())
    return float(np.multiply(a, weights, out=space).sum() / weights.sum())


class TableRegressor(RegressorMixin, TableModel):
    """Predicts a number for each row of a table with numbers, categories, dates and missing cells.

    A TableEncoder, then the mean of five z = W … silu(W x + b) … + b with dropout. AdamW trains
    each of the five networks on the squared error of (y − mean) / std; each ends with the weights
    of the epoch that was best on its own validation rows.

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
    verbose : int or None
        > 0: lines; None: a progress bar on a terminal, else one line for each network.
    random_state : int, RandomState or None
        The source of starting weights, dropout, validation rows and orders.

    Attributes
    ----------
    errors_ : Errors or None
        Errors of rows held out for validation, in units of scale_; None if there were none.
    mean_, scale_ : float
        Mean and spread of the training targets: a prediction is mean + scale z.
    encoder_, network_, histories_, n_iter_, interrupted_, target_, n_features_in_,
    feature_names_in_
        As those of TableClassifier.

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
    Intelligence 12 (1990).

    Examples
    --------
    >>> from chainrule.estimators import TableRegressor
    >>> table = {"metres": list(range(10, 50)), "town": ["Bonn", "Oslo"] * 20}
    >>> table["price"] = list(range(100, 500, 10))
    >>> model = TableRegressor(random_state=0).fit(table, "price")
    >>> bool(abs(model.predict({"metres": [30], "town": ["Bonn"]})[0] - 300) < 30)
    True
    """

    _kind = "regressor"

    def predict(self, X: Any) -> Array:
        """Return the predicted number of each row, (N,).

        Parameters
        ----------
        X : as for `fit`
            Rows; a file or dict may have more columns, in any order.
        """
        check_is_fitted(self)
        found: Array = self.mean_ + self.scale_ * self._answers(X)[:, 0].astype(np.float64)
        return found

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        """Return a lower and an upper bound for the target of each row, (N, 2).

        The bounds are the prediction plus quantiles of the errors of rows that a network held out
        for validation (split conformal prediction). Rows with similar predictions, a fifth of all,
        share their errors. For new rows of the same kind the target lies between the bounds about
        as often as `coverage` says, whatever its distribution is; for rows of another kind nobody
        knows.

        Parameters
        ----------
        X : as for `predict`
            Rows.
        coverage : float
            The share of targets that lie between the bounds, 0 < coverage < 1.

        Raises
        ------
        ParameterError
            A coverage outside its range.
        DataError
            No rows were held out, or too few for such a coverage.

        References
        ----------
        Lei, G'Sell, Rinaldo, Tibshirani & Wasserman, "Distribution-free predictive inference for
        regression", Journal of the American Statistical Association 113 (2018), section 2.2;
        several networks, each on its own held-out rows: Barber, Candès, Ramdas & Tibshirani,
        "Predictive inference with the jackknife+", Annals of Statistics 49 (2021), section 3.

        Examples
        --------
        >>> from chainrule.estimators import TableRegressor
        >>> table = {"metres": list(range(10, 50))}
        >>> model = TableRegressor(random_state=0).fit(table, list(range(100, 500, 10)))
        >>> low, high = model.predict_interval({"metres": [30]}, coverage=0.8)[0]
        >>> bool(low < 300 < high)
        True
        """
        check_is_fitted(self)
        coverage = check_coverage(coverage)
        if self.errors_ is None:
            raise DataError(
                "predict_interval",
                "a model that held rows out for validation",
                "none held out",
                "Fit it with validation_fraction=0.2 on 20 rows or more; a file of an older "
                "version has to be made again.",
            )
        z = self._answers(X)[:, 0].astype(np.float64)
        return self.mean_ + self.scale_ * self.errors_.interval(z, coverage)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R² of the predictions.

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
        return numbers_of(table, name, cells)

    def _check_target(self, y: Any) -> Array:
        shape = np.asarray(y).shape
        y = column_or_1d(y, warn=True) if len(shape) == 2 and shape[1] == 1 else y
        checked: Array = _check_y(y, multi_output=False, y_numeric=True, estimator=self)
        return checked.astype(np.float64)

    def _prepare_target(self, y: Array, weights: Array | None) -> tuple[Array, int]:
        check_size(y, "y, row {}".format)
        return self._standardized(y, weights, np.empty)

    def _target_in_parts(self, found: Target, room: Room) -> tuple[Array, int]:
        return self._standardized(found.numbers(room), found.weights, room)

    def _standardized(self, y: Array, weights: Array | None, room: Room) -> tuple[Array, int]:
        """Measure mean and spread; return the targets of the network and its number of outputs."""
        space = room(y.shape, np.float64)  # all steps in place: the rows may be on disk
        self.errors_: Errors | None = None
        self.mean_ = _average(y, weights, space)
        off = np.subtract(y, self.mean_, out=space)
        largest = max(float(off.max(initial=0)), -float(off.min(initial=0)))
        unit = largest if 0 < largest < SMALL else 1.0  # the squares of tiny numbers would be 0
        off /= unit
        off *= off
        self.scale_ = unit * float(np.sqrt(_average(off, weights, space))) or 1.0
        target = room(y.shape, np.float32)
        off = np.subtract(y, self.mean_, out=space)
        off /= self.scale_
        target[...] = off
        return target, 1

    def _known_target(self, y: Any) -> Array:
        return ((self._check_target(y) - self.mean_) / self.scale_).astype(np.float32)

    def _learn_from_held_out(self, rows: Rows, answers: Array) -> float:
        y, p = rows.target.ravel().astype(np.float64), answers[:, 0].astype(np.float64)
        self.errors_ = Errors.measure(y, p)
        return 1.0

    def _loss(self, reduction: Literal["mean", "sum"]) -> Loss:
        return SquaredError(reduction=reduction)

    def _start(self) -> Initializer:
        return Zeros()  # so before training every prediction is the mean of the targets

    def _answers_as_json(self) -> dict[str, Any]:
        errors = None if self.errors_ is None else self.errors_.as_json()
        return {"mean": self.mean_, "scale": self.scale_, "errors": errors}

    def _take_answers(self, answers: dict[str, Any], outputs: int) -> None:
        mean: Any = answers.get("mean")
        scale: Any = answers.get("scale")
        if not (is_finite(mean) and is_finite(scale)) or outputs != 1:
            raise broken()
        self.errors_ = Errors.of_json(answers.get("errors"))
        self.mean_, self.scale_ = float(mean), float(scale)
