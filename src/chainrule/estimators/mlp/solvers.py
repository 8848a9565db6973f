"""The solvers of an MLP: epochs of SGD or Adam with scikit-learn's learning-rate policies and stopping rule, and L-BFGS."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.optimize import _check_optimize_result

from ...arrays import Array
from ...network import Network
from ...optimizers.adam import Adam
from ...optimizers.base import Optimizer
from ...optimizers.momentum import Momentum
from ...optimizers.nesterov import Nesterov
from ...training.updates import Slots
from ..fit_tasks import FitTasks
from .all_rows import Whole
from .batches import Batches
from .validation import Held

SMALLEST_RATE = 1e-6  # below it "adaptive" stops
STOPPED = 99  # what SciPy answers where its callback raised StopIteration
DIVISOR = 5.0  # what "adaptive" divides by


class Constant:
    """A number that its optimiser's limits would refuse: momentum 1."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, step: int) -> float:
        return self.value


def rule_of(est: Any) -> Optimizer:
    """The optimiser that the estimator's words mean."""
    lr = float(est.learning_rate_init)
    if est.solver == "adam":
        return Adam.like(
            "sklearn",
            lr=lr,
            beta1=float(est.beta_1),
            beta2=float(est.beta_2),
            eps=float(est.epsilon),
        )
    mu: Any = float(est.momentum) if est.momentum < 1 else Constant(1.0)
    return (Nesterov if est.nesterovs_momentum else Momentum).like("sklearn", lr=lr, momentum=mu)


class Rate:
    """The learning rate of now by scikit-learn's policies; also a schedule, whose steps all get it.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Of its words: learning_rate, where sgd or an optimizer by name heeds it, learning_rate_init and power_t.
    """

    def __init__(self, est: Any) -> None:
        self.now = float(est.learning_rate_init)
        heeded = est.solver == "sgd" if est.optimizer is None else isinstance(est.optimizer, str)
        self.policy = est.learning_rate if heeded else "constant"

    def __call__(self, step: int) -> float:
        return self.now

    def epoch_ends(self, est: Any) -> None:
        """lr = learning_rate_init / (t_ + 1)^power_t, where it is "invscaling"."""
        if self.policy == "invscaling":
            self.now = float(est.learning_rate_init) / (est.t_ + 1) ** est.power_t

    def stops(self, why: str, verbose: Any) -> bool:
        """Whether no progress means the end; "adaptive" goes on with a fifth of the rate."""
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


class Descent:
    """What a stochastic solver keeps between calls: its rule, the rule's vectors, the learning rate of now.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        With solver "sgd" or "adam".
    theta : array
        What will move.
    """

    def __init__(self, est: Any, theta: Array) -> None:
        self.rule = rule_of(est)
        self.slots: Slots = self.rule.start(theta)
        self.t = 0
        self.rate = Rate(est)

    @property
    def learning_rate(self) -> float:
        """The rate of now."""
        return self.rate.now

    def now(self) -> Optimizer:
        """The rule with the learning rate of now; one that shrank to nothing is no error."""
        lr = self.learning_rate
        if self.rule.lr == lr:  # type: ignore[attr-defined]
            return self.rule
        return replace(self.rule, lr=lr if lr > 0 else Constant(0.0))  # type: ignore[call-arg]


def descend(
    est: Any,
    batches: Batches,
    descent: Descent,
    rows: Array,
    held: Held | None,
    tasks: FitTasks | None,
) -> None:
    """Epochs until nothing improves, or max_iter are over.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its loss_curve_, n_iter_, t_ and the like are written.
    batches : Batches
        The rows.
    descent : Descent
        The rule, moved on.
    rows : array of int
        Those to train on, in their order.
    held : Held, optional
        Validation rows; with early_stopping their score decides, and the best weights come back.
    tasks : FitTasks or None
        Told of each epoch; None: `partial_fit`, a single one.
    """
    net, rng = batches.net, est._random_state
    steps = -(-len(rows) // batches.size)
    try:
        est.n_iter_ = 0
        while est.n_iter_ < est.max_iter:
            if tasks is not None:
                tasks.epoch_begins()
            if est.shuffle:
                rows = rows[rng.permutation(len(rows))]
            est.loss_ = batches.epoch(rows, descent.now(), descent.slots, descent.t, est._seed)
            descent.t += steps
            stops = epoch_ended(est, net, descent.rate, len(rows), held)
            if tasks is None or tasks.epoch_ends(est._fitted) or stops:
                break
            if est.n_iter_ == est.max_iter:
                not_converged(est)
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=6)
    if est.early_stopping and held is not None:
        net.theta[...] = est._best_theta


def epoch_ended(est: Any, net: Network, rate: Rate, seen: int, held: Held | None) -> bool:
    """Count and record the epoch whose loss is est.loss_; True if nothing improves any more."""
    est.n_iter_ += 1
    est.t_ += seen
    est.loss_curve_.append(est.loss_)
    if est.verbose:
        print(f"Iteration {est.n_iter_}, loss = {est.loss_:.8f}")
    _look(est, net, held)
    rate.epoch_ends(est)
    if est._no_improvement_count > est.n_iter_no_change:
        what = "Validation score" if est.early_stopping else "Training loss"
        why = f"{what} did not improve more than tol={est.tol:f} for {est.n_iter_no_change} consecutive epochs."
        if rate.stops(why, est.verbose):
            return True
        est._no_improvement_count = 0
    return False


def not_converged(est: Any) -> None:
    """Say that max_iter epochs were not enough."""
    warnings.warn(
        f"Stochastic Optimizer: Maximum iterations ({est.max_iter}) reached and the optimization hasn't converged yet.",
        ConvergenceWarning,
        stacklevel=7,  # whoever called fit
    )


def _look(est: Any, net: Network, held: Held | None) -> None:
    """Count the epochs that brought less than tol; remember the best."""
    if held is not None:
        held.look()
    if not est.early_stopping:
        est._no_improvement_count = (
            est._no_improvement_count + 1 if est.loss_ > est.best_loss_ - est.tol else 0
        )
        if est.loss_ < est.best_loss_:
            est.best_loss_ = est.loss_
        return
    found = est.validation_scores_[-1]
    est._no_improvement_count = (
        est._no_improvement_count + 1 if found < est.best_validation_score_ + est.tol else 0
    )
    if found > est.best_validation_score_:
        est.best_validation_score_ = found
        est._best_theta = net.theta.copy()


def minimise(est: Any, whole: Whole, tasks: FitTasks | None) -> None:
    """L-BFGS-B without bounds on all rows at once, as SciPy has it, from the weights that are there.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its coefs_, intercepts_, n_iter_ and loss_ are written; from weights in float32 the loss is computed in float32.
    whole : Whole
        The loss.
    tasks : FitTasks or None
        Told of each iteration when it is over.
    """
    start, seen = np.concatenate([a.ravel() for a in est.coefs_ + est.intercepts_]), 0

    def told(at: Array) -> None:
        nonlocal seen
        seen += 1
        if est.verbose:
            print(f"Iteration {seen}, loss = {whole(at)[0]:.8f}")
        if tasks is not None and tasks.heard:
            est.coefs_, est.intercepts_ = whole.split(at)
            tasks.epoch_begins()
            if tasks.epoch_ends(est._fitted):
                raise StopIteration

    options = {"maxfun": est.max_fun, "maxiter": est.max_iter, "gtol": est.tol}
    heard = est.verbose or (tasks is not None and tasks.heard)
    with np.errstate(all="ignore"):
        found = minimize(
            whole,
            start,
            method="L-BFGS-B",
            jac=True,
            options=options,
            callback=told if heard else None,
        )
    est.coefs_, est.intercepts_ = whole.split(found.x)
    est.loss_ = found.fun
    est.n_iter_ = min(int(found.nit), est.max_iter)
    if found.status != STOPPED:
        _check_optimize_result("lbfgs", found, est.max_iter)  # warns
