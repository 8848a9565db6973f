"""Regression: the common part of regressors with layers of the user."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import _check_sample_weight

from ...arrays import Array
from ...errors import DataError, ParameterError
from ...graph.program import Shape
from ...layers import Heads
from ...layers.base import Layer
from ...losses.base import Loss
from ...losses.joint import JointLoss
from ...losses.squared_error import SquaredError
from ...network import Network
from ..common import all_or_nothing, warn
from ..fit_tasks import with_callbacks
from ..labels import link_of
from ..mlp.validation import chosen
from ..processes import in_processes
from .network_estimator import LayeredEstimator
from .own_head import INFINITE, Ending
from .quantile_heads import check_quantiles, columns_of, heads_of, loss_of
from .target_scale import TargetScale, can_be_scaled, is_equivariant


class Regression(RegressorMixin, LayeredEstimator):
    """A regressor: targets are numbers, one or several in each row. Abstract."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **LayeredEstimator._parameter_constraints,
        "scale_target": ["boolean", StrOptions({"auto"})],
        "quantiles": [tuple, list, None],
    }
    scale_target: bool | str = False  # of estimators pickled by earlier versions
    quantiles: Any = None
    target_scale_: TargetScale | None
    _several: bool

    # ---------------------------------------------------------------- learning

    @in_processes
    @_fit_context(prefer_skip_nested_validation=True)
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
        """Train a new network; with warm_start train the existing one further.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features), or images (N, H, W) or (N, H, W, C)
            Rows; sparse ones become an array. Unless dtype is given, float64 rows are computed in
            float64, float32 and uint8 rows in float32.
        y : array (N,) or (N, n_outputs)
            Numbers.
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0.
        validation_data : (X_val, y_val) or (X_val, y_val, sample_weight_val), optional
            Your own validation rows. Their loss is in history_, and with early_stopping it decides;
            validation_fraction then holds no rows out. The steps of a Pipeline do not transform
            them.
        X_val, y_val, sample_weight_val : arrays, optional
            The same one by one, as scikit-learn's gradient boosting takes them. If metadata routing
            is on, Pipeline(..., transform_input=["X_val"]) transforms X_val like X.
        comm : communicator, optional
            As in `Network.fit`: its processes train together, and all get the fitted attributes.
        """
        validation_data = chosen(
            type(self).__name__, validation_data, X_val, y_val, sample_weight_val
        )
        return self._fit(X, y, sample_weight, validation_data, once=False)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, without validation and early stopping.

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        y : array
            Numbers.
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0.
        """
        return self._fit(X, y, sample_weight, None, once=True)

    @all_or_nothing
    @with_callbacks
    def _fit(self, X: Any, y: Any, sample_weight: Any, validation_data: Any, once: bool) -> Self:
        goes_on, tasks = self._goes_on(once), self._tasks(X, y, sample_weight, once)
        rows, y = self._rows(X, y, reset=not goes_on, multi_output=True, y_numeric=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        targets = y.reshape(len(y), -1)
        self._check_outputs(targets, goes_on)
        weights = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, rows, ensure_non_negative=True)
        )
        loss: Any = self._loss_of_numbers(targets, goes_on)
        if not goes_on:
            self._warn_of_range(targets, rows.shape[1:])
            self.target_scale_ = self._scale_of(targets, weights, rows.shape[1:], loss)
        held: Any = None
        if validation_data is not None:
            held = self._held(validation_data, rows.shape[1:], targets.shape[1])
        if (scale := self._scale()) is not None:
            targets = scale.scaled(targets)
        self._several = y.ndim == 2
        units: Any = targets.shape[1]
        if isinstance(loss, JointLoss):  # each quantile has the same target
            units = heads_of(self._quantiles())
            targets = dict.fromkeys(loss.names, targets)
            if held is not None:
                held = (held[0], dict.fromkeys(loss.names, held[1]), held[2])
        self._train(rows, targets, weights, loss, units, tasks, held)
        return self

    def _quantiles(self) -> tuple[float, ...]:
        """Return the quantiles, checked; nothing if a single number is predicted."""
        if self.quantiles is None:
            return ()
        return check_quantiles(type(self).__name__, self.quantiles, self.loss, self.output)

    def _check_outputs(self, targets: Array, goes_on: bool) -> None:
        """Raise DataError for another number of targets than the network has, or can have."""
        known = targets.shape[1]
        if goes_on:
            joint = isinstance(self.network_.loss, JointLoss)
            known = 1 if joint else self.network_.programs.output[1]
        elif self._quantiles():
            known = 1
        if targets.shape[1] != known:
            rule = f"{known} numbers in each row, as in the first fit"
            if known == 1:
                rule = "one number in each row" + (", as in the first fit" if goes_on else "")
            raise DataError("y", rule, f"{targets.shape[1]}", "Keep its form.")

    def _loss_of_numbers(self, targets: Array, goes_on: bool) -> Any:
        """Return the loss of this call."""
        quantiles = self._quantiles()
        if quantiles and not goes_on:
            return loss_of(quantiles)
        loss = self._loss(SquaredError(), goes_on)
        if isinstance(loss, JointLoss):
            return loss
        if link_of(loss) == "softmax" and targets.shape[1] == 1:
            where, remedy = f"{type(self).__name__}(loss={loss!r})", "Take NetworkClassifier."
            raise ParameterError(where, "a loss of numbers", "one of classes", remedy)
        return loss

    def _layers(self, shape: Shape, units: Any) -> tuple[Layer, ...]:
        if isinstance(units, Heads):
            return *self._hidden_layers(shape), units
        return super()._layers(shape, units)

    def _held(self, validation_data: Any, like: Shape, outputs: int) -> tuple[Array, ...]:
        """Return the user's validation rows with targets in the scale of training."""
        rows, y, weights = self._validation_rows(validation_data, like, y_numeric=True)
        y = y.reshape(len(y), -1)
        if y.shape[1] != outputs:
            rule, got = f"{outputs} numbers in each row, as in y", f"{y.shape[1]}"
            raise DataError("validation_data: y", rule, got, "Keep its form.")
        scale = self._scale()
        return rows, y if scale is None else scale.scaled(y), weights

    def _scale_of(
        self, targets: Array, weights: Array | None, shape: Shape, loss: Loss
    ) -> TargetScale | None:
        """Return the scale of the targets; None if they are learned as they are."""
        if self.scale_target is False:
            return None
        if isinstance(loss, JointLoss):  # of quantiles
            scale = TargetScale.of(targets, weights)
            usual = self.scale_target == "auto" and (self.initial_weights is not None)
            return None if usual or not (scale.is_far or self.scale_target is True) else scale
        whole = can_be_scaled(self._layers(shape, targets.shape[1]))
        linked = link_of(loss) != "identity"
        if self.scale_target is True:
            if linked or not whole:
                got = f"{loss!r}, whose link is not the identity" if linked else "another one"
                rule = "a loss without a link" if linked else "Dense(...) with a bias as last layer"
                where = f"{type(self).__name__}(scale_target=True)"
                raise ParameterError(where, rule, got, "Write scale_target=False.")
            return TargetScale.of(targets, weights)
        if linked or not whole or not is_equivariant(loss) or self.initial_weights is not None:
            return None
        scale = TargetScale.of(targets, weights)
        return scale if scale.is_far else None

    def _scale(self) -> TargetScale | None:
        """Return the scale in use; estimators pickled by earlier versions have none."""
        found: TargetScale | None = self.__dict__.get("target_scale_")
        return found

    def _in_users_unit(self, network: Network) -> Network:
        scale = self._scale()
        return network if scale is None else scale.in_users_unit(network)

    def _has_head(self, ending: Ending, units: int) -> bool:
        """Return True if the layers already end with the output layer.

        A Dense(1) is never a hidden layer, whatever follows it: Dense(1), ReLU() means numbers ≥ 0.
        """
        dense = ending.last_dense
        one = units == 1 and dense is not None and dense.units == 1
        return ending.units == units and (one or ending.kind in ("dense", "softmax", "inside"))

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

        With quantiles= they are (N, n_quantiles), in rising order in each row.

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        """
        rows = self._rows(X)
        outputs: Any = self.network_.predict(rows)
        if isinstance(outputs, dict):
            return columns_of(outputs)
        found: Array = outputs if self._several else outputs[:, 0]
        return found

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R² of the predictions; of several quantiles of the one nearest to the median.

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        y : array (N,) or (N, n_outputs)
            Numbers.
        sample_weight : array (N,), optional
            The weight of each row.
        """
        p = self.predict(X)
        if isinstance(self.network_.loss, JointLoss):
            p = p[:, int(np.argmin(np.abs(np.subtract(self._quantiles(), 0.5))))]
        return float(r2_score(y, p, sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
