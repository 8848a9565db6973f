"""The progress of an MLP's training: its counts, curves, learning-rate policy and stopping rule."""

from __future__ import annotations

from typing import Any

from sklearn.exceptions import ConvergenceWarning

from ...arrays import Array
from ...network import Network
from ..common import warn
from ..processes import is_first
from .validation import Held

SMALLEST_RATE = 1e-6  # "adaptive" stops below it
DIVISOR = 5.0  # "adaptive" divides by it


class Rate:
    """The current learning rate by scikit-learn's policies; also a schedule with it for every step.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its learning_rate (for sgd, or for an optimizer by name), learning_rate_init and power_t.
    """

    def __init__(self, est: Any) -> None:
        self.now = float(est.learning_rate_init)
        heeded = est.solver == "sgd" if est.optimizer is None else isinstance(est.optimizer, str)
        self.policy = est.learning_rate if heeded else "constant"

    def __call__(self, step: int) -> float:
        return self.now

    def epoch_ends(self, est: Any) -> None:
        """Apply lr = learning_rate_init / (t_ + 1)^power_t if the policy is "invscaling"."""
        if self.policy == "invscaling":
            self.now = float(est.learning_rate_init) / (est.t_ + 1) ** est.power_t

    def stops(self, why: str, verbose: Any) -> bool:
        """Return True to end the fit; "adaptive" divides the rate by 5 and continues."""
        end = " Stopping."
        if self.policy == "adaptive":
            if self.now > SMALLEST_RATE:
                self.now /= DIVISOR
                end = f" Setting learning rate to {self.now:f}"
            else:
                end = " Learning rate too small. Stopping."
        if verbose:
            print(why + end)
        return end.endswith("Stopping.")


class Progress:
    """The epochs of one fit: it counts and records them, and decides when they end.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its n_iter_, t_, loss_curve_, best_loss_ and the like are written.
    rate : Rate
        The learning-rate policy.
    rows : int
        Training rows of an epoch.
    held : Held, optional
        Validation rows. With early_stopping their score decides.
    idle : int
        Epochs without progress so far: a warm start goes on counting.
    best : array, optional
        θ of the best validation score. None: if no score of this fit is better than those before
        it, the last weights stay.
    """

    def __init__(
        self,
        est: Any,
        rate: Rate,
        rows: int,
        held: Held | None = None,
        idle: int = 0,
        best: Array | None = None,
    ) -> None:
        self.est, self.rate, self.rows, self.held = est, rate, rows, held
        self.idle, self.best = idle, best

    def epoch_ended(self, net: Network, loss: float) -> bool:
        """Count and record an epoch; return True if nothing improves any more."""
        est = self.est
        est.loss_ = loss
        est.n_iter_ += 1
        est.t_ += self.rows
        est.loss_curve_.append(loss)
        if est.verbose and is_first(est):
            print(f"Iteration {est.n_iter_}, loss = {loss:.8f}")
        self._look(net)
        self.rate.epoch_ends(est)
        if self.idle > est.n_iter_no_change:
            what = "Validation score" if est.early_stopping else "Training loss"
            why = (
                f"{what} did not improve more than tol={est.tol:f} for "
                f"{est.n_iter_no_change} consecutive epochs."
            )
            if self.rate.stops(why, est.verbose and is_first(est)):
                return True
            self.idle = 0
        return False

    def _look(self, net: Network) -> None:
        """Count the epochs that improved by less than tol; remember the best."""
        est = self.est
        if self.held is not None:
            self.held.look()
        if not est.early_stopping:
            self.idle = self.idle + 1 if est.loss_ > est.best_loss_ - est.tol else 0
            est.best_loss_ = min(est.best_loss_, est.loss_)
            return
        found = est.validation_scores_[-1]
        self.idle = self.idle + 1 if found < est.best_validation_score_ + est.tol else 0
        if found > est.best_validation_score_:
            est.best_validation_score_ = found
            self.best = net.theta.copy()

    def restore_best(self, net: Network) -> None:
        """With early stopping, put the weights of the best validation score back."""
        if self.best is not None:
            net.theta[...] = self.best


def not_converged(est: Any) -> None:
    """Warn that max_iter epochs were not enough."""
    warn(
        f"Stochastic Optimizer: Maximum iterations ({est.max_iter}) reached and the optimization "
        "hasn't converged yet.",
        ConvergenceWarning,
    )
