"""From a network and data to a run: what `Network.fit` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..arrays import Array
from ..data.augmented import Augmented
from ..data.checks import warn_of_few
from ..data.sources import Source, Stream
from ..errors import DataError, NotBuiltError, ParameterError
from ..graph.program import Program
from ..optimizers.averages import Average
from ..training.callbacks.progress import progress
from ..training.fit_options import FitOptions
from ..training.history import History
from ..training.loop import run_to_end, step_by_step
from ..training.objective import ProgramObjective
from ..training.run import Run
from ..training.run_state import RunState
from ..training.updates import (
    Bound,
    Update,
    bind,
    forgetful,
    groups,
)
from .model import Model
from .plans import LastData
from .prepared import Prepared, prepare_data, source_of, split_off
from .scoring import Metric, check_metrics, score
from .user_sources import is_source, user_source


def prepare(net: Model, X: Any, y: Any, options: FitOptions) -> Run:
    """Check everything, then make the run; see `Network.fit`."""
    epochs, batch_size, drop_last = options.epochs, options.batch_size, options.drop_last
    sample_weight, class_weight = options.sample_weight, options.class_weight
    validation_data, validation_fraction = options.validation_data, options.validation_fraction
    order, augment, resume, verbose = (
        options.order,
        options.augment,
        options.resume,
        options.verbose,
    )
    watched, told = check_metrics(options.metrics, net.loss), options.callback_list()
    clips, rule, constraints, average = options.update_parts()
    checkpointing = options.checkpoints
    source: Source | Stream
    data: Prepared | None = None
    if is_source(X):
        for name, value in {
            "y": y,
            "sample_weight": sample_weight,
            "class_weight": class_weight,
            # rows that are asked for by number come in any order
            "order": order if hasattr(X, "stream") or not hasattr(X, "rows") else None,
        }.items():
            if value is not None:
                raise DataError(
                    f"fit({name}=...)",
                    "none, since the source gives (x, y, weights)",
                    "one",
                    "Let the source give it.",
                )
        if validation_fraction or (watched and validation_data is None):
            raise DataError(
                "fit",
                "validation_data beside a source",
                "none",
                "A source is not split, nor read again for metrics.",
            )
        source = user_source(net, X, epochs, checkpointing)
        if drop_last and isinstance(source, Stream):
            raise DataError(
                "fit(drop_last=True)",
                "rows with numbers",
                "a stream",
                "Let it leave out a short batch.",
            )
        built = source.first.built
    else:
        data = prepare_data(net, X, y, sample_weight, class_weight)
        built = data.built
    program = built.programs.train
    held: Prepared | None = None
    if validation_data is not None:
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
            got = type(validation_data).__name__
            raise DataError(
                "validation_data",
                "a pair (X, y), or (X, y, sample_weight)",
                got,
                "Write (X_val, y_val).",
            )
        held = prepare_data(net, *validation_data, like=built)
    elif validation_fraction and data is not None:
        data, held = split_off(data, validation_fraction, net.seed)
    if data is not None:
        source = source_of(net, data)
    if augment is not None and augment != ():
        train = program
        index = [name for name, i in train.inputs.items() if train.values[i].number == "index"]
        source = Augmented.of(source, augment, net.seed, list(built.inputs), index)
        if rule.full_batch:
            raise ParameterError(
                f"fit(augment=...): {rule!r} needs the same rows at each step. Use Adam()."
            )
    if (
        program.moves
        and order is None
        and batch_size
        and not drop_last
        and not isinstance(source, Stream)
    ):
        warn_of_few(
            len(source) % batch_size,
            min(batch_size, len(source)),
            "Write drop_last=True, or another batch_size",
        )
    if rule.full_batch and (
        isinstance(source, Stream) or (batch_size is not None and batch_size < len(source))
    ):
        raise ParameterError(
            f"fit(optimizer={rule!r}): it needs the whole set at each step. Write batch_size=None."
        )
    net.adopt(built)
    bound = [bind(constraint, program, net.frozen) for constraint in constraints]
    before, update = net.run_state.copy() if resume else net.run_state, net._update
    state = _continue(net, rule, clips, program, bound, average)
    run = Run(
        ProgramObjective(program, tuple(net.frozen), net.engine, net.threads),
        state,
        source,
        net._update,
        epochs=epochs,
        batch_size=batch_size,
        drop_last=bool(drop_last),
        order=order,
        callbacks=sorted(
            [*told, *progress(verbose)], key=lambda callback: callback.checkpoints
        ),  # those write what the others remember
        watch=_watch(net, data, held, watched),
        watched=", ".join(watched)
        + (
            f" on rows {source_of(net, held).fingerprint()[:8]}"
            if held is not None and checkpointing
            else ""
        ),
        net=net,
    )
    net.last_data = LastData((X, y)) if data is not None else None
    if resume is not None and resume is not False:
        try:
            go_on_from(run, resume)
        except BaseException:
            put_back(net, before, update)
            raise
    return run


def put_back(net: Model, before: RunState, update: Update | None) -> None:
    """The network's state as it was, θ in its place."""
    net.theta[...] = before.theta
    for f in fields(RunState):
        if f.name != "theta":
            setattr(net.run_state, f.name, getattr(before, f.name))
    net._update = update


def _continue(
    net: Model,
    rule: Any,
    clips: Sequence[Any],
    program: Program,
    constraints: Sequence[Bound],
    average: Average | None,
) -> RunState:
    """The network's state, ready for these optimiser and groups: equal ones go on with their slots."""
    state, before = net.run_state, net._update
    same = before is not None and (before.optimizer, before.clips, before.average, before.held) == (
        rule,
        tuple(clips),
        average,
        tuple(constraint for constraint, _ in constraints),
    )
    if not same:
        state.slots, state.t, state.born = {}, 0, {}
        rule = forgetful(rule)
    elif before is not None:
        rule = before.optimizer  # equal, and its schedules remember what they saw
        seen = np.isin([p.start for p in program.parameters], before.indices())
        for p, known in zip(program.parameters, seen, strict=True):
            if p.path not in net.frozen and not known:  # thawed since: slots of their own age
                state.born[p.path] = state.t
    free = [p.where for p in program.parameters if p.path not in net.frozen]
    places = {p.path: p.where for p in program.params}
    moves = [(places[m.state], m.rate) for m in program.moves]
    update = Update(
        rule,
        groups(program, net.frozen, net.rates, state.born),
        clips,
        free,
        moves,
        constraints,
        average,
    )
    state.slots = (
        update.carry_over(state.theta, state.slots, before)
        if same and before is not None
        else update.start(state.theta)
    )
    if rule.full_batch:
        state.slots["iterations"][...] = (
            0  # data or theta may have changed: its loss and gradient are asked for again
        )
    state.started, state.position, state.sums, state.history = state.epoch, 0, [0.0, 0.0], {}
    net._update = update
    return state


def go_on_from(run: Run, resume: Any) -> None:
    """Go on from a checkpoint: a path, or True for the Checkpoint's own file where there is one."""
    from ..training.callbacks.checkpoint import Checkpoint
    from .network_file import restore

    path = resume
    if resume is True:
        found = next(
            (callback for callback in run.callbacks if isinstance(callback, Checkpoint)), None
        )
        if found is None:
            raise ParameterError(
                "fit(resume=True): there is no Checkpoint among the callbacks. Give resume= a path."
            )
        if not Path(found.path).exists():
            return
        path = found.path
    epochs = run.until - run.state.started
    restore(run, path)
    run.until = run.state.started + epochs


def _watch(
    net: Model, data: Prepared | None, held: Prepared | None, metrics: dict[str, Metric]
) -> Callable[[], dict[str, float]] | None:
    """What is logged at the end of an epoch beside the loss."""
    joint = (
        data is not None and data.programs.table is not None
    )  # several outputs: the loss of each, after the epoch
    if held is None and not metrics and not joint:
        return None

    def watch() -> dict[str, float]:
        logs = (
            score(net, data, metrics, with_loss=False)
            if (metrics or joint) and data is not None
            else {}
        )
        if held is not None:
            logs |= {f"val_{name}": value for name, value in score(net, held, metrics).items()}
        return logs

    return watch


def fit(net: Model, X: Any, y: Any, options: FitOptions) -> History:
    """Train to the end."""
    return run_to_end(prepare(net, X, y, options))


def train(net: Model, X: Any, y: Any, options: FitOptions) -> Iterator[Run]:
    """Train step by step."""
    return step_by_step(prepare(net, X, y, options))


def averaged(net: Model) -> Array:
    """theta with the averaged parameters of the last fit."""
    update, state = net._update, net.run_state
    if update is None or update.average is None:
        raise NotBuiltError(
            "averaged: there are no averaged weights yet. Train with optimizer=(Adam(), EMA(0.999)) or SWA first."
        )
    return cast(Array, update.averaged(state.t, state.theta, state.slots))
