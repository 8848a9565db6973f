"""HiddenLayer: the values of a hidden layer as a transformer."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    MetaEstimatorMixin,
    TransformerMixin,
    _fit_context,
    clone,
)
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.validation import check_is_fitted, validate_data

from ...arrays import Array
from ...errors import ParameterError, ShapeError
from ...network import Network
from ..common import REALS, Checked, SafeParams, all_or_nothing
from ..dense_rows import dense
from ..fit_tasks import CallbackSupportMixin, FitTasks, with_callbacks
from .hidden_part import hidden_part
from .images import rank


class HiddenLayer(
    SafeParams,
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    MetaEstimatorMixin,
    TransformerMixin,
    Checked,
    BaseEstimator,
):
    """The values of a hidden layer as features: h = f_k(… f₁(x)).

    The part of the network goes up to the next layer with weights.

    `estimator` may be a network or a fitted estimator with `network_`; both stay as they are. If it
    is not fitted, `fit(X, y)` fits a clone of it. Note that `clone`, and so every search and
    cross-validation, returns an estimator that is not fitted: then it is fitted again on each part,
    unless it is wrapped in a sklearn.frozen.FrozenEstimator.

    Parameters
    ----------
    estimator : Network, or an estimator of chainrule with `network_`
        The owner of the layer.
    layer : int
        The number of the hidden layer, from 0; -1 is the last before the output layer.

    Attributes
    ----------
    estimator_ : Network or estimator
        The estimator that was fitted, or the given one.
    network_ : Network
        The part of its network up to the layer, with a copy of the weights.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Raises
    ------
    ParameterError
        A layer that does not exist, or an estimator without a network.

    References
    ----------
    Donahue et al., "DeCAF: a deep convolutional activation feature for generic visual recognition",
    ICML 2014.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.estimators import HiddenLayer, NetworkClassifier
    >>> X, y = cr.datasets.moons(100, seed=0)
    >>> features = HiddenLayer(NetworkClassifier(cr.Dense(5), epochs=5, random_state=0))
    >>> features.fit_transform(X, y).shape, features.get_feature_names_out()[:2].tolist()
    ((100, 5), ['hiddenlayer0', 'hiddenlayer1'])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "estimator": [Network, HasMethods(["fit", "get_params"])],
        "layer": [Integral],
    }

    def __init__(self, estimator: Any, *, layer: int = -1) -> None:
        self.estimator = estimator
        self.layer = layer

    @_fit_context(prefer_skip_nested_validation=False)
    @all_or_nothing
    @with_callbacks
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Fit a clone of the estimator, unless it is a network or already fitted.

        Parameters
        ----------
        X : array (N, n_features), or images
            Rows.
        y : array, optional
            Labels or numbers, if the estimator needs them.
        sample_weight : array (N,), optional
            The weight of each row, for estimators that take it.
        """
        tasks, given = FitTasks(self, X, y, sample_weight, epochs=1), self.estimator
        ready = isinstance(given, Network) or hasattr(given, "network_")
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        fitted = given if ready else clone(given)
        if not ready:
            with tasks.of(fitted):
                fitted.fit(X, y, **weights)
        net = fitted if isinstance(fitted, Network) else getattr(fitted, "network_", None)
        if not isinstance(net, Network):
            raise ParameterError(
                "HiddenLayer",
                "an estimator with network_",
                f"{given!r}",
                "Take NetworkClassifier, or a Network.",
            )
        self.network_ = hidden_part("HiddenLayer", net, self.layer)
        self.estimator_ = fitted
        self._rows(X, reset=True)
        self._n_features_out = int(np.prod(self.network_.programs.output[1:]))
        tasks.ends()
        return self

    def transform(self, X: Any) -> Array:
        """Return the values of the layer, (N, units); images and sequences become flat rows.

        Parameters
        ----------
        X : array
            Rows, as the estimator takes them.
        """
        check_is_fitted(self, "network_")
        rows = self._rows(X, reset=False)
        values: Array = self.network_.predict(rows)
        return values.reshape(len(values), math.prod(values.shape[1:]))

    def _rows(self, X: Any, reset: bool) -> Array:
        """Return rows for the network, checked and scaled by the estimator if it does so."""
        X = dense("HiddenLayer", X) if issparse(X) else X
        flat = X
        if rank(X) > 2:
            many = np.asarray(X)
            flat = many.reshape(len(many), math.prod(many.shape[1:]))
        least = int(reset)  # no rows are transformed to no rows
        checked = validate_data(self, flat, dtype=REALS, reset=reset, ensure_min_samples=least)
        if hasattr(self.estimator_, "_rows"):
            return self.estimator_._rows(X)  # type: ignore[no-any-return]
        row: Any = self.network_.inputs["x"]  # type: ignore[index]
        if checked.shape[1] != np.prod(row):
            numbers = f"rows of {' × '.join(map(str, row))} numbers"
            raise ShapeError(
                "HiddenLayer: X",
                numbers,
                f"{checked.shape[1]}",
                "Give rows like those of the network.",
            )
        rows: Array = checked.reshape(len(checked), *row)
        return rows

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.input_tags.sparse = True
        return tags
