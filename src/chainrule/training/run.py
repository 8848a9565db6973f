"""A run of training as data: what callbacks ask, what a checkpoint stores, what steps work on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from .. import random
from ..arrays import Array
from ..data.checks import check_order
from ..data.sources import Source, Stream
from ..distributed.agreement import check_equal
from ..distributed.processes import Processes
from ..errors import ParameterError
from ..files.checksum import checksum
from ..optimizers.schedules.base import needs_run
from ..optimizers.schedules.epochs import RunLength
from .callbacks.base import Callback, RunFiles, taking_part
from .fit_options import FitOptions
from .interrupts import Interrupts
from .objective import Objective
from .run_state import Numbers, RunState
from .updates import Update

T = TypeVar("T")


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
    processes : Processes, optional
        Those that make this run together.
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
        processes: Processes | None = None,
    ) -> None:
        self.processes = processes
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
        self._take_time(state.t)
        self.logs: dict[str, float] = {}
        # Makes the same kind of run from a model, options, and what else differs (X, y, sampler).
        self.again: Callable[[Any, FitOptions, Mapping[str, Any]], Run] | None = None
        self.given: tuple[Any, ...] = ()  # the data of the fit as the user gave them
        self.loss = math.nan  # of the last step, before its update
        self.epoch_is_over = False
        self.interrupts = Interrupts(patient=True)  # the loop puts its own here
        # Called when every callback has seen the end of an epoch: it writes checkpoints.
        self.after_epoch: list[Callable[[], object]] = []
        # Called right before and right after steps, many or one, when the state is complete: what
        # differs between the end of some steps and the beginning of others, a callback has changed.
        self.before_steps: list[Callable[[], object]] = []
        self.after_steps: list[Callable[[], object]] = []
        self.by_step = False  # True: the user's code goes on between two steps
        self.leads = processes is None or processes.is_first  # this process calls all hooks
        # What the callbacks of the first process remember, if it is another one.
        self.memories: dict[str, dict[str, Array]] = {}
        self.numbers: Array | None = None  # of its rows in the user's data, if it has a part of it

    @property
    def acting(self) -> list[Callback]:
        """The callbacks whose hooks are called in this process: in the first one all of them."""
        if self.leads:
            return self.callbacks
        return [callback for callback in self.callbacks if callback.in_all_processes]

    def agreed(self, value: T) -> T:
        """Return a value that all processes must have: that of the first one."""
        return value if self.processes is None else self.processes.from_first(value)

    def one_sided(self) -> AbstractContextManager[None]:
        """Return a context for what only some processes do; its errors end the run in all."""
        return nullcontext() if self.processes is None else self.processes.one_sided()

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
        """The optimizer of the update list; its schedules have the length of this run."""
        return self.update.rule

    def _take_time(self, begin: int) -> None:
        """Let schedules in epochs, or for the whole run, know their length in steps."""
        state = self.state
        if not needs_run(self.update.optimizer):
            return
        length = RunLength(self.steps_of_epoch(), self.until - state.started, begin)
        state.update = self.update.in_run(length)

    def steps_of_epoch(self) -> int:
        """Return the number of steps of one epoch, which must be known before it runs."""
        if self.stream is not None:
            raise ParameterError(
                f"fit(optimizer={self.update.optimizer!r})",
                "schedules with a number of steps beside a stream",
                "one that needs the length of an epoch",
                "Write steps=1000: a stream does not say how long its epochs are.",
            )
        rows: Any = self.source
        n = len(
            rows
            if self.order is None
            else check_order(self.order(self.epoch, len(rows)), len(rows))
        )
        return -(-self.rows_taken(n) // self.batch_size)

    def resumed(self) -> None:
        """Take up the schedules where the interrupted run had them."""
        state = self.state
        if needs_run(self.update.optimizer):
            each = self.steps_of_epoch()
            done = (state.epoch - state.started) * each + -(-state.position // self.batch_size)
            self._take_time(state.t - done)

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
            rows = check_order(self.order(self.epoch, n), n)
            if self.processes is not None:
                found = {f"order of the rows in epoch {self.epoch + 1}": checksum([rows])}
                check_equal(self.processes, found, "Let order= depend on its arguments alone.")
            return rows
        if self.batch_size == n:
            return None
        return random.permutation((self.state.seed, self.epoch), n)

    def rows_taken(self, n: int) -> int:
        """Return how many of an epoch's n rows are in its batches."""
        return (n - n % self.batch_size if self.drop_last else n) or n
