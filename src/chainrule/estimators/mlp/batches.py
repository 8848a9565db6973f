"""What an MLP minimises, Σₙ wₙ ℓₙ / Σ w + ½ α Σ W² / Σ w, batch by batch: the Program of its Network with λ = α / Σ w of the batch."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

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


class Cuts(NamedTuple):
    """How the rows of an epoch are cut into batches."""

    starts: Array  # where each batch begins, and the end
    rows: Array  # of each batch
    totals: Array  # of each batch: Σ w
    c: Array  # of each row: w / Σ w
    runs: list[tuple[int, int]]  # neighbouring batches that one call may do


class Batches:
    """Rows, targets and weights, in batches of one size, and the steps of a solver on them.

    Parameters
    ----------
    net : Network
        Its θ moves.
    X : array or sparse matrix (N, D)
        Rows.
    y : array
        Targets as the loss takes them.
    weights : array or None
        One number for each row.
    alpha : float
        Of the penalty.
    batch_size : int
        Rows of a step.
    """

    def __init__(
        self, net: Network, X: Any, y: Array, weights: Array | None, alpha: float, batch_size: int
    ) -> None:
        self.net, self.X, self.y, self.alpha, self.size = (
            net,
            X.tocsr() if issparse(X) else X,
            y,
            alpha,
            batch_size,
        )
        self.weights = weights
        self.objective = ProgramObjective(net.programs.train, (), net.engine, net.threads)
        # scikit-learn reports the mean over outputs of ½ (p − y)² and descends on their sum
        self.outputs = y.shape[1] if isinstance(net.loss, SquaredError) else 1
        # ... and Poisson with the terms of y alone, so that a perfect fit costs 0
        self.constants = (
            (xlogy(y, y) - y).sum(axis=1, dtype=np.float64)
            if isinstance(net.loss, Poisson)
            else None
        )
        self._plan: tuple[Any, Any] | None = None
        self._cuts: Cuts | None = None
        self._rule: tuple[Optimizer, Array] | None = None  # of the last call, and its numbers

    # ---------------------------------------------------------------- one call for one loss and gradient

    def lam(self, total: float) -> float:
        return self.alpha / total if total else 0.0

    def whole(self) -> tuple[dict[str, Any], float]:
        """All rows as one batch, and λ."""
        n, w = len(self.y), self.weights
        total = n if w is None else float(w.sum())
        X = self.X.toarray() if issparse(self.X) else self.X
        batch = self._batch(
            X, self.y, np.full(n, 1 / n) if w is None else w / total, self.lam(total)
        )
        return batch, self.lam(total)

    def _batch(self, x: Array, y: Array, c: Array, lam: float) -> dict[str, Any]:
        real = self.net.dtype
        batch = {
            "x": np.ascontiguousarray(x, real),
            "y": y,
            "c": c.astype(real),
            "N": len(c),
            "row": np.arange(len(c)),
        }
        return batch | {name: real.type(lam) for name in self.net.programs.train.defaults}

    def reported(self, L: float, lam: float, squares: float, constant: float) -> float:
        """L as scikit-learn counts it."""
        penalty = lam * squares
        return (
            (L - penalty) / self.outputs + penalty + constant if self.outputs > 1 else L + constant
        )

    def constant(self, rows: Any, c: Any = None) -> float:
        """What the targets alone add to the loss."""
        if self.constants is None:
            return 0.0
        return float(np.average(self.constants[rows], weights=c))

    # ---------------------------------------------------------------- an epoch

    def epoch(self, order: Array, rule: Optimizer, slots: Slots, t: int, seed: int) -> float:
        """One step for each batch of these rows, in this order; the mean of their losses, by rows.

        Parameters
        ----------
        order : array of int
            Row numbers.
        rule : Optimizer
            With the learning rate of this epoch.
        slots : dict of arrays
            What it remembers; moved in place.
        t : int
            Updates before.
        seed : int
            Of dropout.
        """
        n = len(order)
        if self.weights is not None or self._cuts is None or self._cuts.starts[-1] != n:
            self._cuts = self._cut(order)
        cuts, rows, totals, c, runs = self._cuts
        losses = np.full(len(totals), np.nan)
        theta = self.net.theta
        for a, b in runs:
            if not np.isfinite(theta[-1]):  # everything that follows would be NaN as well
                break
            lam = self.lam(totals[a])
            squares = half_squares(self.net) if self.outputs > 1 else 0.0
            L = self._steps(order, c, cuts[a : b + 1], rule, slots, t + a, seed, lam)
            if self.outputs > 1:
                L = np.array([self.reported(L[0], lam, squares, 0.0)])
            losses[a : a + len(L)] = L
            if len(L) < b - a or not np.isfinite(L[-1]):
                theta[...] = np.nan
                break
        if self.constants is not None:
            for i in range(len(totals)):
                own = order[cuts[i] : cuts[i + 1]]
                losses[i] += self.constant(
                    own, None if self.weights is None else self.weights[own].astype(np.float64)
                )
        return float(losses @ rows) / n

    def _cut(self, order: Array) -> Cuts:
        """Without weights the same for every order of as many rows."""
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
        """Neighbouring batches that one call may do: those with one λ."""
        if self.outputs > 1:
            return [(i, i + 1) for i in range(len(totals))]
        most = len(totals)
        if issparse(self.X):
            most = max(1, TOGETHER // (self.size * self.X.shape[1]))
        changes = np.flatnonzero(np.diff(totals)) + 1 if self.alpha else np.zeros(0, int)
        ends = [0, *changes.tolist(), len(totals)]
        return [(i, min(i + most, b)) for a, b in pairwise(ends) for i in range(a, b, most)]

    def _steps(
        self,
        order: Array,
        c: Array,
        cuts: Array,
        rule: Optimizer,
        slots: Slots,
        t: int,
        seed: int,
        lam: float,
    ) -> Array:
        """The losses of these steps, as far as they are finite."""
        if self.net.engine == "native":
            return self._in_c(order, c, cuts, rule, slots, t, seed, lam)
        losses = []
        update = self._update(rule)
        for begin, end in pairwise(cuts):
            rows = order[begin:end]
            x = self.X[rows].toarray() if issparse(self.X) else self.X[rows]
            batch = self._batch(x, self.y[rows], c[begin:end], lam)
            with np.errstate(all="ignore"):
                L, g, _ = self.objective(self.net.theta, batch, np.array([seed, t]), {})
                losses.append(float(L))
                if not np.isfinite(L):
                    break
                t += 1
                update(t, self.net.theta, g, slots)
        return np.array(losses)

    def _update(self, rule: Optimizer) -> Update:
        return Update(rule, groups(self.net.programs.train))

    def _in_c(
        self,
        order: Array,
        c: Array,
        cuts: Array,
        rule: Optimizer,
        slots: Slots,
        t: int,
        seed: int,
        lam: float,
    ) -> Array:
        if self._plan is None:
            program = self.net.programs.train
            threads = threads_for(program, self.size, self.net.threads)
            plan = Native(
                program,
                self.size,
                self.net.dtype,
                wrt=self.objective.wrt,
                update=self._update(rule),
                threads=threads,
            )
            self._plan = plan, None if issparse(self.X) else plan.data({"x": self.X, "y": self.y})
        plan, data = self._plan
        now = rule.at(t + 1)
        if self._rule is None or self._rule[0] is not now:
            self._rule = now, np.array([[float(getattr(now, name)) for name in hyper_names(rule)]])
        count = len(self.net.programs.train.defaults)
        constants = np.full(count, lam) if count else None
        begin, end = int(cuts[0]), int(cuts[-1])
        rows: Any = np.ascontiguousarray(order[begin:end], np.int32)
        if data is None:
            data, rows = plan.data({"x": self.X[rows].toarray(), "y": self.y[rows]}), None
        steps = ManySteps(
            data,
            rows,
            c[begin:end],
            np.asarray(cuts - begin, np.int64),
            self._rule[1],
            t=t + 1,
            step=t,
            seed=seed,
            constants=constants,
        )
        losses, done, _, error = plan.advance(self.net.theta, slots, steps)
        if error is not None:
            raise error
        return losses[: done + 1]
