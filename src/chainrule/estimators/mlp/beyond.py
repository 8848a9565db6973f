"""What the MLPs do beyond scikit-learn's: any activation, loss, optimiser and callback, dropout and normalisation.

As soon as one such keyword is set, fitting goes through `Network.fit`, with the epochs, the order of rows and the stopping rule of
the drop-in path.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

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
from ...settings import is_number
from ...training.callbacks.base import Callback, Run, as_callbacks
from ...training.run_state import RunState
from ...training.updates import AVERAGE, as_update_list, behind_optimizer
from ..fit_tasks import FitTasks, ToldEpochs
from . import words
from .solvers import Rate, epoch_ended, not_converged, rule_of
from .validation import Held


def goes_beyond(est: Any) -> bool:
    """Whether a keyword, or a target of several classes in each column, needs more than the drop-in path has."""
    return (
        est.optimizer is not None
        or est.normalization is not None
        or est.l1 > 0
        or len(est.callbacks) > 0
        or est.activation not in words.THEIR_ACTIVATIONS
        or est.learning_rate not in words.THEIR_SCHEDULES
        or est.loss not in words.THEIR_LOSSES
        or bool(np.any(est.dropout))
        or isinstance(getattr(est, "classes_", None), list)
    )


# ---------------------------------------------------------------- the network


@dataclass(frozen=True)
class Structure:
    """What the network has beside its dense layers, as the last fit has it."""

    behind: tuple[tuple[Layer, ...], ...]
    loss: Loss
    penalty: L1 | L2 | ElasticNet | None


def structure(est: Any, layers: int, loss: Loss, total: float) -> Structure:
    """From the estimator's words.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its keywords count.
    layers : int
        Hidden layers.
    loss : Loss
        What the outputs cost.
    total : float
        Σ w of a batch: the penalties are divided by it, as the loss is.
    """
    name = type(est).__name__
    rates = words.per_layer(f"{name}(dropout=...)", est.dropout, layers)
    behind = []
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
        behind.append(tuple(own))
    share = 1.0 if loss.reduction == "sum" else total
    l1, l2 = float(est.l1) / share, float(est.alpha) / share
    penalty = ElasticNet(l1, l2) if l1 and l2 else L1(l1) if l1 else L2(l2) if l2 else None
    return Structure(tuple(behind), loss, penalty)


# ---------------------------------------------------------------- the optimiser


def update_list(est: Any, rate: Rate, steps: int) -> Any:
    """What `Network.fit` takes as its optimiser: the user's own, one by name, or the solver's.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its optimizer, solver and learning_rate count.
    rate : Rate
        The policies "invscaling" and "adaptive".
    steps : int
        Of max_iter epochs: the length of a schedule by name.
    """
    given, lr = est.optimizer, _learning_rate(est, rate, steps)
    if given is not None and not isinstance(given, str):
        if est.learning_rate not in words.THEIR_SCHEDULES:
            raise ParameterError(
                f"{type(est).__name__}(learning_rate=...)",
                "'constant' beside an optimizer as object",
                repr(est.learning_rate),
                f"Give the schedule to it: {type(given).__name__}(lr=...).",
            )
        return given
    if given is None and est.solver != "lbfgs":
        rule = rule_of(est)
        return rule if lr == rule.lr else replace(rule, lr=lr)  # type: ignore[attr-defined, call-arg]
    if given in (None, "lbfgs"):
        return LBFGS(tolerance=float(est.tol))
    made = words.OPTIMIZERS[given]
    return made(lr=lr) if hasattr(made, "lr") else made()  # type: ignore[call-arg]


def _learning_rate(est: Any, rate: Rate, steps: int) -> Any:
    """A number or a schedule."""
    if est.learning_rate in words.THEIR_SCHEDULES:
        return float(est.learning_rate_init) if rate.policy == "constant" else rate
    if isinstance(est.learning_rate, str):
        return words.SCHEDULES[est.learning_rate](float(est.learning_rate_init), max(steps, 1))
    return est.learning_rate


def takes_all(est: Any) -> bool:
    """Whether each step needs all rows."""
    given = est.optimizer
    if given is None:
        return bool(est.solver == "lbfgs")
    return (
        words.OPTIMIZERS[given]
        if isinstance(given, str)
        else as_update_list(behind_optimizer(given)[0])[0]
    ).full_batch


class Course:
    """What a fit keeps for the next `partial_fit`: the optimiser with its vectors, the learning rate, the place of the run.

    The network is none of it: it may be made again, from a pickle or since α counts for other batches.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Whose words count.
    steps : int
        Of max_iter epochs.
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
        # θ that training goes on from, and its average that was left instead.
        self.trained: tuple[Array, Array] | None = None

    def enter(self, net: Network, rng: Any) -> None:
        """Make the network go on from here; a network with dropout draws its seed."""
        if self.state is None:
            random = "key" in net.programs.train.inputs
            self.state = RunState(net.theta, seed=int(rng.randint(2**31)) if random else 0)
        if self.trained is not None:
            if np.array_equal(net.theta, self.trained[1]):
                net.theta[...] = self.trained[0]
            elif (
                self.state.update is not None
            ):  # somebody has put in other weights: the average is of these
                self.state.slots[AVERAGE][...] = net.theta[self.state.update.indices()]
        self.state.theta = net.theta
        assert net.built is not None
        net.adopt(replace(net.built, run_state=self.state))

    def leave(self, net: Network) -> None:
        """With an average: put it into the network, and remember what it is of."""
        if self.average is not None:
            mean = averaged(net)
            self.trained = net.theta.copy(), mean
            net.theta[...] = mean


class Told(Callback):
    """Counts, curves and the stopping rule of the estimator, told by the run."""

    def __init__(
        self, est: Any, course: Course, seen: int, held: Held | None, targets: Any
    ) -> None:
        self.est, self.course, self.seen, self.held, self.targets = est, course, seen, held, targets

    def on_epoch_end(self, run: Run) -> bool:
        net = run.net
        self.est.loss_ = run.logs["loss"]
        trained = None
        if self.held is not None:
            self.held.known = run.logs["val_loss"]
            if self.course.average is not None:  # what is judged, and kept, is the average
                trained = net.theta.copy()
                net.theta[...] = averaged(net)
                self.held.known = score(net, prepare_data(net, *self.held.data(self.targets)), {})[
                    "loss"
                ]
        stops = epoch_ended(self.est, net, self.course.rate, self.seen, self.held)
        if trained is not None:
            net.theta[...] = trained
        return stops and (
            self.est.early_stopping or not self.course.full_batch
        )  # L-BFGS ends by its gradient


# ---------------------------------------------------------------- fitting


class SparseRows:
    """Rows of a sparse matrix, made dense batch by batch.

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
        y = (
            {name: a[indices] for name, a in self.y.items()}
            if isinstance(self.y, dict)
            else self.y[indices]
        )
        weights = None if self.weights is None else self.weights[indices]
        return {"x": self.X[indices].toarray(), "y": y, "weights": weights}


def fit(
    est: Any,
    net: Network,
    X: Any,
    y: Any,
    weights: Array | None,
    rows: Array,
    size: int,
    held: Any,
    tasks: FitTasks | None,
) -> None:
    """Epochs by `Network.fit` until nothing improves, or max_iter are over.

    Parameters
    ----------
    est : MLPClassifier or MLPRegressor
        Its `_optimizer` is the Course; loss_curve_, n_iter_, t_ and the like are written.
    net : Network
        Its θ moves.
    X : array or sparse matrix
        Rows.
    y : array, or dict of arrays
        Targets as the loss takes them.
    weights : array or None
        One number for each row.
    rows : array of int
        Those to train on, in their order.
    size : int
        Rows of a step.
    held : (Held, targets) or None
        Validation rows.
    tasks : FitTasks or None
        Told of each epoch; None: `partial_fit`, a single one.
    """
    once = tasks is None
    course: Course = est._optimizer
    course.enter(net, est._random_state)
    est.n_iter_ = 0
    told = Told(est, course, len(rows), *(held or (None, None)))
    data = (SparseRows(X, y, weights),) if issparse(X) else (X, y)
    history = net.fit(
        *data,
        optimizer=course.optimizer,
        epochs=1 if once else est.max_iter,
        batch_size=None if course.full_batch else size,
        sample_weight=None if issparse(X) else weights,
        validation_data=held[0].data(held[1]) if held else None,
        callbacks=[
            *([] if tasks is None else [ToldEpochs(tasks, lambda run: est._fitted())]),
            told,
            *as_callbacks(tuple(est.callbacks)),
        ],
        order=_order(est, rows, course.full_batch),
        verbose=0,
    )
    course.state = net.run_state
    if history.stopped == "interrupted":
        warnings.warn("Training interrupted by user.", stacklevel=6)
    elif history.stopped == "finished" and not once:
        not_converged(est)
    if est.early_stopping and held:
        net.theta[...] = est._best_theta
    else:
        course.leave(net)


def _order(est: Any, rows: Array, full_batch: bool) -> Callable[[int, int], Array]:
    """The rows of each epoch: as the drop-in path draws them, a permutation of the permutation before."""

    def order(epoch: int, n: int) -> Array:
        nonlocal rows
        if est.shuffle and not full_batch:
            rows = rows[est._random_state.permutation(len(rows))]
        return rows

    return order
