"""Validation rows of an MLP, held out or the user's own: their loss and score by epoch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
from scipy.sparse import issparse
from scipy.special import xlog1py, xlogy
from sklearn.metrics import get_scorer

from ...arrays import Array
from ...errors import DataError
from ...losses.poisson import Poisson
from ...losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ...losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ...network import Network
from ...training.objective import ProgramObjective
from ..processes import is_first
from .batches import Batches
from .network import half_squares, outputs


@dataclass(frozen=True)
class Judge:
    """The judge of the validation rows: the estimator in its current state of training.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its curves are written, its coefs_ and alpha are read.
    network : function
        It returns the network with the weights that the estimator has now.
    score : function (p, target, weights) -> float
        Accuracy or R² of predictions.
    nameless : function
        It returns a copy of the estimator without feature names, since checked rows have none.
    """

    estimator: Any
    network: Callable[[], Network]
    score: Callable[[Array, Array, Array | None], float]
    nameless: Callable[[], Any]


class Held:
    """Validation rows.

    Parameters
    ----------
    judge : Judge
        The estimator that they score.
    X : array or sparse matrix
        Checked rows.
    y : array
        Their targets, as the user gave them.
    target : array
        Their targets, as the loss takes them.
    weights : array or None
        One number for each row.
    """

    def __init__(
        self, judge: Judge, X: Any, y: Array, target: Array, weights: Array | None
    ) -> None:
        self.judge, self.est = judge, judge.estimator
        self.X, self.y, self.target, self.weights = X, y, target, weights
        self.known = np.nan  # the loss, if the general Network has computed it
        self.batches: Batches | None = None
        self.p: Array | None = None  # predictions of this epoch
        self.scored: Any = None  # the estimator that a scorer gets
        scoring = self.est.scoring
        self.scorer = (
            get_scorer(scoring) if isinstance(scoring, str) and scoring != "loss" else scoring
        )
        if callable(self.scorer):  # a metric need not know weights
            asked = getattr(self.scorer, "_score_func", self.scorer)
            self.weighs = weights is not None and "sample_weight" in signature(asked).parameters

    def begin(self, net: Network, total: float | None = None) -> None:
        """Prepare for the first epoch.

        Parameters
        ----------
        net : Network
            The network that is trained.
        total : float, optional
            Σ w of a training batch: α is divided by it. None: the general Network computes the
            losses.
        """
        if callable(self.scorer):
            self.scored = self.judge.nameless()
        if total is not None:
            w = len(self.target) if self.weights is None else float(self.weights.sum())
            alpha = float(self.est.alpha) * w / total
            self.batches = Batches(net, self.X, self.target, self.weights, alpha, len(self.target))
            self.batch, self.lam = self.batches.whole()
            self.constant = self.batches.constant(slice(None), self.weights)
            self.objective = ProgramObjective(net.programs.score, (), net.engine, net.threads)

    def data(self, targets: Any) -> tuple[Any, ...]:
        """Return the rows as `Network.fit(validation_data=)` takes them."""
        X = self.X.toarray() if issparse(self.X) else self.X
        return (X, targets) if self.weights is None else (X, targets, self.weights)

    def look(self) -> None:
        """Record the loss and the score of the current weights."""
        self.p = None
        if self.scorer is None:
            self.p = outputs(self.judge.network(), self.X)
        loss = self.loss()
        self.est.validation_loss_curve_.append(loss)
        found = -loss if self.scorer == "loss" else self.score()
        self.est.validation_scores_.append(found)
        if self.est.verbose and is_first(self.est):
            print(f"Validation score: {found:f}")

    def score(self) -> float:
        """Return the score by `scoring`, else accuracy or R².

        NaN if the predictions or the weights of the network are not finite.
        """
        if self.p is not None:
            finite = np.isfinite(self.p).all()
            return float(self.judge.score(self.p, self.target, self.weights)) if finite else np.nan
        if not all(np.isfinite(W).all() for W in self.est.coefs_):
            return np.nan
        weights = {"sample_weight": self.weights} if self.weighs else {}
        return float(self.scorer(self.scored, self.X, self.y, **weights))

    def loss(self) -> float:
        """Return the loss as loss_ counts it, with the α of a training batch."""
        if self.batches is None:
            return self.known
        net, squares = self.batches.net, half_squares(self.batches.net)
        with np.errstate(all="ignore"):
            L = np.nan
            if self.p is not None:  # the loss follows from p: no second forward pass
                costs = row_losses(net.loss, self.p, self.target)
                L = float(np.average(costs, weights=self.weights)) + self.lam * squares
            if not np.isfinite(L):
                L = self.objective.loss(net.theta, self.batch)
        return self.batches.reported(L, self.lam, squares, self.constant)


def row_losses(loss: Any, p: Array, y: Array) -> Array:
    """Return ℓ of each row from predictions, for the four losses of scikit-learn.

    It is infinite if a probability was rounded to 0.
    """
    costs: Array
    if isinstance(loss, SoftmaxCrossEntropy):
        costs = -np.log(p[np.arange(len(y)), y])
    elif isinstance(loss, SigmoidCrossEntropy):
        costs = -(xlogy(y, p) + xlog1py(1 - y, -p)).sum(axis=1)
    elif isinstance(loss, Poisson):
        costs = (p - xlogy(y, p)).sum(axis=1)
    else:
        costs = 0.5 * ((p - y) * (p - y)).sum(axis=1)
    return costs


def chosen(name: str, pair: Any, X: Any, y: Any, weights: Any) -> Any:
    """Return validation_data, given as one argument or as three; None if there are none."""
    if X is None and y is None and weights is None:
        return pair
    where = f"{name}.fit(X_val=..., y_val=...)"
    if pair is not None:
        raise DataError(where, "these or validation_data", "both", "Leave out one of them.")
    if X is None or y is None:
        missing = "X_val" if X is None else "y_val"
        raise DataError(
            where, "rows and their targets", f"no {missing}", f"Give {missing}= as well."
        )
    return (X, y) if weights is None else (X, y, weights)


def check_pair(validation_data: Any) -> None:
    """Raise DataError unless this is (X, y) or (X, y, sample_weight)."""
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        got = type(validation_data).__name__
        raise DataError(
            "validation_data", "(X, y) or (X, y, sample_weight)", got, "Write (X_val, y_val)."
        )
