"""Classification: the common part of classifiers with layers of the user."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.utils import column_or_1d, compute_sample_weight
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from ...arrays import Array
from ...errors import DataError, ParameterError
from ...graph.program import Shape
from ...layers import Heads
from ...layers.base import Layer
from ...losses.base import Loss
from ...losses.joint import JointLoss
from ...losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ...losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ..common import all_or_nothing, warn
from ..fit_tasks import with_callbacks
from ..label_columns import LabelColumns, has_columns
from ..labels import Labels, link_of
from ..mlp.validation import chosen
from ..processes import in_processes
from .network_estimator import LayeredEstimator
from .own_head import Ending


def _has_probabilities(est: Any) -> bool:
    """Return True if the link of the loss gives probabilities, as with every default loss."""
    loss = est.network_.loss if hasattr(est, "network_") else est.loss
    if loss is None or isinstance(loss, JointLoss):  # several columns have probabilities
        return True
    return link_of(loss) in ("softmax", "logistic")


def _has_margins(est: Any) -> bool:
    return not _has_probabilities(est)


class Classification(ClassifierMixin, LayeredEstimator):
    """A classifier: labels become targets of the loss, predictions become labels. Abstract."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **LayeredEstimator._parameter_constraints,
        "class_weight": [dict, list, StrOptions({"balanced"}), None],
    }
    classes_: Any  # of several columns of y a list
    _labels: Labels | LabelColumns

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
            Labels, numbers or words; or a table of 0 and 1 with several labels in each row; or
            several columns of classes, each of which gets an output layer and a loss of its own.
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0; it is multiplied with class_weight.
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
        return self._fit(X, y, sample_weight, None, validation_data, once=False)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Train for one epoch on these rows, without validation and early stopping.

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        y : array
            Labels.
        sample_weight : array (N,), optional
            The weight of each row, ≥ 0.
        classes : array, optional
            All labels that will ever occur; the first call needs them.
        """
        return self._fit(X, y, sample_weight, classes, None, once=True)

    @all_or_nothing
    @with_callbacks
    def _fit(
        self, X: Any, y: Any, sample_weight: Any, classes: Any, validation_data: Any, once: bool
    ) -> Self:
        goes_on, tasks = self._goes_on(once), self._tasks(X, y, sample_weight, once)
        rows, y = self._rows(X, y, reset=not goes_on, multi_output=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        labels = self._labels if goes_on else self._new_labels(y, classes, once)
        if goes_on and classes is not None:
            self._check_classes(labels, classes)
        loss: Any
        if isinstance(labels, LabelColumns):
            loss = labels.losses(self.network_.loss if goes_on else self.loss)
            loss = self.network_.loss if goes_on else JointLoss.of(loss)
        else:
            usual = labels.loss() if goes_on else self._usual_loss(labels, rows.shape[1:])
            loss = self._loss(usual, goes_on)
        targets = labels.targets(y, loss)
        weights = self._weights(rows, y, sample_weight, labels, once)
        held = None
        if validation_data is not None:
            X_val, y_val, weights_val = self._validation_rows(validation_data, rows.shape[1:])
            held = (X_val, labels.targets(y_val, loss, "validation_data: y"), weights_val)
        self._labels, self.classes_ = labels, labels.classes
        self._train(rows, targets, weights, loss, labels.units(loss), tasks, held)
        return self

    def _weights(
        self, rows: Array, y: Array, sample_weight: Any, labels: Any, once: bool
    ) -> Array | None:
        """Return sample_weight times class_weight; None if all rows count alike."""
        weights = (
            None
            if sample_weight is None
            else _check_sample_weight(sample_weight, rows, ensure_non_negative=True)
        )
        if self.class_weight is None:
            return weights
        if once and self.class_weight == "balanced":
            where = f"{type(self).__name__}.partial_fit: class_weight"
            raise ParameterError(
                where,
                "weights by label",
                "'balanced'",
                "Give {label: weight}: these rows alone do not show how large the classes are.",
            )
        listed = isinstance(self.class_weight, list)
        if self.class_weight != "balanced" and listed != isinstance(labels, LabelColumns):
            rule = "{label: weight} for one column" if listed else "a list of {label: weight}"
            where = f"{type(self).__name__}(class_weight={self.class_weight!r})"
            raise ParameterError(where, rule, type(self.class_weight).__name__, "Or 'balanced'.")
        by_class: Array = compute_sample_weight(self.class_weight, y)
        return by_class if weights is None else weights * by_class

    def _usual_loss(self, labels: Labels, shape: Shape) -> Loss:
        """Return the loss that goes with these labels and with the end of the layers.

        Raises
        ------
        ParameterError
            The layers end with an output layer that does not fit the labels.
        """
        usual, ending = labels.loss(), self._ending(shape)
        if ending is None or ending.units == 0:
            return usual
        K, two = len(labels.classes), len(labels.classes) == 2 and not labels.several
        fits = f"Leave {ending.shown} out: the output layer is added. Or write Dense({K})."
        if ending.kind == "softmax":
            loss = SoftmaxCrossEntropy() if two else usual
            if labels.several:
                rule = "Sigmoid() for several labels in each row"
                remedy = f"Write it in place of the softmax, or leave {ending.shown} out."
            elif ending.units != K:
                rule, remedy = f"{K} outputs for {K} classes at the end of layers", fits
            elif link_of(self.loss or loss) != "softmax":
                rule = f"values before the link of {self.loss!r}"
                remedy = "Leave the softmax out, or write loss=SoftmaxCrossEntropy()."
            else:
                return loss
            raise ParameterError(type(self).__name__, rule, ending.shown, remedy)
        if ending.kind == "inside":
            rule, got = "values before the softmax", f"{ending.shown} as the last layer"
            remedy = "The loss applies the softmax itself: take it out of this layer."
            raise ParameterError(type(self).__name__, rule, got, remedy)
        if ending.kind == "dense" and ending.units == 1 and K > 2:
            rule = f"{K} outputs for {K} classes at the end of layers"
            remedy = f"{fits} A hidden layer of one unit needs output=Dense({K})."
            raise ParameterError(type(self).__name__, rule, ending.shown, remedy)
        if ending.kind == "dense" and two and ending.units == 2 and self.loss is None:
            return SoftmaxCrossEntropy()
        return usual

    def _has_head(self, ending: Ending, units: int) -> bool:
        if ending.kind != "logistic":
            return super()._has_head(ending, units)
        if ending.units != units or link_of(self.loss or SigmoidCrossEntropy()) != "logistic":
            return False
        if units == 1 or self._labels.several or self.loss is not None:
            return True
        warn(
            f"{type(self).__name__}: {ending.shown} is taken as a hidden layer, and Dense({units}) "
            "is added. If it is your output layer, leave it out or write Softmax(); if it is a "
            f"hidden layer, write output=Dense({units})."
        )
        return False

    def _complete(self, ending: Ending) -> tuple[Layer, ...]:
        return ending.before_link()  # the loss applies it

    def _new_labels(self, y: Array, classes: Any, once: bool) -> Labels | LabelColumns:
        """Return the labels of a first call."""
        several = isinstance(classes, list) and np.ndim(classes[0]) == 1 and y.ndim == 2
        if several or (has_columns(y) and (not once or classes is None)):
            if once and classes is None:
                return Labels(self._all_labels(y, classes))  # it says what is missing
            return LabelColumns(classes if once else list(y.T))
        return Labels(self._all_labels(y, classes) if once else y)

    def _check_classes(self, labels: Labels | LabelColumns, classes: Any) -> None:
        """Raise DataError unless the classes of a later call are those of the first."""
        if isinstance(labels, LabelColumns):
            alike = len(classes) == len(labels.columns) and all(
                np.array_equal(np.unique(a), b)
                for a, b in zip(classes, labels.classes, strict=True)
            )
        else:
            alike = np.array_equal(np.unique(classes), labels.classes)
        if not alike:
            rule = f"those of the first call, {labels.classes}"
            raise DataError("classes", rule, f"{classes}", "Leave them out.")

    def _layers(self, shape: Shape, units: Any) -> tuple[Layer, ...]:
        if not isinstance(units, Heads):
            return super()._layers(shape, units)
        if self.output is not None:
            rule, remedy = "no output layer for several columns of y", "Write output=None."
            where = f"{type(self).__name__}(output={self.output!r})"
            raise ParameterError(where, rule, "one", remedy)
        ending = self._ending(shape)
        if ending is not None and ending.kind in ("softmax", "inside"):
            rule = "hidden layers for several columns of y, each of which gets its output layer"
            remedy = f"Leave {ending.shown} out."
            raise ParameterError(type(self).__name__, rule, ending.shown, remedy)
        return *self._hidden_layers(shape), units

    def _all_labels(self, y: Array, classes: Any) -> Array:
        """Return labels in which every class occurs: those of `classes`, or a table of 0 and 1."""
        if type_of_target(y) == "multilabel-indicator":
            return y
        if classes is None:
            where = f"{type(self).__name__}.partial_fit"
            raise DataError(
                where, "classes= at the first call", "None", "Give all labels that will ever occur."
            )
        return np.asarray(classes)

    # ---------------------------------------------------------------- using it

    def _outputs(self, X: Any) -> Any:
        rows = self._rows(X)
        return self.network_.predict(rows)

    def predict(self, X: Any) -> Array:
        """Return the most likely label of each row (N,), or a table of the likely labels.

        One of several labels in a row is likely if its probability is above one half. Several
        columns of classes give the most likely label of each column, (N, n_columns).

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        """
        check_is_fitted(self, "network_")
        return self._labels.found(self._outputs(X), self.network_.loss)

    @available_if(_has_probabilities)
    def predict_proba(self, X: Any) -> Any:
        """Return P(class | x), (N, n_classes), in the order of `classes_`.

        Several columns of classes give a list of such tables, as scikit-learn's forests do.

        Only losses whose link gives probabilities have this method.

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        """
        check_is_fitted(self, "network_")
        return self._labels.probabilities(self._outputs(X), self.network_.loss)

    @available_if(_has_probabilities)
    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithm of `predict_proba`.

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        """
        p = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            return [np.log(part) for part in p] if isinstance(p, list) else np.log(p)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of rows whose label is right; of several labels all must be right.

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        y : array (N,) or (N, n_outputs)
            Labels.
        sample_weight : array (N,), optional
            The weight of each row.
        """
        check_is_fitted(self, "network_")
        if not isinstance(self._labels, LabelColumns):
            return float(super().score(X, y, sample_weight))
        right = (np.asarray(y) == self.predict(X)).all(axis=1)
        return float(np.average(right, weights=sample_weight))

    @available_if(_has_margins)
    def decision_function(self, X: Any) -> Array:
        """Return the outputs, (N, n_classes), or (N,) for two classes.

        Only losses without probabilities, such as Hinge, have this method.

        Parameters
        ----------
        X : array or sparse matrix
            Rows.
        """
        outputs: Array = self._outputs(X)
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        several = self.loss is None or link_of(self.loss) != "softmax"
        tags.classifier_tags.multi_label = several
        tags.target_tags.multi_output = several  # scikit-learn tries several labels in each row
        return tags
