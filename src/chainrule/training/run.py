"""A run of training as data: what callbacks ask, what a checkpoint stores, what steps work on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .. import random
from ..arrays import Array
from ..data.checks import check_order
from ..data.sources import Source, Stream
from .callbacks.base import Callback, RunFiles, taking_part
from .fit_options import FitOptions
from .interrupts import Interrupts
from .objective import Objective
from .run_state import Numbers, RunState
from .updates import Update


class Run:
    """A run of training.

    Parameters
    ----------
    objective : Objective
        The function to minimize.
    state : RunState
        θ, slots, counters and memories; complete between two steps. It has an update list.
    source : Source or Stream
        The rows.
    options : FitOptions
        Epochs, batch size, order and so on.
    callbacks : sequence of Callback, optional
        They are called in this order. The default is the callbacks of the options.
    watch : function, optional
        () -> numbers to log at the end of an epoch: metrics and validation.
    watched : str
        A text that is the same for the same metrics and validation data.
    net : Model, optional
        The network that callbacks see.
    files : RunFiles, optional
        Reads and writes checkpoints of the run.
    """

    def __init__(
        self,
        objective: Objective,
        state: RunState,
        source: Source | Stream,
        options: FitOptions,
        *,
        callbacks: Sequence[Callback] | None = None,
        watch: Callable[[], dict[str, float]] | None = None,
        watched: str = "",
        net: Any = None,
        files: RunFiles | None = None,
    ) -> None:
        self.objective, self.state, self.source, self.options = objective, state, source, options
        self.callbacks = list(options.callback_list() if callbacks is None else callbacks)
        self.watch, self.watched, self.net, self.files = watch, watched, net, files
        state.callbacks = tuple(taking_part(self.callbacks))
        state.stopped, state.best_epoch = "", None
        rows: Any = source
        self.stream = getattr(rows, "stream", None)  # a Stream has its own batches
        self.batch_size = (
            0 if self.stream is not None else min(options.batch_size or len(rows), len(rows))
        )
        self.drop_last, self.order = bool(options.drop_last), options.order
        self.until = state.started + options.epochs
        self.logs: dict[str, float] = {}
        self.loss = math.nan  # of the last step, before its update
        self.epoch_is_over = False
        self.interrupts = Interrupts(patient=True)  # the loop puts its own here
        # Called when every callback has seen the end of an epoch: it writes checkpoints.
        self.after_epoch: list[Callable[[], object]] = []

    def __repr__(self) -> str:
        logs = "".join(f", {name} {value:.4g}" for name, value in self.logs.items())
        return f"<Run: epoch {self.epoch} of {self.until}, step {self.step}{logs}>"

    @property
    def update(self) -> Update:
        """The update list."""
        assert self.state.update is not None
        return self.state.update

    @property
    def optimizer(self) -> Any:
        """The optimizer of the update list."""
        return self.update.optimizer

    @property
    def epoch(self) -> int:
        """The current epoch, from 0, counted over all calls of `fit`."""
        return self.state.epoch

    @property
    def step(self) -> int:
        """The number of updates done, over all calls of `fit`."""
        return self.state.step

    @property
    def history(self) -> dict[str, Numbers]:
        """The quantities that were logged in each epoch of this call of `fit`."""
        return self.state.history

    @property
    def stopped(self) -> str:
        """Why the run ends; set it to end the run after the current step."""
        return self.state.stopped

    @stopped.setter
    def stopped(self, why: str) -> None:
        self.state.stopped = why

    @property
    def best_epoch(self) -> int | None:
        """The index in the history of the epoch that early stopping found best."""
        return self.state.best_epoch

    @best_epoch.setter
    def best_epoch(self, epoch: int | None) -> None:
        self.state.best_epoch = epoch

    def rows_of_epoch(self, n: int) -> Array | None:
        """Return the order of the n rows in this epoch; None: their own order."""
        if self.order is not None:
            return check_order(self.order(self.epoch, n), n)
        if self.batch_size == n:
            return None
        return random.permutation((self.state.seed, self.epoch), n)

    def rows_taken(self, n: int) -> int:
        """Return how many of an epoch's n rows are in its batches."""
        return (n - n % self.batch_size if self.drop_last else n) or n
