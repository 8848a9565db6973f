"""The loop. It minimises any objective over any source, and looks up from it only when something in Python must happen."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from time import perf_counter
from typing import Any

import numpy as np

from .. import random
from ..arrays import Array, is_finite
from ..data.checks import Order, check_order
from ..data.sources import Batch, Source, Stream
from ..errors import DataError, TrainingError
from .callbacks.base import Callback, is_true
from .native_steps import NativeSteps, native_steps
from .objective import Objective
from .run_state import Numbers, RunState
from .updates import Update

Feed = tuple[Batch, int, int]  # a batch, the position behind it, its number of rows
BUDGET = 0.05  # seconds after which `advance` returns, so that Ctrl-C and the progress bar live


class Run:
    """A run of training: what the loop works on and what callbacks are given.

    Parameters
    ----------
    objective : Objective
        What is minimised.
    state : RunState
        Where it stands; complete between two steps.
    source : Source or Stream
        Rows.
    update : Update
        The update list.
    epochs : int
        How many more, counted from `state.started`.
    batch_size : int, optional
        Rows a step; None: the whole set, in its own order.
    drop_last : bool
        True: an epoch ends before a batch of fewer rows, unless that is its only one.
    order : function, optional
        (epoch, n) -> row numbers, instead of the keyed permutation.
    callbacks : sequence of Callback
        In the order in which they are told.
    watch : function, optional
        () -> numbers to log at the end of an epoch: metrics and validation.
    watched : str
        The same text for the same metrics and validation data.
    net : Network, optional
        For callbacks.
    """

    def __init__(
        self,
        objective: Objective,
        state: RunState,
        source: Source | Stream,
        update: Update,
        *,
        epochs: int,
        batch_size: int | None = None,
        drop_last: bool = False,
        order: Order | None = None,
        callbacks: Sequence[Callback] = (),
        watch: Callable[[], dict[str, float]] | None = None,
        watched: str = "",
        net: Any = None,
    ) -> None:
        self.objective, self.state, self.source, self.update = objective, state, source, update
        self.until = state.started + epochs
        rows: Any = source
        self.stream = getattr(rows, "stream", None)  # of a Stream, which has batches of its own
        self.batch_size = 0 if self.stream is not None else min(batch_size or len(rows), len(rows))
        self.drop_last, self.order, self.callbacks, self.net = (
            drop_last,
            order,
            list(callbacks),
            net,
        )
        self.watch, self.watched = watch, watched
        self.logs: dict[str, float] = {}
        self.loss = math.nan  # of the last step, before its update
        self.stopped = ""
        self.epoch_is_over = False
        self.best_epoch: int | None = None
        self.after_epoch: list[
            Callable[[], object]
        ] = []  # checkpoints: written when every callback has been told
        self._spare = [np.empty_like(a) for a in self._moving()]
        self._native: tuple[Update, NativeSteps | None] | None = None

    # ---- what callbacks read

    @property
    def optimizer(self) -> Any:
        return self.update.optimizer

    @property
    def epoch(self) -> int:
        """The epoch that runs, from 0, counted over all calls of `fit`."""
        return self.state.epoch

    @property
    def step(self) -> int:
        """Updates done, over all calls of `fit`."""
        return self.state.step

    @property
    def history(self) -> dict[str, Numbers]:
        return self.state.history

    # ---- one call without Python between steps

    @property
    def native(self) -> NativeSteps | None:
        """The steps in C, bound to the update list; None where a step needs Python."""
        if self._native is None or self._native[0] is not self.update:
            steps = native_steps(
                self.objective, self.source, self.update, self.batch_size, self.state.theta.dtype
            )
            self._native = self.update, steps
        return self._native[1]

    def feed(self) -> Iterator[Feed]:
        """The batches that are left of this epoch: each with the position behind it and its number of rows."""
        start = self.state.position
        if self.stream is not None:
            for k, batch in enumerate(self.stream(self.epoch, start), start=start + 1):
                yield batch, k, len(batch["c"])
            return
        source: Any = self.source
        source = (
            source.at(self.epoch) if hasattr(source, "at") else source
        )  # rows that change from epoch to epoch
        rows = self.rows_of_epoch(len(source))
        total = self.taken(len(source) if rows is None else len(rows))
        for begin in range(start, total, self.batch_size):
            end = min(begin + self.batch_size, total)
            yield (
                source.rows(slice(begin, end) if rows is None else rows[begin:end]),
                end,
                end - begin,
            )

    def more(self, feed: Iterator[Feed]) -> Iterator[Feed] | None:
        """The same feed where it has a further batch."""
        if self.native is not None:
            return feed if self.native.left(self) else None
        batch = next(feed, None)
        return None if batch is None else chain((batch,), feed)

    def advance(self, feed: Iterator[Feed], k: int, budget: float = BUDGET) -> int:
        """Up to k steps; returns how many after the step in which the budget is spent. Sets `epoch_is_over` at its end."""
        if self.native is not None:
            return self.native.advance(self, k, budget)
        state, update = self.state, self.update
        end, before = perf_counter() + budget, state.step
        with np.errstate(all="ignore"):  # what is not finite is found below and named
            for batch, position, rows in feed:
                key = np.array([state.seed, state.step])
                if update.optimizer.full_batch:
                    loss = self._minimise(batch, key)
                else:
                    loss, g, state.carry = self.objective(state.theta, batch, key, state.carry)
                    loss = float(loss)
                    if not (math.isfinite(loss) and is_finite(g)):
                        raise self.failure(loss, batch, key)
                    self.keep()
                    update(state.t + 1, state.theta, g, state.slots)
                    if not (is_finite(state.theta) and self._within(state.theta)):
                        self.go_back()
                        raise self.failure(math.inf, batch, key, "theta after this update")
                self.loss = loss
                state.t += 1
                state.step += 1
                state.sums[0] += loss * rows
                state.sums[1] += rows
                state.position = position
                if state.step - before == k or perf_counter() > end:
                    return state.step - before
        self.epoch_is_over = True
        return state.step - before

    def _within(self, theta: Array) -> bool:
        """Whether theta is where the objective means something: one that can run away has a `limit`."""
        limit = getattr(self.objective, "limit", math.inf)
        return limit == math.inf or bool(abs(theta).max() <= limit)

    def _moving(self) -> list[Array]:
        """What an update changes in place."""
        return [self.state.theta, *self.state.slots.values()]

    def keep(self) -> None:
        """Remember what the next steps may change."""
        for kept, a in zip(self._spare, self._moving(), strict=True):
            kept[...] = a

    def go_back(self) -> None:
        """Undo them."""
        for kept, a in zip(self._spare, self._moving(), strict=True):
            a[...] = kept

    def _minimise(self, batch: dict[str, Any], key: Array) -> float:
        """One iteration of an optimiser that asks for the loss at points of its choice."""
        state, places = self.state, self.update.indices()
        whole = state.theta.copy()

        def objective(theta: Array) -> tuple[float, Array]:
            whole[places] = theta
            loss, g, _ = self.objective(whole, batch, key, state.carry)
            return float(loss), g[places]

        theta = state.theta[places]
        loss = (
            float(state.slots["loss"]) if state.slots["iterations"] else float(objective(theta)[0])
        )  # before the update
        if not math.isfinite(loss):
            raise self.failure(loss, batch, key)
        minimiser: Any = self.update.optimizer
        _, converged = minimiser.iterate(objective, theta, state.slots)
        if converged:
            self.stopped = "converged"
        state.theta[places] = theta
        return loss

    def failure(
        self, loss: float, batch: dict[str, Any], key: Array, what: str = ""
    ) -> TrainingError:
        """The report that names the value which first became NaN or infinite; theta keeps its last finite numbers."""
        if what and hasattr(self.objective, "run_away"):
            return TrainingError(
                f"{self.objective.run_away()}. It happened at epoch {self.epoch + 1}, step {self.step + 1}, "
                f"with {self.optimizer!r}. The weights before this step are kept."
            )
        explain = getattr(self.objective, "explain", lambda *_: "the gradient")
        kind = (
            "NaN"
            if math.isnan(loss)
            else "infinite"
            if math.isinf(loss)
            else "finite with a gradient that is not"
        )
        lr = getattr(self.optimizer, "lr", None)
        remedy = (
            f"Scale the inputs or lower lr={lr:g}."
            if isinstance(lr, float | int)
            else "Scale the inputs or lower lr."
        )
        return TrainingError(
            f"the loss became {kind} at epoch {self.epoch + 1}, step {self.step + 1}; first non-finite value: "
            f"{what or explain(self.state.theta, batch, key)}. {remedy} The network keeps its last finite weights."
        )

    # ---- epochs

    def rows_of_epoch(self, n: int) -> Array | None:
        """The order of the n rows in this epoch; None: as they stand."""
        if self.order is not None:
            return check_order(self.order(self.epoch, n), n)
        return (
            None if self.batch_size == n else random.permutation((self.state.seed, self.epoch), n)
        )

    def taken(self, n: int) -> int:
        """How many of an epoch's n rows come in its batches."""
        return (n - n % self.batch_size if self.drop_last else n) or n

    def tell(self, hook: str) -> None:
        """Call one hook of every callback; True stops."""
        for callback in self.callbacks:
            if is_true(getattr(callback, hook)(self)) and self.stopped in ("", "interrupted"):
                self.stopped = callback.reason

    def end_epoch(self) -> None:
        state = self.state
        if not state.sums[1]:
            raise DataError(
                "the source", "at least one batch an epoch", "none", "Check what its stream gives."
            )
        self.logs = {"loss": state.sums[0] / state.sums[1]}
        if self.watch is not None:
            self.logs |= self.watch()
        for name, value in self.logs.items():
            state.record(name, value)
        for schedule in getattr(self.optimizer, "schedules", {}).values():
            if hasattr(schedule, "observe"):
                schedule.observe(self.logs)
        if self.callbacks:
            self.tell("on_epoch_end")
        state.epoch += 1
        state.position, state.sums = 0, [0.0, 0.0]
        for write in self.after_epoch:
            write()
        self.after_epoch.clear()
