"""Regression: the common part of regressors with layers of the user."""

from __future__ import annotations

from typing import Any, Self

from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils import column_or_1d
from sklearn.utils.validation import _check_sample_weight

from ...arrays import Array
from ...errors import DataError
from ...graph.program import Shape
from ...losses.squared_error import SquaredError
from ..common import all_or_nothing, warn
from ..fit_tasks import with_callbacks
from ..labels import link_of
from .network_estimator import LayeredEstimator
from .own_head import INFINITE, Ending


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
        if not goes_on:
            self._warn_of_range(targets, rows.shape[1:])
        self._several = y.ndim == 2
        self._train(
            rows, targets, weights, self._loss(SquaredError(), goes_on), targets.shape[1], tasks
        )
        return self

    def _has_head(self, ending: Ending, units: int) -> bool:
        """Return True if the layers already end with the output layer.

        A chain that ends with one number for each row is complete, whatever gives the number:
        Dense(1), ReLU() means numbers ≥ 0.
        """
        whole = ("dense", "softmax", "inside")
        return ending.units == units and (units == 1 or ending.kind in whole)

    def _warn_of_range(self, targets: Array, shape: Shape) -> None:
        """Warn of targets that the last layer of the user can never give."""
        ending = self._ending(shape)
        if ending is None or not self._has_head(ending, targets.shape[1]):
            return
        least, most = ending.range
        beyond = targets[(targets < least) | (targets > most)]
        if beyond.size and link_of(self.loss or SquaredError()) == "identity":
            numbers = f"from {least:g} to {most:g}" if most < INFINITE else f"≥ {least:g}"
            warn(
                f"{type(self).__name__}: {ending.last!r} at the end of layers gives numbers "
                f"{numbers}, but {beyond.size} of {targets.size} targets lie outside, such as "
                f"{beyond[0]:g}. Leave it out, or scale the targets."
            )

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
