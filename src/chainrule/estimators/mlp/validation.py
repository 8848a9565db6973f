"""Validation rows of an MLP, held out or given: their score by any of scikit-learn's scorers, and their loss, after each epoch."""

from __future__ import annotations

from copy import copy
from inspect import signature
from typing import Any

import numpy as np
from scipy.sparse import issparse
from scipy.special import xlog1py, xlogy
from sklearn.metrics import get_scorer
from sklearn.utils.validation import _check_sample_weight

from ...arrays import Array
from ...errors import DataError
from ...losses.poisson import Poisson
from ...losses.sigmoid_cross_entropy import SigmoidCrossEntropy
from ...losses.softmax_cross_entropy import SoftmaxCrossEntropy
from ...network import Network
from ...training.objective import ProgramObjective
from .batches import Batches
from .network import half_squares, outputs


class Held:
    """Validation rows.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Whose `scoring` they are scored by.
    X : array or sparse matrix
        Checked rows.
    y : array
        What the user calls their targets.
    target : array
        The same as the loss takes them.
    weights : array or None
        One number for each row.
    """

    def __init__(self, est: Any, X: Any, y: Array, target: Array, weights: Array | None) -> None:
        self.est, self.X, self.y, self.target, self.weights = est, X, y, target, weights
        self.known = np.nan  # the loss, where the general Network has computed it
        self.batches: Batches | None = None
        self.p: Array | None = None  # predictions of this epoch
        self.judge = est
        scoring = est.scoring
        self.scorer = (
            get_scorer(scoring) if isinstance(scoring, str) and scoring != "loss" else scoring
        )
        if callable(self.scorer):
            asked = getattr(
                self.scorer, "_score_func", self.scorer
            )  # a metric need not know weights
            self.weighs = weights is not None and "sample_weight" in signature(asked).parameters

    def begin(self, net: Network, total: float | None = None) -> None:
        """Before the first epoch; `total` is Σ w of a training batch, for α, where the losses are computed here."""
        if callable(
            self.scorer
        ):  # the estimator as it is being trained, without the names of columns: X has none any more
            self.judge = copy(self.est)
            self.judge._held = self.est._held
            self.judge.__dict__.pop("feature_names_in_", None)
        if total is not None:
            w = len(self.target) if self.weights is None else float(self.weights.sum())
            alpha = float(self.est.alpha) * w / total
            self.batches = Batches(net, self.X, self.target, self.weights, alpha, len(self.target))
            self.batch, self.lam = self.batches.whole()
            self.constant = self.batches.constant(slice(None), self.weights)
            self.objective = ProgramObjective(net.programs.score, (), net.engine, net.threads)

    def data(self, targets: Any) -> tuple[Any, ...]:
        """As `Network.fit(validation_data=)` takes them."""
        X = self.X.toarray() if issparse(self.X) else self.X
        return (X, targets) if self.weights is None else (X, targets, self.weights)

    def look(self) -> None:
        """Record the loss and the score of now."""
        self.p = None
        if self.scorer is None:
            self.p = outputs(self.est._linked(), self.X)
        loss = self.loss()
        self.est.validation_loss_curve_.append(loss)
        found = -loss if self.scorer == "loss" else self.score()
        self.est.validation_scores_.append(found)
        if self.est.verbose:
            print(f"Validation score: {found:f}")

    def score(self) -> float:
        """By `scoring`; without it accuracy or R². NaN where the predictions, or the weights, are not finite."""
        if self.p is not None:
            return (
                float(self.est._score(self.p, self.target, self.weights))
                if np.isfinite(self.p).all()
                else np.nan
            )
        if not all(np.isfinite(W).all() for W in self.est.coefs_):
            return np.nan
        weights = {"sample_weight": self.weights} if self.weighs else {}
        return float(self.scorer(self.judge, self.X, self.y, **weights))

    def loss(self) -> float:
        """As loss_ counts it, with the α of a training batch."""
        if self.batches is None:
            return self.known
        net, squares = self.batches.net, half_squares(self.batches.net)
        with np.errstate(all="ignore"):
            L = np.nan
            if self.p is not None:  # no second forward pass, where the predictions tell the loss
                costs = row_losses(net.loss, self.p, self.target)
                L = float(np.average(costs, weights=self.weights)) + self.lam * squares
            if not np.isfinite(L):
                L = self.objective.loss(net.theta, self.batch)
        return self.batches.reported(L, self.lam, squares, self.constant)


def row_losses(loss: Any, p: Array, y: Array) -> Array:
    """ℓ of each row from predictions, of the four losses of scikit-learn; infinite where a probability was rounded to 0."""
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
    """validation_data, whichever way the user gave it; None: not at all."""
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


def given(est: Any, validation_data: Any, dtype: Any) -> Held:
    """The validation rows that the user gave, checked."""
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        got = type(validation_data).__name__
        raise DataError(
            "validation_data", "(X, y) or (X, y, sample_weight)", got, "Write (X_val, y_val)."
        )
    X, y = est._checked(*validation_data[:2], reset=False)
    est._refuse_new(y)
    weights = _check_sample_weight(validation_data[2], X) if len(validation_data) == 3 else None
    return Held(est, X.astype(dtype, copy=False), y, est._encode(y, dtype), weights)
