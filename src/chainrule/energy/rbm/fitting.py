"""Make a run from an RBM and rows; the loop that trains networks runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np

from ...arrays import Array
from ...data.checks import check_weights
from ...data.sources import Arrays
from ...distributed.processes import Processes, joined
from ...errors import DataError, ParameterError, TrainingError
from ...optimizers.sgd import SGD
from ...training.callbacks.progress import progress
from ...training.fit_options import FitOptions, UpdateParts
from ...training.history import History
from ...training.loop import run_to_end, step_by_step
from ...training.resuming import check_paths
from ...training.run import Run
from ...training.run_state import RunState
from ...training.together import check_agreement, resume
from ...training.updates import Group, Update, forgetful
from . import classes, likelihood
from .estimate import LIMIT, Estimate, reconstruction_error
from .machine import Built, Machine
from .rows import visible_of
from .run_file import RBMRunFile
from .samplers import PCD, Sampler, from_json
from .units import Units

METRICS = ("pseudo_likelihood", "log_likelihood", "free_energy", "accuracy")
ROUNDING = 1e-4  # how far outside 0 to 1 a scaled pixel may lie
OF_NETWORKS = ("drop_last", "class_weight", "validation_fraction", "augment")
KNOWN = [f.name for f in fields(FitOptions) if f.name not in OF_NETWORKS]


# ---------------------------------------------------------------- training


def fit(machine: Machine, X: Any, y: Any, options: FitOptions, sampler: Any) -> History:
    """Train to the end; see `RBM.fit`."""
    return run_to_end(prepare(machine, X, y, options, sampler))


def train(machine: Machine, X: Any, y: Any, options: FitOptions, sampler: Any) -> Iterator[Run]:
    """Train step by step; see `RBM.train`."""
    return step_by_step(prepare(machine, X, y, options, sampler))


def options_of(given: Mapping[str, Any]) -> FitOptions:
    """Check and return the options of a fit. The default optimizer of an RBM is SGD(lr=0.1)."""
    for name in given:
        if name not in KNOWN:
            raise FitOptions.unknown_setting(name, ["sampler", *KNOWN])
    optimizer = given.get("optimizer")
    return FitOptions(**{**given, "optimizer": SGD(lr=0.1) if optimizer is None else optimizer})


def prepare(machine: Machine, X: Any, y: Any, options: FitOptions, sampler: Any) -> Run:
    """Check everything, then make the run; see `RBM.fit`."""
    with joined(options.comm) as processes:
        return _prepare(machine, X, y, options, sampler, processes)


def _prepare(
    machine: Machine,
    X: Any,
    y: Any,
    options: FitOptions,
    sampler: Any,
    processes: Processes | None,
) -> Run:
    sampler, metrics = check_sampler(sampler), check_metrics(options.metrics, machine)
    for name in OF_NETWORKS:  # a branch of a recorded run may ask for them
        if getattr(options, name) != FitOptions.__dataclass_fields__[name].default:
            raise FitOptions.unknown_setting(name, ["sampler", *KNOWN])
    check_rule(options)
    if processes is None or processes.is_first:
        check_paths(options.callback_list())
    visible = visible_of(machine, X, y)
    width = visible.shape[1] - machine.classes
    built = machine.built_for(width)
    check_range(machine, visible)
    check_size(metrics, built.units)
    held = _held(machine, options.validation_data, width)
    weights = None
    if options.sample_weight is not None:
        weights = check_weights(options.sample_weight, len(visible))
    source = Arrays({"x": visible}, weights=weights, dtype=machine.dtype.type)
    limit = LIMIT * max(1.0, float(abs(visible).max()))
    estimate = Estimate(
        built.units, sampler, machine.penalty, machine.sparsity, machine.engine, limit
    )
    watched = ", ".join(metrics)
    if held is not None and (options.checkpoints or options.comm):
        watched += f" on rows {Arrays({'x': held}).fingerprint()[:8]}"
    callbacks = options.callback_list()
    callbacks += progress(options.verbose, callbacks)
    rows = min(options.batch_size or len(visible), len(visible))
    built = next_state(built, options.update_parts(), sampler, rows)
    run = Run(
        estimate,
        built.run_state,
        source,
        options,
        callbacks=sorted(callbacks, key=lambda callback: callback.checkpoints),
        watch=_watch(built, visible, held, metrics),
        watched=watched,
        net=machine,
        files=RBMRunFile(machine, built),
        processes=processes,
    )
    check_agreement(run)
    run.given = X, y
    run.again = lambda machine, options, other: _again(machine, other, options, X, y, sampler)
    if options.resumes:
        resume(run, options.resume)
    machine.adopt(built)
    return run


def _again(
    machine: Machine, other: Mapping[str, Any], options: FitOptions, X: Any, y: Any, sampler: Any
) -> Run:
    """Make the run of another fit; `other` may have other data and another sampler."""
    FitOptions.check_names(other, ("X", "y", "sampler"))
    options = replace(options, comm=None)  # a recording is of the first process alone
    given = other.get("X", X), other.get("y", y), options, other.get("sampler", sampler)
    return prepare(machine, *given)


def prepare_again(machine: Machine, X: Any, y: Any, options: FitOptions, part: Any) -> Run:
    """Make a run from what a file says; `part` is the sampler, or its JSON."""
    return prepare(machine, X, y, options, from_json(part))


def next_state(built: Built, parts: UpdateParts, sampler: Sampler, rows: int) -> Built:
    """Return what the machine is at the beginning of a fit; `built` does not change.

    An equal optimizer or sampler continues with its slots or chains; another one starts fresh.

    Parameters
    ----------
    built : Built
        The machine before the fit; its θ is shared, not copied.
    parts : UpdateParts
        Clips and rule.
    sampler : Sampler
        Makes the chains.
    rows : int
        The number of rows in a step.
    """
    units, old = built.units, built.run_state
    update, slots, t = old.update, old.slots, old.t
    if update is None or update.parts != parts:
        area = units.hidden * units.width
        ends = (0, area, area + units.width, units.size)
        tensors = [slice(*pair) for pair in pairwise(ends)]
        whole = (slice(0, units.size),)
        parted = tuple(map(Group, tensors if parts.rule.by_tensor else whole))
        update = Update(forgetful(parts.rule), parted, parts.clips, tensors)
        slots, t = update.start(old.theta), 0
    carry = sampler.start(units, rows, old.theta.dtype)
    shapes = [{name: a.shape for name, a in chains.items()} for chains in (old.carry, carry)]
    if built.sampler == sampler and shapes[0] == shapes[1]:
        carry = old.carry
    state = RunState(
        old.theta,
        slots,
        old.seed,
        t=t,
        step=old.step,
        epoch=old.epoch,
        started=old.epoch,
        carry=dict(carry),
        update=update,
    )
    return Built(units, state, sampler)


# ---------------------------------------------------------------- checks


def check_sampler(sampler: Any) -> Sampler:
    """Return the sampler, by default PCD(); raise ParameterError for anything else."""
    if sampler is None:
        return PCD()
    if not isinstance(sampler, Sampler) or type(sampler) is Sampler:
        shown = f"the class {sampler.__name__}" if isinstance(sampler, type) else repr(sampler)
        expected, remedy = "CD(), PCD() or ParallelTempering()", "Write sampler=energy.CD(k=1)."
        raise ParameterError("sampler", expected, shown, remedy)
    return sampler


def check_rule(options: FitOptions) -> None:
    """Raise ParameterError for an optimizer that cannot follow an estimate."""
    _, rule, constraints, average = options.update_parts()
    if rule.full_batch:
        raise ParameterError(
            f"fit(optimizer={rule!r}): it compares losses, and an estimate has none. "
            "Use SGD(lr=0.1)."
        )
    for part in (*constraints, *([] if average is None else [average])):
        remedy = "An RBM has no constraints and no average. Write (ClipNorm(1.0), SGD(lr=0.1))."
        raise ParameterError("fit(optimizer=...)", "clips and an optimizer", repr(part), remedy)


def check_metrics(metrics: Any, machine: Machine) -> tuple[str, ...]:
    """Return the names of metrics; raise ParameterError for one that the machine does not have."""
    names = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    for name in names:
        if name not in METRICS:
            expected = f"words among {', '.join(METRICS)}"
            raise ParameterError("metrics", expected, repr(name), "Correct it.")
        if name == "accuracy" and not machine.classes:
            expected, got = "accuracy with classes only", "an RBM without"
            raise ParameterError("metrics", expected, got, "Write RBM(..., classes=K).")
    return names


def check_size(metrics: tuple[str, ...], units: Units) -> None:
    """Raise ParameterError for a likelihood that cannot be computed for these units."""
    if "pseudo_likelihood" in metrics:
        likelihood.check_plain(units)
    if "log_likelihood" in metrics:
        likelihood.check_few(units)


def check_range(machine: Machine, visible: Array) -> None:
    """Raise TrainingError if binary units are given numbers outside 0 to 1.

    No weights are best for such numbers, so training would run away.
    """
    if machine.kind != "binary":
        return
    low, high = float(visible.min()), float(visible.max())
    if low < -ROUNDING or high > 1 + ROUNDING:
        pixels = f"Divide pixels by {high:g}" if low >= 0 else "Bring pixels to 0 to 1"
        raise TrainingError(
            "training would run away: binary units are between 0 and 1, X has numbers from "
            f"{low:g} to {high:g}, so the estimate of b never becomes 0 and the energies fall "
            f"without end. {pixels}, or use kind='gaussian' for columns of mean 0 and "
            "variance 1. Nothing has been changed."
        )


def _held(machine: Machine, given: Any, width: int) -> Array | None:
    """Return the validation rows with their classes, checked; None if there are none."""
    if given is None:
        return None
    pair = given if machine.classes else (given, None)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        got = type(pair).__name__
        raise DataError("validation_data", "a pair (X, y)", got, "Write (X_val, y_val).")
    X, y = pair
    held = visible_of(machine, X, y, width)
    check_range(machine, held)
    return held


# ---------------------------------------------------------------- what is logged


def _watch(
    built: Built, rows: Array, held: Array | None, metrics: tuple[str, ...]
) -> Callable[[], dict[str, float]] | None:
    """Return a function that computes what is logged besides the loss; None if nothing is."""
    if held is None and not metrics:
        return None

    def watch() -> dict[str, float]:
        logs = {name: _mean(built, name, rows) for name in metrics}
        if held is not None:
            units, w = built.units, built.weights
            c = np.full(len(held), 1 / len(held), held.dtype)
            h = units.hidden_mean(w, held)
            logs["val_loss"] = float(reconstruction_error(units, w, held, h, c))
            logs |= {f"val_{name}": _mean(built, name, held) for name in metrics}
            some = rows[: len(held)]
            gap = units.free_energy(w, held).mean() - units.free_energy(w, some).mean()
            logs["free_energy_gap"] = float(gap)
        return logs

    return watch


def _mean(built: Built, metric: str, visible: Array) -> float:
    """Return the mean of a metric over rows of all visible units."""
    units, w = built.units, built.weights
    x, y = visible[:, : units.visible], visible[:, units.visible :]
    if metric == "accuracy":
        p = classes.class_probabilities(units, w, np.ascontiguousarray(x))
        return float((p.argmax(axis=1) == y.argmax(axis=1)).mean())
    if metric == "pseudo_likelihood":
        return float(likelihood.pseudo_likelihood(units, w, x).mean())
    F = float(units.free_energy(w, visible).mean(dtype=np.float64))
    return F if metric == "free_energy" else -F - likelihood.log_z(units, w)
