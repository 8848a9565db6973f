"""MLPRegressor: scikit-learn's class of this name, computed by a chainrule Network."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from ...arrays import Array
from ...losses.base import Loss
from ...losses.poisson import Poisson
from ..common import all_or_nothing
from .mlp import MLP
from .words import LOSSES


class MLPRegressor(RegressorMixin, MLP):
    """A network of dense layers that predicts numbers: a drop-in replacement for scikit-learn's.

    It minimizes Σₙ wₙ ℓₙ / Σ w + ½ α Σ W² / Σ w with ℓ = ½ Σₖ (p − y)². As in scikit-learn, loss_
    is the mean over the outputs k instead of the sum.

    The parameters after max_fun and other losses go beyond scikit-learn. Without them, and with an
    activation and a learning rate of scikit-learn, the weights are those of scikit-learn. With them
    `Network.fit` trains, with the same order of rows and stopping rule. Σ w in the penalty is then
    that of an average batch, and loss_ is the loss of the Network: the sum over k.

    Parameters
    ----------
    loss : str or Loss, default "squared_error"
        "squared_error", ½ (p − y)²; "poisson", the deviance of counts with p = exp z; beyond
        scikit-learn {"absolute_error", "huber", "log_cosh", "quantile"} or an object such as
        Huber(delta=2.0).
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
        (estimator, X, y) -> float; larger is better. None: R².
    n_layers : int, default None
        The number of hidden layers, ≥ 0. Each has n_units units, else the first number in
        hidden_layer_sizes.
    n_units : int, default None
        Units of each hidden layer, ≥ 1.

    Attributes
    ----------
    coefs_, intercepts_ : lists of arrays
        W (inputs, units) and b of each layer: the model. Arrays that you put in their place are
        used by everything.
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
    >>> from chainrule.estimators import MLPRegressor
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> line = MLPRegressor(activation="identity", solver="lbfgs", alpha=0, random_state=0)
    >>> line.fit(X, y).predict([[3.0]]).round(2)
    array([7.])

    Beyond scikit-learn:

    >>> import chainrule as cr
    >>> rows, heights = [[0.0], [1.0], [2.0], [3.0], [4.0]], [1.0, 3.0, 90.0, 7.0, 9.0]  # 90!
    >>> settings = {"n_layers": 0, "optimizer": "lbfgs", "alpha": 0, "random_state": 0}
    >>> robust = MLPRegressor(loss=cr.Huber(delta=0.1), **settings)
    >>> robust.fit(rows, heights).predict(X).round(1)
    array([1., 3., 5.])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **MLP._parameter_constraints,
        "loss": [StrOptions(set(LOSSES)), Loss],
    }

    _numeric = True

    def __init__(
        self,
        loss: Any = "squared_error",
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
    ) -> None:
        self.loss = loss
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

    # ---------------------------------------------------------------- learning

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows.

        With solver="lbfgs", as in scikit-learn, it is a whole run from the current weights.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        y : array (N,) or (N, n_outputs)
            Numbers.
        sample_weight : array (N,), optional
            The weight of each row.
        """
        return self._fit(X, y, sample_weight, tasks=None)

    def _learn_classes(self, y: Array, incremental: bool) -> None:
        """Do nothing: a regressor has no classes."""

    def _encode(self, y: Array, dtype: Any) -> Array:
        return y.reshape(len(y), -1)

    def _units(self, target: Array) -> tuple[int, str]:
        return target.shape[1], "exp" if isinstance(self._loss(), Poisson) else "identity"

    def _loss(self) -> Loss:
        return self.loss if isinstance(self.loss, Loss) else LOSSES[self.loss]

    def _score(self, p: Array, target: Array, weights: Array | None) -> float:
        return float(r2_score(target, p, sample_weight=weights))

    # ---------------------------------------------------------------- using it

    def predict(self, X: Any) -> Array:
        """Return the outputs, (N,) or (N, n_outputs).

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        check_is_fitted(self)
        p = self._outputs(X)
        return p.ravel() if p.shape[1] == 1 else p
