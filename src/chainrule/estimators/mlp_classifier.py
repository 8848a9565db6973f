"""MLPClassifier as scikit-learn has it; the work is done by a chainrule Network."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from ..arrays import Array
from ..losses.base import Loss
from ..losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ..losses.softmax_cross_entropy import SoftmaxCrossEntropy
from .mlp import MLP, REALS, is_stochastic
from .mlp_network import outputs


class MLPClassifier(ClassifierMixin, MLP):
    """A network of dense layers that tells classes apart: scikit-learn's drop-in.

    L = Σₙ wₙ ℓₙ / Σ w + ½ α Σ W² / Σ w with ℓ = −log softmax(z)_y for several classes, Σₖ (softplus(z) − y z) for two classes
    and for multi-label targets. The loss is never cut off at −log ε, as scikit-learn's is.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int
        Units of each hidden layer, ≥ 1.
    activation : {"relu", "tanh", "logistic", "identity"}
        Of the hidden layers.
    solver : {"adam", "sgd", "lbfgs"}
        How the loss is minimised.
    alpha : float
        λ of ½ λ Σ W² / Σ w, ≥ 0.
    batch_size : int or "auto"
        Rows of a step, ≥ 1; "auto": 200, or all where there are fewer. Not for lbfgs.
    learning_rate : {"constant", "invscaling", "adaptive"}
        Of sgd: as it is; divided by (rows seen + 1)^power_t; a fifth whenever nothing improves.
    learning_rate_init : float
        > 0; of sgd and adam.
    power_t : float
        ≥ 0; of "invscaling".
    max_iter : int
        Most epochs, or iterations of lbfgs, ≥ 1.
    shuffle : bool
        Whether each epoch has an order of its own.
    random_state : int, RandomState or None
        Of starting weights, order and validation rows: NumPy's legacy stream, drawn from as scikit-learn does.
    tol : float
        ≥ 0; what counts as an improvement. lbfgs: the largest gradient at its end.
    verbose : bool or int
        Whether each epoch prints its loss.
    warm_start : bool
        Whether `fit` goes on from the weights that are there.
    momentum : float
        From 0 to 1; of sgd.
    nesterovs_momentum : bool
        Whether sgd's gradient is taken ahead.
    early_stopping : bool
        Whether the score on validation rows decides, and the best weights come back.
    validation_fraction : float
        Of the rows, from 0 to below 1.
    beta_1, beta_2 : float
        From 0 to below 1; of adam.
    epsilon : float
        > 0; of adam.
    n_iter_no_change : int or inf
        Epochs without improvement until it stops, ≥ 1.
    max_fun : int
        Most calls of the loss by lbfgs, ≥ 1.

    Attributes
    ----------
    classes_ : array
        The labels, sorted.
    coefs_, intercepts_ : lists of arrays
        W (inputs, units) and b of each layer: the model. Arrays put in their place are obeyed by everything.
    network_ : Network
        The chainrule Network that does the work.
    loss_, best_loss_, loss_curve_
        The last, the smallest and every epoch's loss (mean over batches, each before its update).
    validation_scores_, best_validation_score_
        With early_stopping, else None.
    n_iter_, t_ : int
        Epochs of the last call; rows seen in all.
    n_layers_, n_outputs_, out_activation_, n_features_in_, feature_names_in_
        As in scikit-learn.

    Raises
    ------
    ValueError
        A parameter outside its range; data that cannot be learned from; weights that became infinite.

    References
    ----------
    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010: the starting
    weights.

    Examples
    --------
    >>> from chainrule.estimators import MLPClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["even", "odd", "odd", "even"]
    >>> MLPClassifier(8, "tanh", solver="lbfgs", random_state=1).fit(X, y).predict(X).tolist()
    ['even', 'odd', 'odd', 'even']
    """

    loss = "log_loss"

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun

    # ---------------------------------------------------------------- learning

    @available_if(is_stochastic)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """One epoch on these rows.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        y : array (N,) or (N, n_outputs)
            Labels.
        sample_weight : array (N,), optional
            What each row counts.
        classes : array, optional
            All labels that will ever come; needed by the first call.
        """
        if _check_partial_fit_first_call(self, classes):
            several = type_of_target(y).startswith("multilabel")
            self._label_binarizer = LabelBinarizer().fit(y if several else classes)
        return self._fit(X, y, sample_weight, incremental=True)

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, Array]:
        X, y = validate_data(self, X, y, accept_sparse=["csr", "csc"], multi_output=True, dtype=REALS, reset=reset)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            classes = unique_labels(y)
            if self.warm_start and set(classes) != set(self.classes_):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                    f"Previously got {self.classes_}, `y` has {classes}"
                )
            if len(np.setdiff1d(classes, self.classes_, assume_unique=True)):
                raise ValueError(
                    f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {classes}."
                )
        if self._label_binarizer.y_type_ == "multiclass" and y.ndim == 1:
            return X, np.searchsorted(self.classes_, y).astype(np.int32)
        return X, self._label_binarizer.transform(y).astype(X.dtype)

    def _units(self, target: Array) -> tuple[int, str]:
        if target.ndim == 1:
            return len(self.classes_), "softmax"
        return target.shape[1], "logistic"

    def _loss(self) -> Loss:
        return SoftmaxCrossEntropy() if self.out_activation_ == "softmax" else SigmoidCrossEntropy(outputs="sum")

    def _score(self, X: Any, target: Array, weights: Array | None) -> float:
        p = outputs(self._linked(), X)
        if not np.isfinite(p).all():
            return np.nan
        found = p.argmax(axis=1) if target.ndim == 1 else (p > 0.5).astype(target.dtype)
        return float(accuracy_score(target, found, sample_weight=weights))

    # ---------------------------------------------------------------- using it

    def predict(self, X: Any) -> Array:
        """The most likely class of each row, or for multi-label targets every label more likely than not.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        check_is_fitted(self)
        p = self._outputs(X)
        if self.out_activation_ == "softmax":
            return self.classes_[p.argmax(axis=1)]  # type: ignore[no-any-return]
        return self._label_binarizer.inverse_transform(p.ravel() if self.n_outputs_ == 1 else p)  # type: ignore[no-any-return]

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class (N, classes).

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        check_is_fitted(self)
        p = self._outputs(X)
        return np.hstack([1 - p, p]) if self.n_outputs_ == 1 else p

    def predict_log_proba(self, X: Any) -> Array:
        """log of `predict_proba`.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        p = self.predict_proba(X)
        return np.log(p, out=p)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
