"""The steps of a run in NumPy: any objective over any source."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain
from time import perf_counter
from typing import Any

import numpy as np

from ..arrays import Array, is_finite
from ..data.sources import Batch
from .failure import failure
from .interrupts import Interrupted
from .residuals import NetworkResiduals
from .run import Run
from .steps import BUDGET
from .together import check_batch, compute_together
from .undo import Undo

Feed = tuple[Batch, int, int]  # a batch, the position after it, its number of rows


class NumpySteps:
    """Steps that return to Python after every batch.

    Parameters
    ----------
    run : Run
        It holds the objective, the rows and the update list.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.update = run, run.update
        self._feed: Iterator[Feed] = iter(())
        self._undo = Undo(run.state)
        self._last_step = -1  # the number of steps after the last update of these steps

    def begin_epoch(self) -> None:
        """Begin to read the batches of the epoch."""
        self._feed = self._batches()

    def _batches(self) -> Iterator[Feed]:
        """Yield the remaining batches of the epoch."""
        run, start = self.run, self.run.state.position
        if run.stream is not None:
            for k, batch in enumerate(run.stream(run.epoch, start), start=start + 1):
                yield batch, k, len(batch["c"])
            return
        source: Any = run.source
        if hasattr(source, "at"):  # its rows change from epoch to epoch
            source = source.at(run.epoch)
        rows = run.rows_of_epoch(len(source))
        total = run.rows_taken(len(source) if rows is None else len(rows))
        for begin in range(start, total, run.batch_size):
            end = min(begin + run.batch_size, total)
            batch = source.rows(slice(begin, end) if rows is None else rows[begin:end])
            yield batch, end, end - begin

    def has_more(self) -> bool:
        """Return True if the epoch has a further batch; it is read now and used by `advance`."""
        return self.peek() is not None

    def peek(self) -> Batch | None:
        """Return the next batch of the epoch without taking it; None if there is none."""
        following = self._next()
        if following is None:
            return None
        self._feed = chain((following,), self._feed)
        return following[0]

    def _next(self) -> Feed | None:
        """Return the next batch; all processes have one with the same rows, or none."""
        run = self.run
        if run.processes is None:
            return next(self._feed, None)
        following: Feed | None = None
        with run.one_sided():
            following = next(self._feed, None)
        check_batch(run, following and following[0])
        return following

    def whole_epochs(self, budget: float = BUDGET) -> int:
        """Return 0: every step returns to Python."""
        return 0

    def close(self) -> None:
        """Do nothing: nothing works beside these steps."""

    def advance(self, k: int, budget: float = BUDGET) -> int:
        """Make up to k steps; see `Steps.advance`."""
        run, state = self.run, self.run.state
        end, before = perf_counter() + budget, state.step
        with np.errstate(all="ignore"):  # numbers that are not finite are found and named
            while (following := self._next()) is not None:
                batch, position, rows = following
                key = np.array([state.seed, state.step])
                if self.update.optimizer.full_batch:
                    loss = self._minimize(batch, key)
                else:
                    loss = self._step(batch, key)
                run.loss = loss
                state.t += 1
                state.step += 1
                state.sums[0] += loss * rows
                state.sums[1] += rows
                state.position = position
                if state.step - before == k or run.agreed(perf_counter() > end):
                    return state.step - before
        run.epoch_is_over = True
        return state.step - before

    def _step(self, batch: Batch, key: Array) -> float:
        """Make one update: g from the objective, then the update list. Return the loss before."""
        run, state = self.run, self.run.state
        loss, g, state.carry = self._objective(state.theta, batch, key)
        loss = float(loss)
        if not math.isfinite(loss):
            back = int(self._undo.held > 0 and self._last_step == state.step)
            error = failure(run, loss, batch, key, steps_back=back)
            if back:
                self._undo.go_back()  # to the last weights that gave a finite loss
            raise error
        if not is_finite(g):
            raise failure(run, loss, batch, key)
        self._undo.keep()
        self.update(state.t + 1, state.theta, g, state.slots)
        if not (is_finite(state.theta) and self._is_within(state.theta)):
            self._undo.go_back()
            raise failure(run, math.inf, batch, key, "theta after this update")
        self._last_step = state.step + 1
        return loss

    def _objective(self, theta: Array, batch: Batch, key: Array) -> tuple[Any, Array, Any]:
        """Call the objective. Ctrl-C ends it at once if it can be dropped."""
        run = self.run
        if run.processes is not None:
            return compute_together(run, theta, batch, key)
        if not getattr(run.objective, "droppable", False):
            return run.objective(theta, batch, key, run.state.carry)
        with run.interrupts.drop_at_once():
            return run.objective(theta, batch, key, run.state.carry)

    def _is_within(self, theta: Array) -> bool:
        """Return True if |θ| is below the `limit` of the objective, if it has one."""
        limit = getattr(self.run.objective, "limit", math.inf)
        return limit == math.inf or bool(abs(theta).max() <= limit)

    def _minimize(self, batch: Batch, key: Array) -> float:
        """Make one iteration of an optimizer that asks for the loss at points of its choice."""
        run, state, places = self.run, self.run.state, self.update.indices()
        whole = state.theta.copy()

        def objective(theta: Array) -> tuple[float, Array]:
            whole[places] = theta
            loss, g, _ = self._objective(whole, batch, key)
            return float(loss), g[places]

        theta = state.theta[places]
        known = bool(state.slots["iterations"])
        loss = float(state.slots["loss"]) if known else float(objective(theta)[0])
        if not math.isfinite(loss):
            raise failure(run, loss, batch, key)
        minimizer: Any = self.update.optimizer
        f: Any = objective
        if minimizer.least_squares:
            program: Any = run.objective
            f = NetworkResiduals(program, state.theta, places, batch, key, objective)
        iterations = state.slots["iterations"].copy()
        try:
            _, converged = minimizer.iterate(f, theta, state.slots)
        except Interrupted:  # an iteration changes nothing else before its last call
            state.slots["iterations"][...] = iterations
            raise
        if converged:
            run.stopped = "converged"
        state.theta[places] = theta
        return loss
