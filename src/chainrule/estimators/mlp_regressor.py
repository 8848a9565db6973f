"""MLPRegressor as scikit-learn has it; the work is done by a chainrule Network."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from ..arrays import Array
from ..losses.base import Loss
from ..losses.poisson import Poisson
from ..losses.squared_error import SquaredError
from .mlp import MLP, REALS, is_stochastic
from .mlp_network import outputs


class MLPRegressor(RegressorMixin, MLP):
    """A network of dense layers that gives numbers: scikit-learn's drop-in.

    It descends on Σₙ wₙ ℓₙ / Σ w + ½ α Σ W² / Σ w with ℓ = ½ Σₖ (p − y)². As in scikit-learn, loss_ counts the mean over the
    outputs k instead of the sum.

    Parameters
    ----------
    loss : {"squared_error", "poisson"}
        ½ (p − y)², or the Poisson deviance of counts, for which p = exp z.
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
    >>> from chainrule.estimators import MLPRegressor
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> line = MLPRegressor(activation="identity", solver="lbfgs", alpha=0, random_state=0).fit(X, y)
    >>> line.predict([[3.0]]).round(2)
    array([7.])
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **MLP._parameter_constraints,
        "loss": [StrOptions({"squared_error", "poisson"})],
    }

    def __init__(
        self,
        loss: str = "squared_error",
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

    # ---------------------------------------------------------------- learning

    @available_if(is_stochastic)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """One epoch on these rows.

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        y : array (N,) or (N, n_outputs)
            Numbers.
        sample_weight : array (N,), optional
            What each row counts.
        """
        return self._fit(X, y, sample_weight, incremental=True)

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, Array]:
        X, y = validate_data(
            self, X, y, accept_sparse=["csr", "csc"], multi_output=True, y_numeric=True, dtype=REALS, reset=reset
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, y.reshape(len(y), -1)

    def _units(self, target: Array) -> tuple[int, str]:
        return target.shape[1], "exp" if self.loss == "poisson" else "identity"

    def _loss(self) -> Loss:
        if self.out_activation_ == "exp":
            return Poisson(outputs="sum")
        return SquaredError(outputs="sum", half=True)

    def _score(self, X: Any, target: Array, weights: Array | None) -> float:
        p = outputs(self._linked(), X)
        return float(r2_score(target, p, sample_weight=weights)) if np.isfinite(p).all() else np.nan

    # ---------------------------------------------------------------- using it

    def predict(self, X: Any) -> Array:
        """The outputs, (N,) or (N, n_outputs).

        Parameters
        ----------
        X : array or sparse matrix (N, n_features)
            Rows.
        """
        check_is_fitted(self)
        p = self._outputs(X)
        return p.ravel() if p.shape[1] == 1 else p
