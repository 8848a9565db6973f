"""The loop: it minimizes any objective over any source.

It gives control back to Python only when something in Python must happen.
"""

from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.sources import Nothing, Source, Stream
from ..errors import DataError, ParameterError
from .callbacks.base import Callback, is_true
from .fit_options import FitOptions
from .history import History
from .interrupts import Interrupted, Interrupts
from .native_steps import native_steps
from .numpy_steps import NumpySteps
from .objective import Objective
from .run import Run
from .run_state import RunState
from .steps import BUDGET, Steps
from .together import check_theta, follow_first, is_stopped
from .updates import Group, Update

Hooks = list[tuple[Callback, int]]  # callbacks with batch hooks, and how often they are called


def steps_of(run: Run) -> Steps:
    """Return the steps of a run: in C if everything in them has a twin there, else in NumPy."""
    return native_steps(run) or NumpySteps(run)


def loop(run: Run, *, by_step: bool = False) -> Iterator[Run]:
    """Train, and yield the run after every step, or whenever 50 ms are over.

    Setting `run.stopped` ends training.
    """
    try:
        yield from _loop(run, by_step)
    except BaseException as error:
        for callback in run.acting:
            callback.on_exception(run, error)
        if run.processes is not None:
            run.processes.leave(error)
        raise
    else:
        if run.processes is not None:
            run.processes.leave()
    finally:
        run.state.callbacks = ()  # a state outlives its run; the user's callbacks do not
        if run.processes is not None:  # a recording makes steps again, in one process
            objective: Any = run.objective
            objective.join(None)


def _loop(run: Run, by_step: bool) -> Iterator[Run]:
    steps = steps_of(run)
    try:
        yield from _steps(run, steps, by_step)
    finally:
        steps.close()


def _steps(run: Run, steps: Steps, by_step: bool) -> Iterator[Run]:
    state, run.by_step = run.state, by_step
    hooks = [(callback, every) for callback in run.callbacks if (every := callback.every_steps)]
    _call(run, "on_train_begin")
    while state.epoch < run.until and not is_stopped(run):
        if not by_step and _made(run, steps.whole_epochs):
            yield run
            continue
        if state.position == 0:
            _call(run, "on_epoch_begin")
        steps.begin_epoch()
        run.epoch_is_over = False
        try:
            yield from _epoch(run, steps, hooks, by_step)
            if run.epoch_is_over:
                _end_epoch(run)
        except Interrupted:  # it ended a step or a validation, which has changed nothing
            run.stopped = "interrupted"
    _call(run, "on_train_end")


def _epoch(run: Run, steps: Steps, hooks: Hooks, by_step: bool) -> Iterator[Run]:
    """Make the steps of one epoch, or the steps that are left of it."""
    state = run.state
    each_batch = [callback for callback, every in hooks if every == 1]
    while not run.epoch_is_over and not is_stopped(run):
        # how many steps until a hook must be called; 0: as many as there are
        k = 1 if by_step else min((every - state.step % every for _, every in hooks), default=0)
        k, begins = run.agreed((k, bool(each_batch)))
        if begins:
            if not steps.has_more():
                run.epoch_is_over = True
                return
            with run.one_sided():
                for callback in each_batch:
                    if callback in run.acting and is_true(callback.on_batch_begin(run)):
                        run.stopped = callback.reason
        if not _made(run, partial(steps.advance, k)):
            return
        with run.one_sided():
            for callback, every in hooks:
                due = state.step % every == 0 and callback in run.acting
                if due and is_true(callback.on_batch_end(run)):
                    run.stopped = run.stopped or callback.reason
        yield run


def _made(run: Run, advance: Callable[[], int]) -> int:
    """Make steps between those who look at the state right before and right after them."""
    with run.one_sided():
        for look in run.before_steps:
            look()
    made = advance()
    with run.one_sided():
        for look in run.after_steps:
            look()
    return made


def _call(run: Run, hook: str) -> None:
    """Call one hook of every callback; True ends training."""

    def call(callbacks: list[Callback]) -> None:
        for callback in callbacks:
            if is_true(getattr(callback, hook)(run)) and run.stopped in ("", "interrupted"):
                run.stopped = callback.reason

    follow_first(run, call)


def _end_epoch(run: Run) -> None:
    """Log the epoch, let schedules and callbacks see it, and go to the next one."""
    state = run.state
    if not state.sums[1]:
        rule, remedy = "at least one batch an epoch", "Check what its stream gives."
        raise DataError("the source", rule, "none", remedy)
    run.logs = {"loss": state.sums[0] / state.sums[1]}
    check_theta(run)
    if run.watch is not None:
        run.logs |= _watched(run, run.watch)
    for name, value in run.logs.items():
        state.record(name, value)
    for schedule in run.update.schedules.values():
        if hasattr(schedule, "observe"):
            schedule.observe(run.logs)
    _call(run, "on_epoch_end")
    state.epoch += 1
    state.position, state.sums = 0, [0.0, 0.0]
    with run.one_sided():
        for write in run.after_epoch:
            write()
    run.after_epoch.clear()


def _watched(run: Run, watch: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Return metrics and validation; of several processes, the first one computes them."""

    def found() -> dict[str, float] | None:
        try:
            with run.interrupts.drop_at_once():
                return watch()
        except Interrupted:
            return None

    logs = found() if run.processes is None else run.processes.only_first(found)
    if logs is None:
        raise Interrupted
    return logs


def _interrupts(run: Run, patient: bool) -> Interrupts:
    """Return interrupts that end this run."""

    def stop() -> None:
        run.stopped = "interrupted"

    run.interrupts = Interrupts(patient, stop, terminates=run.processes is not None)
    return run.interrupts


def run_to_end(run: Run) -> History:
    """Train to the end. The first Ctrl-C ends the run after its step, a second one raises."""
    with _interrupts(run, patient=True) as interrupts:
        steps = loop(run)
        while True:
            interrupts.busy = True
            ended = next(steps, None) is None
            interrupts.busy = False
            if ended:
                break
            with run.one_sided():
                for callback in run.acting:
                    callback.on_pause(run)
                if interrupts.after_step():
                    run.stopped = "interrupted"
    # A Ctrl-C counts even if the run has just ended: a caller that trains one network after
    # another must know of it.
    if interrupts.after_step():
        run.stopped = "interrupted"
    return History(run.state.history or {"loss": []}, run.stopped or "finished", run.best_epoch)


def step_by_step(run: Run) -> Iterator[Run]:
    """Train, and yield the run after every step. A Ctrl-C waits for the end of the step."""
    steps, paused = loop(run, by_step=True), perf_counter()
    while True:
        with _interrupts(run, patient=False) as interrupts:
            interrupts.busy = True
            ended = next(steps, None) is None
        if ended:
            return
        if perf_counter() - paused > BUDGET:
            with run.one_sided():
                for callback in run.acting:
                    callback.on_pause(run)
            paused = perf_counter()
        yield run


def train(
    objective: Objective,
    theta: Array,
    *,
    optimizer: Any,
    source: Source | Stream | None = None,
    epochs: int = 1,
    batch_size: int | None = None,
    seed: int = 0,
) -> Iterator[RunState]:
    """Minimize any objective step by step, as a generator.

    Parameters
    ----------
    objective : Objective
        (theta, batch, key, carry) -> (loss, g, carry).
    theta : array
        The start. It is not changed.
    optimizer : Optimizer
        The optimizer, or clips that end with an optimizer.
    source : Source, optional
        Rows; without it an epoch is one step on an empty batch.
    epochs, batch_size, seed : int
        As in `Network.fit`.

    Yields
    ------
    RunState
        The same object after every step, complete: theta, slots, step, epoch.

    Raises
    ------
    ParameterError
        An optimizer or a number that cannot be.
    TrainingError
        The loss became NaN or infinite.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> def bowl(theta, batch, key, carry):
    ...     return (theta**2).sum(), 2 * theta, carry
    >>> for state in cr.train(bowl, np.array([1.0, -2.0]), optimizer=cr.SGD(lr=0.25), epochs=3):
    ...     print(state.step, state.theta)
    1 [ 0.5 -1. ]
    2 [ 0.25 -0.5 ]
    3 [ 0.125 -0.25 ]
    """
    options = FitOptions(
        optimizer=(optimizer,) if optimizer is None else optimizer,
        epochs=epochs,
        batch_size=batch_size,
    )
    clips, rule, constraints, average = options.update_parts()
    if constraints:
        raise ParameterError(
            "train", "no constraints on a plain vector", repr(constraints[0]), "Use Network.fit."
        )
    if rule.least_squares:
        remedy = f"Call {rule!r}.minimise(f, theta), where f returns residuals and Jacobian."
        raise ParameterError("train", "a rule that needs the loss alone", repr(rule), remedy)
    theta = np.array(theta, dtype=np.result_type(theta, np.float32))
    whole = slice(0, len(theta))
    update = Update(rule, (Group(whole),), clips, [whole], average=average)
    state = RunState(theta, update.start(theta), seed, update=update)
    for _ in step_by_step(Run(objective, state, source or Nothing(), options)):
        yield state
