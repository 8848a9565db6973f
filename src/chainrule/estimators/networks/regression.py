"""Regression: the common part of regressors with layers of the user."""

from __future__ import annotations

from typing import Any, Self

from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils import column_or_1d
from sklearn.utils.validation import _check_sample_weight

from ...arrays import Array
from ...errors import DataError
from ...losses.squared_error import SquaredError
from ..common import all_or_nothing
from ..fit_tasks import with_callbacks
from .network_estimator import LayeredEstimator


class Regression(RegressorMixin, LayeredEstimator):
    """A regressor: targets are numbers, one or several in each row. Abstract."""

    _several: bool

    # ---------------------------------------------------------------- learning

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network; with warm_start train the existing one further.

        Parameters
        ----------
        X : array (N, n_features), or images (N, H, W) or (N, H, W, C)
            Rows. Unless dtype is given, float64 rows are computed in float64, float32 and uint8
            rows in float32.
        y : array (N,) or (N, n_outputs)
            Numbers.
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0.
        """
        return self._fit(X, y, sample_weight, once=False)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, without validation and early stopping.

        Parameters
        ----------
        X : array
            Rows.
        y : array
            Numbers.
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0.
        """
        return self._fit(X, y, sample_weight, once=True)

    @all_or_nothing
    @with_callbacks
    def _fit(self, X: Any, y: Any, sample_weight: Any, once: bool) -> Self:
        goes_on, tasks = self._goes_on(once), self._tasks(X, y, sample_weight, once)
        rows, y = self._rows(X, y, reset=not goes_on, multi_output=True, y_numeric=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        targets = y.reshape(len(y), -1)
        if goes_on and targets.shape[1:] != self.network_.programs.output[1:]:
            known = self.network_.programs.output[1]
            raise DataError(
                "y",
                f"{known} numbers in each row, as in the first fit",
                f"{targets.shape[1]}",
                "Keep its form.",
            )
        weights = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, rows, ensure_non_negative=True)
        )
        self._several = y.ndim == 2
        self._train(
            rows, targets, weights, self._loss(SquaredError(), goes_on), targets.shape[1], tasks
        )
        return self

    # ---------------------------------------------------------------- using it

    def predict(self, X: Any) -> Array:
        """Return the outputs after the loss's link, in the form of y: (N,) or (N, n_outputs).

        Parameters
        ----------
        X : array
            Rows.
        """
        rows = self._rows(X)
        outputs: Array = self.network_.predict(rows)
        return outputs if self._several else outputs[:, 0]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
