"""The MLPs beyond scikit-learn: any activation, loss, optimizer, callback; dropout and more.

As soon as one such keyword is set, `Network.fit` trains, with the epochs, the order of rows and the
stopping rule of the drop-in path.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from scipy.sparse import issparse

from ...arrays import Array
from ...errors import ParameterError
from ...layers.base import Layer
from ...layers.batch_norm import BatchNorm
from ...layers.dropout import Dropout
from ...layers.layer_norm import LayerNorm
from ...losses.base import Loss
from ...losses.penalty import L1, L2, ElasticNet
from ...model.fitting import averaged
from ...model.prepared import prepare_data
from ...model.scoring import score
from ...network import Network
from ...optimizers.lbfgs import LBFGS
from ...optimizers.schedules.base import needs_run
from ...settings import is_number
from ...training.callbacks.base import Callback, Run, as_callbacks
from ...training.run_state import RunState
from ...training.updates import AVERAGE, as_update_list, behind_optimizer
from ..common import warn
from ..fit_tasks import EpochTasks, FitTasks
from ..processes import comm_of
from . import words
from .progress import Progress, Rate, not_converged
from .solvers import KeptOrders, Order, rule_of


def goes_beyond(est: Any) -> bool:
    """Return True if a keyword, or several columns of classes, need more than scikit-learn has."""
    return (
        est.optimizer is not None
        or est.normalization is not None
        or est.l1 > 0
        or len(est.callbacks) > 0
        or est.activation not in words.SKLEARN_ACTIVATIONS
        or est.learning_rate not in words.SKLEARN_SCHEDULES
        or est.loss not in words.SKLEARN_LOSSES
        or bool(np.any(est.dropout))
        or isinstance(getattr(est, "classes_", None), list)
    )


# ---------------------------------------------------------------- the network


@dataclass(frozen=True)
class Structure:
    """The parts of the network besides its dense layers, as the last fit made them."""

    after: tuple[tuple[Layer, ...], ...]
    loss: Loss
    penalty: L1 | L2 | ElasticNet | None


def structure(est: Any, layers: int, loss: Loss, total: float) -> Structure:
    """Return the structure that the estimator's parameters ask for.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its activation, normalization, dropout, alpha and l1 are read.
    layers : int
        The number of hidden layers.
    loss : Loss
        The loss of the outputs.
    total : float
        Σ w of a batch: the penalties are divided by it, as the loss is.
    """
    name = type(est).__name__
    rates = words.per_layer(f"{name}(dropout=...)", est.dropout, layers)
    after = []
    for k, (layer, rate) in enumerate(zip(words.activations(est, layers), rates, strict=True)):
        own: list[Layer] = []
        if est.normalization is not None:
            own.append(BatchNorm() if est.normalization == "batch" else LayerNorm())
        if layer is not None:
            own.append(layer)
        if not is_number(rate) or not 0 <= rate < 1:
            raise ParameterError(
                f"{name}(dropout=...)[{k}]",
                "a number from 0 to below 1",
                repr(rate),
                "Usual is 0.5.",
            )
        if rate:
            own.append(Dropout(float(rate)))
        after.append(tuple(own))
    share = 1.0 if loss.reduction == "sum" else total
    l1, l2 = float(est.l1) / share, float(est.alpha) / share
    penalty = ElasticNet(l1, l2) if l1 and l2 else L1(l1) if l1 else L2(l2) if l2 else None
    return Structure(tuple(after), loss, penalty)


# ---------------------------------------------------------------- the optimizer


def update_list(est: Any, rate: Rate, steps: int) -> Any:
    """Return the optimizer for `Network.fit`: the user's own, one by name, or the solver's.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its optimizer, solver and learning_rate are read.
    rate : Rate
        The schedule for the policies "invscaling" and "adaptive".
    steps : int
        The steps of max_iter epochs: the length of a schedule by name.
    """
    given, lr = est.optimizer, _learning_rate(est, rate, steps)
    if given is not None and not isinstance(given, str):
        if est.learning_rate not in words.SKLEARN_SCHEDULES:
            raise ParameterError(
                f"{type(est).__name__}(learning_rate=...)",
                "'constant' beside an optimizer as object",
                repr(est.learning_rate),
                f"Give the schedule to it: {type(given).__name__}(lr=...).",
            )
        return given
    if given is None and est.solver != "lbfgs":
        rule: Any = rule_of(est)
        return rule if lr == rule.lr else replace(rule, lr=lr)
    if given in (None, "lbfgs"):
        return LBFGS(tolerance=float(est.tol))
    made = words.OPTIMIZERS[given]
    return made(lr=lr) if hasattr(made, "lr") else made()  # type: ignore[call-arg]


def _learning_rate(est: Any, rate: Rate, steps: int) -> Any:
    """Return the learning rate as a number or a schedule."""
    if est.learning_rate in words.SKLEARN_SCHEDULES:
        return float(est.learning_rate_init) if rate.policy == "constant" else rate
    if isinstance(est.learning_rate, str):
        return words.SCHEDULES[est.learning_rate](float(est.learning_rate_init), max(steps, 1))
    return est.learning_rate


def takes_all(est: Any) -> bool:
    """Return True if each step needs all rows."""
    given = est.optimizer
    if given is None:
        return bool(est.solver == "lbfgs")
    return (
        words.OPTIMIZERS[given]
        if isinstance(given, str)
        else as_update_list(behind_optimizer(given)[0])[0]
    ).full_batch


class Course:
    """The state of a fit from which the next `partial_fit` continues.

    It has the optimizer with its vectors, the learning rate and the place in the run. The network
    is not part of it: it may be made again, from a pickle or because α is divided by another Σ w.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its parameters are read.
    steps : int
        The steps of max_iter epochs.
    """

    def __init__(self, est: Any, steps: int) -> None:
        self.rate = Rate(est)
        self.optimizer = update_list(est, self.rate, steps)
        self.average = behind_optimizer(self.optimizer)[2]
        self.full_batch = takes_all(est)
        if self.full_batch and bool(np.any(est.dropout)):
            raise ParameterError(
                f"{type(est).__name__}(dropout={est.dropout!r})",
                "0 with L-BFGS, whose loss must not change by chance",
                "both",
                "Take solver='adam'.",
            )
        self.state: RunState | None = None
        # θ from which training continues, and its average, which the network has after the fit.
        self.trained: tuple[Array, Array] | None = None

    def enter(self, net: Network, rng: Any) -> None:
        """Make the network go on from here; a network with dropout draws its seed from rng."""
        if self.state is None:
            random = "key" in net.programs.train.inputs
            self.state = RunState(net.theta, seed=int(rng.randint(2**31)) if random else 0)
        if self.trained is not None:
            if np.array_equal(net.theta, self.trained[1]):
                net.theta[...] = self.trained[0]
            elif self.state.update is not None:
                # the user has set other weights: the average starts from these
                self.state.slots[AVERAGE][...] = net.theta[self.state.update.indices()]
        self.state.theta = net.theta
        net.adopt(replace(cast(Any, net.built), run_state=self.state))

    def leave(self, net: Network) -> None:
        """With an average, put it into the network and remember the weights that it averages."""
        if self.average is not None:
            mean = averaged(net)
            self.trained = net.theta.copy(), mean
            net.theta[...] = mean


class Recorder(Callback):
    """A callback that records each epoch in the estimator and applies its stopping rule.

    Parameters
    ----------
    progress : Progress
        The record.
    course : Course
        The optimizer of the run.
    targets : Any
        Targets of the validation rows, as the loss takes them.
    """

    in_all_processes = True

    def __init__(self, progress: Progress, course: Course, targets: Any) -> None:
        self.progress, self.course, self.targets = progress, course, targets

    def on_epoch_end(self, run: Run) -> bool:
        net, held = run.net, self.progress.held
        trained = None
        if held is not None:
            held.known = run.logs["val_loss"]
            if self.course.average is not None:  # the average is judged and kept
                trained = net.theta.copy()
                net.theta[...] = averaged(net)
                rows = prepare_data(net, *held.data(self.targets))
                held.known = score(net, rows, {})["loss"]
        stops = self.progress.epoch_ended(net, run.logs["loss"])
        if trained is not None:
            net.theta[...] = trained
        # L-BFGS ends by its gradient
        return stops and (self.progress.est.early_stopping or not self.course.full_batch)


# ---------------------------------------------------------------- fitting


class SparseRows:
    """A source of rows of a sparse matrix, which are made dense batch by batch.

    Parameters
    ----------
    X : sparse matrix
        Rows.
    y : array, or dict of arrays
        Targets.
    weights : array or None
        One number for each row.
    """

    def __init__(self, X: Any, y: Any, weights: Array | None) -> None:
        self.X, self.y, self.weights = X.tocsr(), y, weights

    def __len__(self) -> int:
        return int(self.X.shape[0])

    def rows(self, indices: Array) -> dict[str, Any]:
        """Return these rows, their targets and their weights."""
        y = (
            {name: a[indices] for name, a in self.y.items()}
            if isinstance(self.y, dict)
            else self.y[indices]
        )
        weights = None if self.weights is None else self.weights[indices]
        return {"x": self.X[indices].toarray(), "y": y, "weights": weights}


@dataclass(frozen=True)
class Examples:
    """The rows of a general fit.

    Parameters
    ----------
    X : array or sparse matrix
        Rows.
    y : array, or dict of arrays
        Targets, as the loss takes them.
    weights : array or None
        One number for each row.
    batch_size : int
        Rows of a step.
    order : Order
        The rows to train on, and their order in each epoch.
    held_targets : Any
        Targets of the validation rows, as the loss takes them.
    """

    X: Any
    y: Any
    weights: Array | None
    batch_size: int
    order: Order
    held_targets: Any = None


def fit(
    est: Any,
    net: Network,
    examples: Examples,
    course: Course,
    progress: Progress,
    tasks: FitTasks | None,
) -> None:
    """Train by `Network.fit` until nothing improves, or until max_iter epochs are over.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its loss_curve_, n_iter_, t_ and the like are written.
    net : Network
        Its θ moves.
    examples : Examples
        Rows, targets and weights.
    course : Course
        The optimizer, and the place in the run.
    progress : Progress
        It records each epoch; with early_stopping the best weights come back.
    tasks : FitTasks or None
        It is called at each epoch. None: one epoch, for `partial_fit`.
    """
    est.n_iter_ = 0
    sparse, order, held = issparse(examples.X), examples.order, progress.held
    data: tuple[Any, ...] = examples.X, examples.y
    if sparse:
        data = (SparseRows(examples.X, examples.y, examples.weights),)
    callbacks = as_callbacks(tuple(est.callbacks))
    if any(callback.checkpoints for callback in callbacks):
        asked = needs_run(behind_optimizer(course.optimizer)[0][-1])
        by_epoch: Any = KeptOrders(order, asked)
    else:
        by_epoch = lambda epoch, n: order.next()  # noqa: E731
    history = net.fit(
        *data,
        optimizer=course.optimizer,
        epochs=1 if tasks is None else est.max_iter,
        batch_size=None if course.full_batch else examples.batch_size,
        sample_weight=None if sparse else examples.weights,
        validation_data=None if held is None else held.data(examples.held_targets),
        callbacks=[
            *([] if tasks is None else [EpochTasks(tasks)]),
            Recorder(progress, course, examples.held_targets),
            *callbacks,
        ],
        order=by_epoch,
        verbose=0,
        comm=comm_of(est),
    )
    course.state = net.run_state
    if history.stopped == "interrupted":
        warn("Training interrupted by user.")
    elif history.stopped == "finished" and tasks is not None:
        not_converged(est)
    if est.early_stopping and held is not None:
        progress.restore_best(net)
    else:
        course.leave(net)
