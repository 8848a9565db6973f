"""From an RBM and rows to a run of the same loop that trains networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ...arrays import Array
from ...data.checks import check_weights
from ...data.sources import Arrays
from ...errors import DataError, ParameterError, TrainingError
from ...optimizers.sgd import SGD
from ...training.callbacks.base import as_callbacks
from ...training.callbacks.progress import progress
from ...training.fit_options import FitOptions
from ...training.history import History
from ...training.loop import run_to_end, step_by_step
from ...training.resuming import go_on_from
from ...training.run import Run
from ...training.run_state import RunState
from ...training.updates import Group, Update, as_update_list, forgetful
from . import rows as rbm_data
from .estimate import LIMIT, Estimate, reconstruction_error
from .run_file import RBMRunFile
from .samplers import PCD, Sampler

if TYPE_CHECKING:
    from .rbm import RBM

METRICS = ("pseudo_likelihood", "log_likelihood", "free_energy", "accuracy")
ROUNDING = 1e-4  # how far outside 0 to 1 a scaled pixel may lie


def prepare(
    rbm: RBM,
    X: Any,
    y: Any,
    *,
    sampler: Any = None,
    optimizer: Any = None,
    epochs: int = 1,
    batch_size: int | None = 32,
    sample_weight: Any = None,
    validation_data: Any = None,
    metrics: Any = (),
    callbacks: Any = (),
    resume: Any = None,
    order: Any = None,
    verbose: int | None = None,
) -> Run:
    """Check everything, then make the run; see `RBM.fit`."""
    rbm_data.check_count("fit", "epochs", epochs, 0)
    if batch_size is not None:
        rbm_data.check_count("fit", "batch_size", batch_size, also=", or None for the whole set")
    if verbose not in (None, 0, 1, False, True):
        raise ParameterError(f"fit(verbose={verbose!r}): verbose must be 0, 1 or None.")
    sampler, rule, clips = (
        check_sampler(sampler),
        *as_update_list(SGD(lr=0.1) if optimizer is None else optimizer),
    )
    if rule.full_batch:
        raise ParameterError(
            f"fit(optimizer={rule!r}): it asks for a loss that can be compared, and an estimate has none."
        )
    watched, told = check_metrics(metrics, rbm), as_callbacks(callbacks)
    visible = rbm_data.visible_of(rbm, X, y)
    check_range(rbm, visible)
    held = None
    if validation_data is not None:
        pair = validation_data if rbm.classes else (validation_data, None)
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise DataError(
                "validation_data", "a pair (X, y)", type(pair).__name__, "Write (X_val, y_val)."
            )
        held = rbm_data.visible_of(rbm, *pair)
        check_range(rbm, held)
    weights = None if sample_weight is None else check_weights(sample_weight, len(visible))
    source = Arrays({"x": visible}, weights=weights, dtype=rbm.dtype.type)
    limit = LIMIT * max(1.0, float(abs(visible).max()))
    estimate = Estimate(rbm.units, sampler, rbm.penalty, rbm.sparsity, rbm.engine, limit)
    state = _continue(rbm, rule, clips, sampler, min(batch_size or len(visible), len(visible)))
    checkpointing = resume is not None or any(callback.checkpoints for callback in told)
    run = Run(
        estimate,
        state,
        source,
        FitOptions(epochs=epochs, batch_size=batch_size, order=order),
        callbacks=sorted([*told, *progress(verbose)], key=lambda callback: callback.checkpoints),
        watch=_watch(rbm, visible, held, watched),
        watched=", ".join(watched)
        + (
            f" on rows {Arrays({'x': held}).fingerprint()[:8]}"
            if held is not None and checkpointing
            else ""
        ),
        net=rbm,
        files=RBMRunFile(rbm),
    )
    if resume is not None and resume is not False:
        go_on_from(run, resume)
    return run


def check_sampler(sampler: Any) -> Sampler:
    if sampler is None:
        return PCD()
    if not isinstance(sampler, Sampler) or type(sampler) is Sampler:
        shown = f"the class {sampler.__name__}" if isinstance(sampler, type) else repr(sampler)
        raise ParameterError(
            "sampler", "CD(), PCD() or ParallelTempering()", shown, "Write sampler=energy.CD(k=1)."
        )
    return sampler


def check_metrics(metrics: Any, rbm: RBM) -> tuple[str, ...]:
    names = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    for name in names:
        if name not in METRICS:
            raise ParameterError(
                "metrics", f"words among {', '.join(METRICS)}", repr(name), "Correct it."
            )
        if name == "accuracy" and not rbm.classes:
            raise ParameterError(
                "metrics",
                "accuracy with classes only",
                "an RBM without",
                "Write RBM(..., classes=K).",
            )
    return names


def check_range(rbm: RBM, visible: Array) -> None:
    """Binary units explain numbers from 0 to 1. Beyond them no weights are the best, and training would run away."""
    if rbm.kind != "binary":
        return
    low, high = float(visible.min()), float(visible.max())
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise TrainingError(
            f"training would run away: binary units are between 0 and 1, X has numbers from {low:g} to {high:g}, so "
            "the estimate of b never becomes 0 and the energies fall without end. "
            "Divide pixels by 255, or use kind='gaussian' for columns of mean 0 and variance 1. Nothing has been changed."
        )


def _continue(rbm: RBM, rule: Any, clips: Any, sampler: Sampler, batch_size: int) -> RunState:
    """The machine's state, ready for these optimiser and sampler: equal ones go on with their slots and chains."""
    state = rbm.run_state
    before = state.update
    same = before is not None and before.optimizer == rule and before.clips == tuple(clips)
    if not same:
        whole = slice(0, rbm.units.size)
        area = rbm.hidden * rbm.units.width
        tensors = [
            slice(0, area),
            slice(area, area + rbm.units.width),
            slice(area + rbm.units.width, whole.stop),
        ]
        state.update = Update(forgetful(rule), (Group(whole),), clips, tensors)
        state.slots, state.t = state.update.start(state.theta), 0
    fresh = sampler.start(rbm.units, batch_size, rbm.dtype)
    if rbm._sampler != sampler or {k: a.shape for k, a in state.carry.items()} != {
        k: a.shape for k, a in fresh.items()
    }:
        state.carry = fresh
    rbm._sampler = sampler
    state.started, state.position, state.sums, state.history = state.epoch, 0, [0.0, 0.0], {}
    return state


def _watch(
    rbm: RBM, rows: Array, held: Array | None, metrics: tuple[str, ...]
) -> Callable[[], dict[str, float]] | None:
    """What is logged at the end of an epoch beside the loss."""
    if held is None and not metrics:
        return None

    def watch() -> dict[str, float]:
        logs = {name: _mean(rbm, name, rows) for name in metrics}
        if held is not None:
            units, w = rbm.units, rbm.weights
            c = np.full(len(held), 1 / len(held), held.dtype)
            logs["val_loss"] = float(
                reconstruction_error(units, w, held, units.hidden_mean(w, held), c)
            )
            logs |= {f"val_{name}": _mean(rbm, name, held) for name in metrics}
            some = rows[: len(held)]
            logs["free_energy_gap"] = float(
                units.free_energy(w, held).mean() - units.free_energy(w, some).mean()
            )
        return logs

    return watch


def _mean(rbm: RBM, metric: str, visible: Array) -> float:
    """A metric's mean over rows of all visible units."""
    x = visible[:, : rbm.units.visible]
    if metric == "accuracy":
        return float(
            (rbm.predict(x).argmax(axis=1) == visible[:, rbm.units.visible :].argmax(axis=1)).mean()
        )
    if metric == "pseudo_likelihood":
        return float(rbm.pseudo_likelihood(x).mean())
    F = float(rbm.units.free_energy(rbm.weights, visible).mean(dtype=np.float64))
    return F if metric == "free_energy" else -F - rbm.log_z()


def fit(run: Run) -> History:
    """Run to the end."""
    return run_to_end(run)


def train(run: Run) -> Iterator[Run]:
    """Step by step."""
    return step_by_step(run)
