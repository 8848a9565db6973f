"""The loop. It minimises any objective over any source, and looks up from it only when something in Python must happen."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.sources import Nothing, Source, Stream
from ..errors import ParameterError
from .callbacks.base import is_true
from .interrupts import Interrupts
from .objective import Objective
from .run import BUDGET, Feed, Run
from .run_state import RunState
from .updates import Group, Update, as_update_list, behind_optimizer


def loop(run: Run, *, by_step: bool = False) -> Iterator[Run]:
    """Train; give control back after every step, or whenever 50 ms have passed. Setting `run.stopped` ends it."""
    try:
        yield from _loop(run, by_step)
    except BaseException as error:
        for callback in run.callbacks:
            callback.on_exception(run, error)
        raise


def _loop(run: Run, by_step: bool) -> Iterator[Run]:
    state = run.state
    looks = [(callback, callback.every_steps) for callback in run.callbacks if callback.every_steps]
    each_batch = [callback for callback, every in looks if every == 1]
    run.tell("on_train_begin")
    while state.epoch < run.until and not run.stopped:
        if not by_step and run.native is not None and run.native.epochs(run, BUDGET):
            yield run
            continue
        if state.position == 0 and run.callbacks:
            run.tell("on_epoch_begin")
        feed: Iterator[Feed] = run.feed()
        run.epoch_is_over = False
        while not run.epoch_is_over and not run.stopped:
            # how many steps at once; 0: as many as there are
            k = 1 if by_step else min((every - state.step % every for _, every in looks), default=0)
            if each_batch:
                more = run.more(feed)
                if more is None:
                    run.epoch_is_over = True
                    break
                feed = more
                for callback in each_batch:
                    if is_true(callback.on_batch_begin(run)):
                        run.stopped = callback.reason
            if not run.advance(feed, k):
                break
            for callback, every in looks:
                if state.step % every == 0 and is_true(callback.on_batch_end(run)):
                    run.stopped = run.stopped or callback.reason
            yield run
        if run.epoch_is_over:
            run.end_epoch()
    run.tell("on_train_end")


def fit(run: Run) -> str:
    """Run to the end; returns why it ended. The first Ctrl-C ends it after the step, a second one raises."""
    with Interrupts(patient=True) as interrupts:
        steps = loop(run)
        while True:
            interrupts.busy = True
            ended = next(steps, None) is None
            interrupts.busy = False
            if ended:
                break
            for callback in run.callbacks:
                callback.on_pause(run)
            if interrupts.after_step():
                run.stopped = "interrupted"
    if (
        interrupts.after_step()
    ):  # whatever else ended it: who trains one network after another must know
        run.stopped = "interrupted"
    return run.stopped or "finished"


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
    """The loop as a generator over any objective, step by step.

    Parameters
    ----------
    objective : Objective
        (theta, batch, key, carry) -> (loss, g, carry).
    theta : array
        Where to start; not changed.
    optimizer : Optimizer
        Or clips and then an optimiser.
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
    main, constraints, average = behind_optimizer(optimizer)
    rule, clips = as_update_list(main)
    if constraints:
        raise ParameterError(
            "train", "no constraints on a plain vector", repr(constraints[0]), "Use Network.fit."
        )
    theta = np.array(theta, dtype=np.result_type(theta, np.float32))
    whole = slice(0, len(theta))
    update = Update(rule, (Group(whole),), clips, [whole], average=average)
    state = RunState(theta, update.start(theta), seed)
    run = Run(objective, state, source or Nothing(), update, epochs=epochs, batch_size=batch_size)
    steps = loop(run, by_step=True)
    while True:
        with Interrupts(patient=False) as interrupts:
            interrupts.busy = True
            ended = next(steps, None) is None
        if ended:
            return
        yield state
