"""`Network.fit`: make a run from a model and its data.

Everything is checked first, on values. Then the model adopts the state of the run, and the loop
begins. So a fit that is refused leaves the model as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import get_ident
from typing import Any

from ..arrays import Array
from ..data.augmented import Augmented
from ..data.checks import warn_of_few, warn_of_single_rows
from ..data.sources import Source, Stream
from ..distributed.processes import Processes, joined
from ..errors import DataError, NotBuiltError, ParameterError
from ..graph.program import Param, Program
from ..optimizers.base import Optimizer
from ..training.callbacks.base import Callback
from ..training.callbacks.progress import progress
from ..training.fit_options import FitOptions, UpdateParts
from ..training.history import History
from ..training.loop import run_to_end, step_by_step
from ..training.objective import MakesObjective, program_objective
from ..training.residuals import check_residuals
from ..training.resuming import check_paths
from ..training.run import Run
from ..training.run_state import RunState
from ..training.together import check_agreement, resume
from ..training.updates import Update, bind, forgetful, groups
from .image_layout import check_augment
from .model import Built, Model
from .plans import LastData
from .prepared import Prepared, indices, prepare_data, source_of, split_off
from .run_file import NetworkRunFile
from .scale import warn_of_scale
from .scoring import Metric, check_metrics, score
from .standardization import chunks_of, in_chunks, statistics
from .user_sources import adapted, everything, is_source, split_source, user_source

FITTED: dict[int, int] = {}  # networks that are being fitted, by id, and the thread of each


# ---------------------------------------------------------------- training


def fit(
    model: Model,
    X: Any,
    y: Any,
    options: FitOptions,
    objective: MakesObjective = program_objective,
) -> History:
    """Train to the end.

    Parameters
    ----------
    model : Model
        The network.
    X, y : arrays, or a source and None
        Rows and targets.
    options : FitOptions
        Everything else.
    objective : function
        Makes what is minimized from the model and its train Program.
    """
    with _in_one_thread(model):
        return run_to_end(prepare(model, X, y, options, objective))


@contextmanager
def _in_one_thread(model: Model) -> Iterator[None]:
    """Enter unless another thread fits this network: two would change its weights in turns."""
    here = get_ident()
    is_first = id(model) not in FITTED
    if FITTED.setdefault(id(model), here) != here:
        rule, got = "one fit of a network at a time", "another one in another thread"
        raise ParameterError("fit", rule, got, "Fit a network of its own in each thread.")
    try:
        yield
    finally:
        if is_first:
            del FITTED[id(model)]


def train(model: Model, X: Any, y: Any, options: FitOptions) -> Iterator[Run]:
    """Train step by step; see `fit`."""
    return step_by_step(prepare(model, X, y, options))


def prepare(
    model: Model,
    X: Any,
    y: Any,
    options: FitOptions,
    objective: MakesObjective = program_objective,
) -> Run:
    """Check everything, make the run, and let the model adopt its state; see `fit`."""
    with joined(options.comm) as processes:
        return _prepare(model, X, y, options, objective, processes)


def _prepare(
    model: Model,
    X: Any,
    y: Any,
    options: FitOptions,
    objective: MakesObjective,
    processes: Processes | None,
) -> Run:
    metrics, parts = check_metrics(options.metrics, model.loss), options.update_parts()
    callbacks = options.callback_list()
    if processes is None or processes.is_first:
        check_paths(callbacks)
    data = _data(model, X, y, options, bool(metrics))
    built, program = data.built, data.built.programs.train
    model.check_writable("fit")
    source = _source(model, data, options, parts.rule)
    warns = processes is None or processes.is_first  # one of them says it
    _check_batches(source, program, options, parts.rule, warns)
    if warns and data.rows is not None and not parts.rule.full_batch and not model.is_trained:
        warn_of_scale(data.rows, model.loss)
    state = next_state(model, built, parts)
    if parts.rule.least_squares and state.update is not None:
        check_residuals(program, parts.rule, state.update.size)
    run = Run(
        objective(model, program, tuple(model.frozen_in(built))),
        state,
        source,
        options,
        callbacks=_in_order([*callbacks, *progress(options.verbose, callbacks)]),
        watch=_watch(model, data, metrics),
        watched=_watched(model, data.held, metrics, options),
        net=model,
        files=NetworkRunFile(model, built),
        processes=processes,
    )
    check_agreement(run)
    run.given = (X, y)
    run.numbers = getattr(data.source if data.rows is None else data.rows, "numbers", None)
    run.again = lambda model, options, other: _again(model, other, options, X, y, objective)
    if options.resumes:
        _resume(run, options.resume)
    rows = chunks_of(data.source) if data.rows is None else in_chunks(data.rows.inputs)
    taken = statistics(model, built, rows)
    model.adopt(replace(built, run_state=state))
    for where, values in taken:
        state.theta[where] = values
    model.last_data = None if data.rows is None else LastData(data.given or (X, y))
    return run


def _again(
    model: Model,
    other: Mapping[str, Any],
    options: FitOptions,
    X: Any,
    y: Any,
    objective: MakesObjective,
) -> Run:
    """Make the run of another fit; `other` may have other data."""
    FitOptions.check_names(other, ("X", "y"))
    options = replace(options, comm=None)  # a recording is of the first process alone
    return prepare(model, other.get("X", X), other.get("y", y), options, objective)


def prepare_again(model: Model, X: Any, y: Any, options: FitOptions, part: Any) -> Run:
    """Make a run from what a file says; a network's has no further `part`."""
    return prepare(model, X, y, options)


def _in_order(callbacks: list[Callback]) -> list[Callback]:
    """Sort the callbacks: those that save the state of the others come last."""
    return sorted(callbacks, key=lambda callback: callback.checkpoints)


def _resume(run: Run, path: Any) -> None:
    """Put the run to where a checkpoint was written; if that is refused, θ has not changed."""
    theta = run.state.theta
    run.state.theta = theta.copy()
    resume(run, path)
    theta[...] = run.state.theta
    run.state.theta = theta  # views into it stay valid


def averaged(model: Model) -> Array:
    """Return θ with the averaged parameters of the last fit."""
    state = model.run_state
    if state.update is None or state.update.average is None:
        raise NotBuiltError(
            "averaged: there are no averaged weights yet. "
            "Train with optimizer=(Adam(), EMA(0.999)) or SWA first."
        )
    return state.update.averaged(state.t, state.theta, state.slots)


# ---------------------------------------------------------------- the data of a fit


@dataclass(frozen=True, eq=False)
class FitData:
    """The data of a fit, after all checks.

    Parameters
    ----------
    built : Built
        The model as built for these rows.
    rows : Prepared, optional
        The training rows, if they are arrays.
    source : Source or Stream, optional
        The user's source, if they are not.
    held : Prepared, optional
        The validation rows.
    given : tuple
        X and y, if the user gave a source that has arrays.
    """

    built: Built
    rows: Prepared | None
    source: Any
    held: Prepared | None
    given: tuple[Any, ...] = ()


def _data(model: Model, X: Any, y: Any, options: FitOptions, measured: bool) -> FitData:
    """Return the checked data; `measured` is True if there are metrics."""
    X = adapted(X) if y is None else X
    if is_source(X):
        if hasattr(X, "arrays") and hasattr(X, "rows"):
            return _mapped_data(model, X, y, options)
        _check_source(X, y, options, measured)
        source: Any = user_source(model, X, options.epochs, options.checkpoints)
        if options.drop_last and isinstance(source, Stream):
            remedy = "Let it leave out a short batch."
            raise DataError("fit(drop_last=True)", "rows with numbers", "a stream", remedy)
        built = source.first.built
        held = _validation_rows(model, options, built)
        if held is None and options.validation_fraction:
            source, held = split_source(source, options.validation_fraction)
        return FitData(built, None, source, held)
    rows = prepare_data(model, X, y, options.sample_weight, options.class_weight)
    held = _validation_rows(model, options, rows.built)
    if held is None and options.validation_fraction:
        rows, held = split_off(rows, options.validation_fraction, model.seed)
    return FitData(rows.built, rows, None, held)


def _mapped_data(model: Model, source: Any, y: Any, options: FitOptions) -> FitData:
    """Return the checked data of a source that has all its rows as memory-mapped arrays."""
    X, target, *weights = source.arrays(quiet=options.verbose in (0, False))
    weight = options.sample_weight
    for name, twice in (("y", y is not None), ("sample_weight", weights and weight is not None)):
        if twice:
            rule, remedy = "none, since the source gives it", "Leave it out."
            raise DataError(f"fit({name}=...)", rule, "one", remedy)
    weight = weights[0] if weights else weight
    rows = prepare_data(model, X, target, weight, options.class_weight)
    if options.sample_weight is None and options.class_weight is None:
        rows = replace(rows, mark=source.fingerprint())
    held = _validation_rows(model, options, rows.built)
    if held is None and options.validation_fraction:
        rows, held = split_off(rows, options.validation_fraction, model.seed)
    return FitData(rows.built, rows, None, held, (X, target))


def _check_source(X: Any, y: Any, options: FitOptions, measured: bool) -> None:
    """Refuse what the user's source has to give itself."""
    by_number = not hasattr(X, "stream") and hasattr(X, "rows")  # its rows come in any order
    for name, value in {
        "y": y,
        "sample_weight": options.sample_weight,
        "class_weight": options.class_weight,
        "order": None if by_number else options.order,
    }.items():
        if value is not None:
            rule, remedy = "none, since the source gives (x, y, weights)", "Let the source give it."
            raise DataError(f"fit({name}=...)", rule, "one", remedy)
    if options.validation_fraction and not by_number:
        remedy = "A stream is not split: its rows have no numbers."
        raise DataError("fit", "validation_data beside a stream", "none", remedy)
    if measured and options.validation_data is None and not options.validation_fraction:
        remedy = "A source is not read again for metrics."
        raise DataError("fit", "validation_data beside a source", "none", remedy)


def _validation_rows(model: Model, options: FitOptions, built: Built) -> Prepared | None:
    """Return the rows of `validation_data`, checked; None if there are none."""
    given = options.validation_data
    if given is None:
        return None
    if is_source(source := adapted(given)):
        given = everything(source)
    if not isinstance(given, (tuple, list)) or len(given) not in (2, 3):
        rule, got = "a pair (X, y), or (X, y, sample_weight)", type(given).__name__
        raise DataError("validation_data", rule, got, "Write (X_val, y_val).")
    return prepare_data(model, *given, like=built)


def _source(model: Model, data: FitData, options: FitOptions, rule: Optimizer) -> Source | Stream:
    """Return the source of the training rows, with augmentation if `options` has one."""
    source: Source | Stream = data.source if data.rows is None else source_of(model, data.rows)
    augment = options.augment
    if augment is None or augment == ():
        if data.rows is not None and data.rows.is_read:  # dense rows are made for some steps
            return Augmented(source, (), None, model.seed)  # type: ignore[arg-type]
        return source
    index, inputs = indices(data.built.programs.train), list(data.built.inputs)
    check_augment(data.built.programs.train, augment)
    source = Augmented.of(source, augment, model.seed, inputs, index)
    if rule.full_batch:
        raise ParameterError(
            f"fit(augment=...): {rule!r} needs the same rows at each step. Use Adam()."
        )
    return source


def _check_batches(
    source: Source | Stream, program: Program, options: FitOptions, rule: Optimizer, warns: bool
) -> None:
    """Refuse batches that are too small for the optimizer; warn of single rows for BatchNorm."""
    size = options.batch_size
    if warns and options.order is None and (layer := _needs_rows(program)):
        warn_of_single_rows(_rows_of_a_batch(source, size), layer)
    moves = program.moves and options.order is None and size and not options.drop_last
    if not rule.full_batch and not moves:
        return
    n = None if isinstance(source, Stream) else len(source)
    if rule.full_batch and (n is None or (size is not None and size < n)):
        raise ParameterError(
            f"fit(optimizer={rule!r}): it needs the whole set at each step. Write batch_size=None."
        )
    if warns and moves and size and n:
        warn_of_few(n % size, min(size, n), "Write drop_last=True, or another batch_size")


def _rows_of_a_batch(source: Any, size: int | None) -> int:
    """Return how many rows a batch has; a stream's first one says it."""
    if isinstance(source, Stream):
        return len(source.first)  # type: ignore[attr-defined]
    return min(size or len(source), len(source))


def _needs_rows(program: Program) -> str:
    """Return the path of a layer with statistics of one number a row; an image has many."""
    made = {step.output: step for step in program.steps}
    for move in program.moves:
        x = program.values[made[move.value].inputs[0]]
        if len(x.shape) == 2:
            return move.state.rpartition("/")[0]
    return ""


# ---------------------------------------------------------------- the state of a fit


def next_state(model: Model, built: Built, parts: UpdateParts) -> RunState:
    """Return the state at the beginning of a fit; nothing of the model changes.

    An equal optimizer continues with its slots and with the memory of its schedules. If only its
    learning rate is another one, the slots stay, and a schedule begins with its first step. Any
    other change starts fresh.

    Parameters
    ----------
    model : Model
        Its rates count.
    built : Built
        The model as built for the rows of the fit; its θ is shared, not copied.
    parts : UpdateParts
        Clips, rule, constraints and average.
    """
    old, program, frozen = built.run_state, built.programs.train, model.frozen_in(built)
    parameters = program.parameters
    constraints = [bind(constraint, program, frozen) for constraint in parts.constraints]
    before = old.update
    same = before is not None and before.parts == parts
    if before is not None and not same and not before.differs_in_rate(parts):
        before = None
    rule, t, born = parts.rule, old.t, dict(old.born)
    if before is None:
        rule, t, born = forgetful(rule), 0, {}
    else:
        if same:
            rule = before.optimizer  # its schedules keep their memory
        elif "lr" in rule.schedules:  # it begins now; the slots are as old as they are
            rule, t = forgetful(rule), 0
            born = {p.path: born.get(p.path, 0) - old.t for p in parameters}
        born |= _thawed(parameters, frozen, before, t)
    places = {p.path: p.where for p in program.params}
    update = Update(
        rule,
        groups(program, frozen, model.rates, born, by_tensor=rule.by_tensor),
        parts.clips,
        [p.where for p in parameters if p.path not in frozen],
        [(places[move.state], move.rate) for move in program.moves],
        constraints,
        parts.average,
    )
    if before is None:
        slots = update.start(old.theta)
    else:
        slots = update.carry_over(old.theta, old.slots, before)
    if rule.full_batch:  # data or θ may have changed: it asks for its loss and gradient again
        slots["iterations"][...] = 0
    return RunState(
        old.theta,
        slots,
        old.seed,
        t=t,
        step=old.step,
        epoch=old.epoch,
        started=old.epoch,
        carry=dict(old.carry),
        born=born,
        update=update,
    )


def _thawed(
    parameters: Sequence[Param], frozen: set[str], before: Update, t: int
) -> dict[str, int]:
    """Return the parameters that were thawed since `before`: their slots begin at this t."""
    return {p.path: t for p in parameters if p.path not in frozen and not before.moves_at(p.start)}


# ---------------------------------------------------------------- what is logged


def _watch(
    model: Model, data: FitData, metrics: dict[str, Metric]
) -> Callable[[], dict[str, float]] | None:
    """Return a function that computes what is logged besides the loss; None if nothing is."""
    rows, held = data.rows, data.held
    joint = rows is not None and rows.programs.table is not None  # log the loss of each output
    if held is None and not metrics and not joint:
        return None

    def watch() -> dict[str, float]:
        logs = {}
        if rows is not None and (metrics or joint):
            logs = score(model, rows, metrics, with_loss=False)
        if held is not None:
            logs |= {f"val_{name}": value for name, value in score(model, held, metrics).items()}
        return logs

    return watch


def _watched(
    model: Model, held: Prepared | None, metrics: dict[str, Metric], options: FitOptions
) -> str:
    """Return a text that is the same for the same metrics and validation rows."""
    names = ", ".join(metrics)
    if held is None or not (options.checkpoints or options.comm):
        return names
    return f"{names} on rows {source_of(model, held).fingerprint()[:8]}"
