"""MLPClassifier: scikit-learn's class of this name, computed by a chainrule Network."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target
from sklearn.utils.validation import check_is_fitted

from ...arrays import Array
from ...losses.base import Loss
from ..common import all_or_nothing
from .labels import Classes
from .mlp import MLP, STOCHASTIC
from .words import OF_OUTPUTS


def _is_stochastic(est: Any) -> bool:
    """Return True; raise AttributeError if the solver has no `partial_fit`."""
    if est.solver not in STOCHASTIC and est.optimizer is None:
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{est.solver} is not stochastic."
        )
    return True


class MLPClassifier(ClassifierMixin, MLP):
    """A network of dense layers that classifies: a drop-in replacement for scikit-learn's.

    L = Σₙ wₙ ℓₙ / Σ w + ½ α Σ W² / Σ w with ℓ = −log softmax(z)_y for several classes, and
    ℓ = Σₖ (softplus(z) − y z) for two classes and for multi-label targets. With lbfgs, p is cut off
    at ε and 1 − ε as in scikit-learn; else it never is.

    The parameters after max_fun go beyond scikit-learn. Without them, and with an activation and a
    learning rate of scikit-learn, the weights are those of scikit-learn. With them `Network.fit`
    trains, with the same order of rows and stopping rule; Σ w in the penalty is then that of an
    average batch. Several columns of classes, y (N, columns), have one softmax each.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int
        Units of each hidden layer, ≥ 1.
    activation : str, Layer or sequence, default "relu"
        The activation of the hidden layers: {"identity", "logistic", "tanh", "relu"}, or beyond
        scikit-learn {"elu", "gelu", "leaky_relu", "prelu", "selu", "silu", "softplus", "softsign"}
        or an object such as ELU(alpha=0.5). A sequence has one for each layer.
    solver : {"adam", "sgd", "lbfgs"}
        How the loss is minimized.
    alpha : float
        λ of ½ λ Σ W² / Σ w, ≥ 0.
    batch_size : int or "auto"
        Rows of a step, ≥ 1. "auto": 200, or all rows if there are fewer. lbfgs ignores it.
    learning_rate : str or schedule, default "constant"
        For sgd: "constant"; "invscaling", divided by (rows seen + 1)^power_t; "adaptive", divided
        by five whenever nothing improves. For all solvers: {"cosine", "exponential_decay",
        "inverse_time_decay", "one_cycle", "polynomial_decay"} from learning_rate_init over max_iter
        epochs, or any function of the step from 1 such as Cosine(0.1, 500).
    learning_rate_init : float
        The first learning rate of sgd and adam, > 0.
    power_t : float
        The exponent of "invscaling", ≥ 0.
    max_iter : int
        The largest number of epochs, or of iterations of lbfgs, ≥ 1.
    shuffle : bool
        True: each epoch has its own order of rows.
    random_state : int, RandomState or None
        The source of starting weights, orders and validation rows: NumPy's legacy stream, drawn
        from as scikit-learn does.
    tol : float
        The smallest improvement that counts, ≥ 0. For lbfgs the largest gradient at its end.
    verbose : bool or int
        True: each epoch prints its loss.
    warm_start : bool
        True: `fit` continues from the current weights.
    momentum : float
        The momentum of sgd, from 0 to 1.
    nesterovs_momentum : bool
        True: sgd uses Nesterov's momentum, with the gradient at the point ahead.
    early_stopping : bool
        True: the score on validation rows decides when to stop, and the best weights come back.
    validation_fraction : float
        The share of rows held out for validation, from 0 to below 1.
    beta_1, beta_2 : float
        The decay rates of adam, from 0 to below 1.
    epsilon : float
        ε of adam, > 0.
    n_iter_no_change : int or inf
        Epochs without improvement before training stops, ≥ 1.
    max_fun : int
        The largest number of loss evaluations of lbfgs, ≥ 1.
    optimizer : str, Optimizer or sequence, default None
        {"adadelta", "adagrad", "adam", "adamax", "adamw", "amsgrad", "lbfgs", "momentum", "nadam",
        "nesterov", "rmsprop", "rprop", "sgd"} with learning_rate_init and learning_rate, or an
        object: AdamW(lr=0.01), (ClipNorm(1.0), Adam(), EMA()). It replaces solver. After an average
        (EMA, SWA), `fit` ends with the averaged weights.
    dropout : float or sequence of float, default 0.0
        The share of hidden units that is dropped, from 0 to below 1: one for all hidden layers, or
        one for each.
    normalization : {None, "batch", "layer"}, default None
        BatchNorm or LayerNorm between each hidden layer and its activation.
    l1 : float, default 0.0
        λ of λ Σ |W| / Σ w, ≥ 0.
    callbacks : sequence, default ()
        Callbacks of chainrule, and functions of the run that are called after each epoch; True ends
        training.
    initial_weights : dict, default None
        {"W1": array, "b2": array}, by the symbols or paths of network_; the others are drawn.
        Unknown names are refused.
    scoring : str or callable, default None
        The score of validation rows: a scorer of scikit-learn, "loss" (that is −loss), or
        (estimator, X, y) -> float; larger is better. None: accuracy.
    n_layers : int, default None
        The number of hidden layers, ≥ 0. Each has n_units units, else the first number in
        hidden_layer_sizes.
    n_units : int, default None
        Units of each hidden layer, ≥ 1.
    loss : "log_loss" or Loss, default "log_loss"
        ℓ above, or an object: SoftmaxCrossEntropy(label_smoothing=0.1), or a loss of your own whose
        link gives probabilities.
    class_weight : dict, "balanced" or list of dict, default None
        {label: weight ≥ 0}; other labels weigh 1. "balanced": N / (classes · rows of the class),
        where a row counts sample_weight times and `partial_fit` counts its own rows. It multiplies
        sample_weight. A list has one for each column of y.

    Attributes
    ----------
    classes_ : array
        The sorted labels; for several columns of y a list with those of each.
    coefs_, intercepts_ : lists of arrays
        W (inputs, units) and b of each layer: the model. Arrays that you put in their place are
        used by everything. For several columns of y the last ones are the output layers of each.
    network_ : Network
        The chainrule Network: equations, gradients, activations, summary.
    loss_, best_loss_, loss_curve_
        The last and the smallest loss, and that of every epoch (the mean over its batches, each
        before its update).
    validation_scores_, best_validation_score_, validation_loss_curve_
        With early_stopping or validation rows of your own the score by `scoring` and the loss as
        loss_ counts it, by epoch; else None.
    n_iter_, t_ : int
        Epochs of the last call; rows seen in all calls.
    n_layers_, n_outputs_, out_activation_, n_features_in_, feature_names_in_
        As in scikit-learn.

    Raises
    ------
    ValueError
        A parameter outside its range, data that cannot be learned from, or weights that became
        infinite.

    References
    ----------
    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010: the starting weights.

    Examples
    --------
    >>> from chainrule.estimators import MLPClassifier
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], ["even", "odd", "odd", "even"]
    >>> MLPClassifier(8, "tanh", solver="lbfgs", random_state=1).fit(X, y).predict(X).tolist()
    ['even', 'odd', 'odd', 'even']

    Beyond scikit-learn:

    >>> import chainrule as cr
    >>> beyond = {"activation": "gelu", "dropout": 0.1, "optimizer": cr.AdamW(lr=0.01)}
    >>> model = MLPClassifier(n_layers=2, n_units=16, random_state=0, **beyond)
    >>> model = model.set_params(layers__0__units=32)
    >>> model.fit(X * 30, y * 30, validation_data=(X, y)).predict(X).tolist()
    ['even', 'odd', 'odd', 'even']
    >>> model.validation_loss_curve_[-1] < model.validation_loss_curve_[0]
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **MLP._parameter_constraints,
        "loss": [StrOptions({"log_loss"}), Loss],
        "class_weight": [StrOptions({"balanced"}), dict, list, None],
    }
    _numeric = False

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: Any = "constant",
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
        optimizer: Any = None,
        dropout: Any = 0.0,
        normalization: str | None = None,
        l1: float = 0.0,
        callbacks: Any = (),
        initial_weights: Any = None,
        scoring: Any = None,
        n_layers: int | None = None,
        n_units: int | None = None,
        loss: Any = "log_loss",
        class_weight: Any = None,
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
        self.optimizer = optimizer
        self.dropout = dropout
        self.normalization = normalization
        self.l1 = l1
        self.callbacks = callbacks
        self.initial_weights = initial_weights
        self.scoring = scoring
        self.n_layers = n_layers
        self.n_units = n_units
        self.loss = loss
        self.class_weight = class_weight

    # ---------------------------------------------------------------- learning

    @available_if(_is_stochastic)
    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Self:
        """Train for one epoch on these rows.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        y : array (N,) or (N, n_outputs)
            Labels.
        sample_weight : array (N,), optional
            The weight of each row.
        classes : array, optional
            All labels that will ever occur; the first call needs them. For several columns of
            classes a list with those of each column.
        """
        columns = isinstance(classes, (list, tuple)) and len(classes) > 0
        if columns and all(np.ndim(c) == 1 for c in classes):
            if not hasattr(self, "classes_"):
                self._set_classes(Classes.of_columns(classes))
        elif not isinstance(
            getattr(self, "classes_", None), list
        ) and _check_partial_fit_first_call(self, classes):
            several = type_of_target(y).startswith("multilabel")
            self._label_binarizer = LabelBinarizer().fit(y if several else classes)
        return self._fit(X, y, sample_weight, tasks=None)

    @property
    def _classes(self) -> Classes:
        """The classes, as they are now."""
        return Classes(self.classes_, getattr(self, "_label_binarizer", None))

    def _set_classes(self, found: Classes) -> None:
        self.classes_ = found.names
        if found.binarizer is not None:
            self._label_binarizer = found.binarizer

    def _learn_classes(self, y: Array, incremental: bool) -> None:
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            self._set_classes(Classes.of(y))
            return
        if self.warm_start:
            self._classes.refuse_other(y)
        self._classes.refuse_new(y)

    def _refuse_new(self, y: Array) -> None:
        self._classes.refuse_new(y)

    def _encode(self, y: Array, dtype: Any) -> Array:
        return self._classes.encode(y, dtype, self.loss)

    def _weigh(self, y: Array, weights: Array | None) -> Array | None:
        return self._classes.weigh(self.class_weight, y, weights)

    def _targets(self, target: Array) -> Any:
        if not self._classes.several:
            return target
        return {f"y{k}": column for k, column in enumerate(target.T)}

    def _units(self, target: Array) -> tuple[Any, str]:
        return self._classes.units(target)

    def _loss(self) -> Loss:
        if isinstance(self.loss, Loss):
            return self.loss
        return OF_OUTPUTS[self.out_activation_]

    def _score(self, p: Array, target: Array, weights: Array | None) -> float:
        found = self._classes.numbers(p, self.out_activation_)
        if self._classes.several:
            return float(np.average((found == target).all(axis=1), weights=weights))
        if found.ndim < target.ndim:  # one-hot rows
            target = target.argmax(axis=1)
        return float(
            accuracy_score(target, found.astype(target.dtype, copy=False), sample_weight=weights)
        )

    # ---------------------------------------------------------------- using it

    def predict(self, X: Any) -> Array:
        """Return the most likely class of each row; for multi-label targets every likely label.

        A label of a multi-label target is likely if its probability is above one half.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        check_is_fitted(self)
        return self._classes.labels(self._outputs(X), self.out_activation_)

    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class (N, classes); a list for several columns of y.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        check_is_fitted(self)
        p = self._outputs(X)
        if self._classes.several:
            return self._classes.split(p)
        return np.hstack([1 - p, p]) if self.n_outputs_ == 1 else p

    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithm of `predict_proba`.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        p = self.predict_proba(X)
        return [np.log(part) for part in p] if isinstance(p, list) else np.log(p, out=p)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of rows whose label is right; of several labels all must be right.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        y : array (N,) or (N, n_outputs)
            Labels.
        sample_weight : array (N,), optional
            The weight of each row.
        """
        p = self.predict(X)
        if not self._classes.several:
            return float(accuracy_score(y, p, sample_weight=sample_weight))
        return float(np.average((np.asarray(y) == p).all(axis=1), weights=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags
