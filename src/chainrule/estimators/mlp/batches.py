"""The objective of an MLP, Σₙ wₙ ℓₙ / Σ w + ½ α Σ W² / Σ w, batch by batch.

Each batch runs the Program of the Network with λ = α / Σ w of the batch.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy.sparse import issparse
from scipy.special import xlogy

from ...arrays import Array
from ...engines.many_steps import ManySteps
from ...engines.native import Native, hyper_names
from ...engines.thread_count import threads_for
from ...losses.poisson import Poisson
from ...losses.squared_error import SquaredError
from ...network import Network
from ...optimizers.base import Optimizer
from ...training.objective import ProgramObjective
from ...training.updates import Slots, Update, groups
from .network import half_squares

TOGETHER = 2**22  # numbers of sparse rows that are made dense at once
SEED = 0  # the key of random ops; these Programs have none


class Cuts(NamedTuple):
    """The batches of an epoch."""

    starts: Array  # the beginning of each batch, and the end
    rows: Array  # rows in each batch
    totals: Array  # Σ w of each batch
    c: Array  # w / Σ w of each row
    runs: list[tuple[int, int]]  # neighboring batches that one call may do


class Stretch(NamedTuple):
    """Neighboring batches with one λ."""

    rows: Array  # row numbers, one batch after another
    c: Array  # w / Σ w of each row
    cuts: Array  # the beginning of each batch, from 0, and the end
    lam: float


class Steps(Protocol):
    """Something that takes the steps of a stretch of batches."""

    def advance(self, stretch: Stretch, rule: Optimizer, slots: Slots, t: int) -> Array:
        """Move θ and the slots; return the losses of the steps, up to the first that is not finite.

        Parameters
        ----------
        stretch : Stretch
            The batches.
        rule : Optimizer
            With the learning rate of this epoch.
        slots : dict of arrays
            The rule's memory.
        t : int
            Updates before these.
        """


class Batches:
    """Rows, targets and weights in batches of one size, and the steps of a solver on them.

    Parameters
    ----------
    net : Network
        Its θ moves.
    X : array or sparse matrix (N, D)
        Rows.
    y : array
        Targets, as the loss takes them.
    weights : array or None
        One number for each row.
    alpha : float
        α of the penalty.
    batch_size : int
        Rows of a step.
    """

    def __init__(
        self, net: Network, X: Any, y: Array, weights: Array | None, alpha: float, batch_size: int
    ) -> None:
        self.net, self.y, self.weights, self.alpha = net, y, weights, alpha
        self.X, self.size = X.tocsr() if issparse(X) else X, batch_size
        self.objective = ProgramObjective(net.programs.train, (), net.engine, net.threads)
        # scikit-learn reports the mean over outputs of ½ (p − y)² and descends on their sum
        self.outputs = y.shape[1] if isinstance(net.loss, SquaredError) else 1
        # ... and Poisson with the terms of y alone, so that a perfect fit costs 0
        self.constants = (
            (xlogy(y, y) - y).sum(axis=1, dtype=np.float64)
            if isinstance(net.loss, Poisson)
            else None
        )
        self.steps: Steps = STEPS[net.engine](self)
        self._cuts: Cuts | None = None

    # ---------------------------------------------------------------- one loss and gradient

    def lam(self, total: float) -> float:
        """Return λ = α / Σ w."""
        return self.alpha / total if total else 0.0

    def whole(self) -> tuple[dict[str, Any], float]:
        """Return all rows as one batch, and its λ."""
        n, w = len(self.y), self.weights
        total = n if w is None else float(w.sum())
        c = np.full(n, 1 / n) if w is None else w / total
        return self.batch(self.dense(slice(None)), self.y, c, self.lam(total)), self.lam(total)

    def dense(self, rows: Any) -> Array:
        """Return these rows of X as a dense array."""
        x: Array = self.X[rows].toarray() if issparse(self.X) else self.X[rows]
        return x

    def batch(self, x: Array, y: Array, c: Array, lam: float) -> dict[str, Any]:
        """Return a batch as the objective takes it."""
        real = self.net.dtype
        batch = {
            "x": np.ascontiguousarray(x, real),
            "y": y,
            "c": c.astype(real),
            "N": len(c),
            "row": np.arange(len(c)),
        }
        return batch | {name: real.type(lam) for name in self.net.programs.train.defaults}

    def update(self, rule: Optimizer) -> Update:
        """Return the rule bound to the parameters."""
        return Update(rule, groups(self.net.programs.train, by_tensor=rule.by_tensor))

    def reported(self, L: float, lam: float, squares: float, constant: float) -> float:
        """Return L as scikit-learn counts it."""
        penalty = lam * squares
        return (
            (L - penalty) / self.outputs + penalty + constant if self.outputs > 1 else L + constant
        )

    def constant(self, rows: Any, c: Any = None) -> float:
        """Return the part of the loss that depends on the targets alone."""
        if self.constants is None:
            return 0.0
        return float(np.average(self.constants[rows], weights=c))

    # ---------------------------------------------------------------- an epoch

    def epoch(self, order: Array, rule: Optimizer, slots: Slots, t: int) -> float:
        """Take one step for each batch of these rows; return the mean of their losses, by rows.

        Parameters
        ----------
        order : array of int
            Row numbers, in the order of the epoch.
        rule : Optimizer
            With the learning rate of this epoch.
        slots : dict of arrays
            The rule's memory; it is moved in place.
        t : int
            Updates before this epoch.
        """
        n = len(order)
        if self.weights is not None or self._cuts is None or self._cuts.starts[-1] != n:
            self._cuts = self._cut(order)
        cuts, theta = self._cuts, self.net.theta
        losses = np.full(len(cuts.totals), np.nan)
        for a, b in cuts.runs:
            if not np.isfinite(theta[-1]):  # everything that follows would be NaN as well
                break
            begin, end = int(cuts.starts[a]), int(cuts.starts[b])
            lam = self.lam(cuts.totals[a])
            stretch = Stretch(
                order[begin:end], cuts.c[begin:end], cuts.starts[a : b + 1] - begin, lam
            )
            squares = half_squares(self.net) if self.outputs > 1 else 0.0
            L = self.steps.advance(stretch, rule, slots, t + a)
            if self.outputs > 1:
                L = np.array([self.reported(L[0], lam, squares, 0.0)])
            losses[a : a + len(L)] = L
            if len(L) < b - a or not np.isfinite(L[-1]):
                theta[...] = np.nan
                break
        if self.constants is not None:
            losses += self._constants_of(order, cuts.starts)
        return float(losses @ cuts.rows) / n

    def _constants_of(self, order: Array, starts: Array) -> Array:
        """Return for each batch the part of the loss that depends on the targets alone."""
        w = None if self.weights is None else self.weights.astype(np.float64)
        batches = [order[begin:end] for begin, end in pairwise(starts)]
        return np.array([self.constant(own, None if w is None else w[own]) for own in batches])

    def _cut(self, order: Array) -> Cuts:
        """Cut an epoch into batches. Without weights, the number of rows decides the cuts."""
        n = len(order)
        starts = np.append(np.arange(0, n, self.size), n)
        rows = np.diff(starts)
        w = None if self.weights is None else np.asarray(self.weights[order], np.float64)
        totals = rows.astype(np.float64) if w is None else np.add.reduceat(w, starts[:-1])
        with np.errstate(divide="ignore", invalid="ignore"):
            c = np.repeat(1 / totals, rows) if w is None else w / np.repeat(totals, rows)
        c = np.where(np.isfinite(c), c, 0).astype(self.net.dtype)
        return Cuts(starts, rows, totals, c, self._runs(totals))

    def _runs(self, totals: Array) -> list[tuple[int, int]]:
        """Return the stretches of batches that one call may do: those with one λ."""
        if self.outputs > 1:
            return [(i, i + 1) for i in range(len(totals))]
        most = len(totals)
        if issparse(self.X):
            most = max(1, TOGETHER // (self.size * self.X.shape[1]))
        changes = np.flatnonzero(np.diff(totals)) + 1 if self.alpha else np.zeros(0, int)
        ends = [0, *changes.tolist(), len(totals)]
        return [(i, min(i + most, b)) for a, b in pairwise(ends) for i in range(a, b, most)]


class StepsInPython:
    """Steps in NumPy, one after another.

    Parameters
    ----------
    batches : Batches
        Rows and network.
    """

    def __init__(self, batches: Batches) -> None:
        self.batches = batches

    def advance(self, stretch: Stretch, rule: Optimizer, slots: Slots, t: int) -> Array:
        """See `Steps`."""
        own, theta, losses = self.batches, self.batches.net.theta, []
        update = own.update(rule)
        for begin, end in pairwise(stretch.cuts):
            rows = stretch.rows[begin:end]
            batch = own.batch(own.dense(rows), own.y[rows], stretch.c[begin:end], stretch.lam)
            with np.errstate(all="ignore"):
                L, g, _ = own.objective(theta, batch, np.array([SEED, t]), {})
                losses.append(float(L))
                if not np.isfinite(L):
                    break
                t += 1
                update(t, theta, g, slots)
        return np.array(losses)


class StepsInC:
    """Steps in C, a stretch in one call.

    Parameters
    ----------
    batches : Batches
        Rows and network.
    """

    def __init__(self, batches: Batches) -> None:
        self.batches = batches
        self.plan: Native | None = None  # made for the first step
        self.data: Any = None  # all rows; sparse ones are made dense stretch by stretch
        self.rule: Optimizer | None = None  # of the last call
        self.numbers = np.empty(0)  # its numbers

    def advance(self, stretch: Stretch, rule: Optimizer, slots: Slots, t: int) -> Array:
        """See `Steps`."""
        own, program = self.batches, self.batches.net.programs.train
        if self.plan is None:
            self.plan = self._made(rule)
        now = rule.at(t + 1)
        if self.rule is not now:
            self.rule = now
            self.numbers = np.array([[float(getattr(now, name)) for name in hyper_names(rule)]])
        data, rows = self.data, None
        if data is None:
            data = self.plan.data({"x": own.dense(stretch.rows), "y": own.y[stretch.rows]})
        else:
            rows = np.ascontiguousarray(stretch.rows, np.int32)
        count = len(program.defaults)
        steps = ManySteps(
            data,
            rows,
            stretch.c,
            np.asarray(stretch.cuts, np.int64),
            self.numbers,
            t=t + 1,
            step=t,
            seed=SEED,
            constants=np.full(count, stretch.lam) if count else None,
        )
        losses, done, _, error = self.plan.advance(own.net.theta, slots, steps)
        if error is not None:
            raise error
        return losses[: done + 1]

    def _made(self, rule: Optimizer) -> Native:
        own = self.batches
        program = own.net.programs.train
        plan = Native(
            program,
            own.size,
            own.net.dtype,
            wrt=own.objective.wrt,
            update=own.update(rule),
            threads=threads_for(program, own.size, own.net.threads),
        )
        if not issparse(own.X):
            self.data = plan.data({"x": own.X, "y": own.y})
        return plan


STEPS: dict[str, type[StepsInPython] | type[StepsInC]] = {
    "native": StepsInC,
    "reference": StepsInPython,
}
