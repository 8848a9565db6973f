"""The solvers of an MLP as scikit-learn has them: epochs of SGD or Adam, and L-BFGS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.optimize import minimize as scipy_minimize
from sklearn.utils.optimize import _check_optimize_result

from ...arrays import Array
from ...optimizers.adam import Adam
from ...optimizers.base import Optimizer
from ...optimizers.momentum import Momentum
from ...optimizers.nesterov import Nesterov
from ...training.updates import Slots
from ..common import warn
from ..fit_tasks import FitTasks
from .all_rows import Whole
from .batches import Batches
from .progress import Progress, Rate, not_converged

STOPPED = 99  # SciPy's status if its callback raised StopIteration


class Constant:
    """A schedule with one value that the checks of its optimizer would refuse: momentum 1."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, step: int) -> float:
        return self.value


def rule_of(est: Any) -> Optimizer:
    """Return the optimizer that solver="sgd" or "adam" means."""
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


class Order:
    """The order of the rows in each epoch: as in scikit-learn, a permutation of the one before.

    Parameters
    ----------
    rows : array of int
        The rows to train on, in their first order.
    rng : RandomState
        It draws the permutations.
    shuffle : bool
        False: the order stays.
    """

    def __init__(self, rows: Array, rng: Any, shuffle: bool) -> None:
        self.rows, self.rng, self.shuffle = rows, rng, shuffle

    def next(self) -> Array:
        """Return the order of the next epoch."""
        if self.shuffle:
            self.rows = self.rows[self.rng.permutation(len(self.rows))]
        return self.rows


class KeptOrders:
    """The orders of the epochs by their number, kept so that a recorded run can be made again.

    Parameters
    ----------
    order : Order
        What draws them.
    asked : bool
        True if the run asks for an order before its first epoch, to know its length. That one is
        not used, as without keeping.
    """

    def __init__(self, order: Order, asked: bool) -> None:
        self.order, self.kept = order, dict[int, Array]()
        if asked:
            order.next()

    def __call__(self, epoch: int, n: int) -> Array:
        """Return the order of this epoch; a visit may come before those of the epochs between."""
        for next_one in range(max(self.kept, default=epoch - 1) + 1, epoch + 1):
            self.kept[next_one] = self.order.next().astype(np.int32)
        return self.kept[epoch]


class Descent:
    """The state of a stochastic solver between calls: rule, vectors, step and learning rate.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its solver is "sgd" or "adam".
    theta : array
        The weights that it will move.
    """

    def __init__(self, est: Any, theta: Array) -> None:
        self.rule = rule_of(est)
        self.slots: Slots = self.rule.start(theta)
        self.t = 0
        self.rate = Rate(est)

    @property
    def learning_rate(self) -> float:
        """The current learning rate."""
        return self.rate.now

    def now(self) -> Optimizer:
        """Return the rule with the current learning rate; a rate that shrank to 0 is no error."""
        lr = self.learning_rate
        if self.rule.lr == lr:  # type: ignore[attr-defined]
            return self.rule
        return replace(self.rule, lr=lr if lr > 0 else Constant(0.0))  # type: ignore[call-arg]

    def epoch(self, batches: Batches, order: Array) -> float:
        """Take one step for each batch of these rows, and return the mean of their losses."""
        loss = batches.epoch(order, self.now(), self.slots, self.t)
        self.t += -(-len(order) // batches.size)
        return loss


def descend(
    est: Any,
    batches: Batches,
    descent: Descent,
    order: Order,
    progress: Progress,
    tasks: FitTasks | None,
) -> None:
    """Train until nothing improves, or until max_iter epochs are over.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its n_iter_, loss_curve_ and the like are written.
    batches : Batches
        The rows.
    descent : Descent
        The rule, which moves on.
    order : Order
        The order of the rows in each epoch.
    progress : Progress
        It records each epoch; with early_stopping the best weights come back.
    tasks : FitTasks or None
        It is called at each epoch. None: one epoch, for `partial_fit`.
    """
    est.n_iter_ = 0
    try:
        while est.n_iter_ < est.max_iter:
            if tasks is not None:
                tasks.epoch_begins()
            stops = progress.epoch_ended(batches.net, descent.epoch(batches, order.next()))
            if tasks is None or tasks.epoch_ends() or stops:
                break
            if est.n_iter_ == est.max_iter:
                not_converged(est)
    except KeyboardInterrupt:
        warn("Training interrupted by user.")
    progress.restore_best(batches.net)


def minimize(est: Any, whole: Whole, tasks: FitTasks | None) -> None:
    """Run SciPy's L-BFGS-B without bounds on all rows at once, from the current weights.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its coefs_, intercepts_, n_iter_ and loss_ are written. From float32 weights the loss is
        computed in float32.
    whole : Whole
        The loss.
    tasks : FitTasks or None
        It is called at each iteration.
    """
    start, seen = np.concatenate([a.ravel() for a in est.coefs_ + est.intercepts_]), 0

    def iteration_ended(at: Array) -> None:
        nonlocal seen
        seen += 1
        if est.verbose:
            print(f"Iteration {seen}, loss = {whole(at)[0]:.8f}")
        if tasks is not None and tasks.heard:
            est.coefs_, est.intercepts_ = whole.split(at)
            tasks.epoch_begins()
            if tasks.epoch_ends():
                raise StopIteration

    options = {"maxfun": est.max_fun, "maxiter": est.max_iter, "gtol": est.tol}
    heard = est.verbose or (tasks is not None and tasks.heard)
    with np.errstate(all="ignore"):
        found = scipy_minimize(
            whole,
            start,
            method="L-BFGS-B",
            jac=True,
            options=options,
            callback=iteration_ended if heard else None,
        )
    est.coefs_, est.intercepts_ = whole.split(found.x)
    est.loss_ = found.fun
    est.n_iter_ = min(int(found.nit), est.max_iter)
    if found.status != STOPPED:
        _check_optimize_result("lbfgs", found, est.max_iter)  # warns
