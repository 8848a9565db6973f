"""Inputs or targets that are far from unit scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....arrays import Array
from ....layers.standardize import Standardize
from ....losses.absolute_error import AbsoluteError
from ....losses.huber import Huber
from ....losses.log_cosh import LogCosh
from ....losses.quantile import Quantile
from ....losses.squared_error import SquaredError
from ....ops.flatten import flatten
from ....ops.reshape import reshape
from ..case import Case
from ..evidence import Evidence
from ..suspicion import Cure, Suspicion

FAR = 10.0  # a typical number, a mean in units of its deviation, or a ratio of deviations
TINY = 0.03
PLAIN = (AbsoluteError, Huber, LogCosh, Quantile, SquaredError)  # losses in units of y


def inputs(e: Evidence) -> list[Suspicion]:
    """Columns that are far larger, smaller or farther from 0 than starting weights expect."""
    x = e.case.train.x.get("x")
    if x is None or len(e.case.train.x) > 1 or x.dtype.kind not in "fiub" or not _is_raw(e):
        return []
    x = np.asarray(x[:20000], float)
    by_column = x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x[:, None]
    mean, spread = by_column.mean(axis=0), by_column.std(axis=0)
    varied = spread > 1e-12 * np.maximum(1, np.abs(mean))
    if not varied.any():
        return []
    typical = np.sqrt(mean**2 + spread**2)
    off = np.abs(mean) / np.where(varied, spread, np.inf)
    large = varied & (typical > FAR)
    shifted = varied & (off > FAR) & (np.abs(mean) > 1)
    small = varied & (typical < TINY) & (x.ndim == 2)
    if x.ndim > 2 or x.shape[-1] >= 64:  # pixels: most corners are nearly always 0
        small &= False
        if not small.any() and typical[varied].max() < TINY:
            small = varied
    if not (large | shifted | small).any():
        return []
    distance = np.where(
        large | shifted, typical, np.where(small, 1 / np.maximum(typical, 1e-30), 0)
    )
    j = int(distance.argmax())
    others = np.delete(typical[varied], int(varied[:j].sum()) if varied[j] else 0)
    what = "column" if x.ndim == 2 else "channel"
    text = f"The inputs are not scaled: {what} {j} of X is about {typical[j]:.2g}"
    if off[j] > FAR:
        text += f", with a spread of {spread[j]:.2g}"
    text += f", the others about {np.median(others):.2g}." if len(others) else "."
    cure = Cure("Put Standardize() first in the network.", _standardized)
    short = f"inputs of about {typical[j]:.2g}"
    return [Suspicion("inputs_not_scaled", f"{what} {j} of X", text, (cure,), short=short)]


def _is_raw(e: Evidence) -> bool:
    """Return True if the inputs are multiplied by weights as they are."""
    program = e.net.programs.train
    raw = {i for name, i in program.inputs.items() if name == "x"}
    for step in program.steps:
        if not step.inputs or step.inputs[0] not in raw:
            continue
        if any(program.values[i].role == "parameter" for i in step.inputs[1:]):
            return True
        if step.op in (flatten, reshape):
            raw.add(step.output)
    return False


def _standardized(case: Case) -> Case:
    return case.with_layers(Standardize(), *case.layers, fresh=False)


def targets(e: Evidence) -> list[Suspicion]:
    """Targets of a loss in units of y that are far from the outputs at the start."""
    y = e.case.train.y
    if e.is_joint or not isinstance(e.case.loss, PLAIN) or not isinstance(y, np.ndarray):
        return []
    flat = np.asarray(y, float).reshape(len(y), -1)
    mean, spread = flat.mean(axis=0), flat.std(axis=0)
    typical = np.sqrt(mean**2 + spread**2)
    far = (typical > FAR) | ((np.abs(mean) > FAR * spread) & (np.abs(mean) > 1) & (spread > 0))
    far |= (spread < TINY) & (spread > 0) & (typical.max() < 10 * TINY)
    if not far.any():
        return []
    j = int(np.where(far, np.abs(np.log(np.maximum(typical, 1e-30))), -1).argmax())
    name = "y" if flat.shape[1] == 1 else f"column {j} of y"
    text = (
        f"The targets are not scaled: {name} is about {mean[j]:.3g} with a spread of "
        f"{spread[j]:.2g}, but outputs begin at about 1."
    )
    advice = (
        "Train on (y - y.mean(axis=0)) / y.std(axis=0), and turn predictions p back with "
        "p * y.std(axis=0) + y.mean(axis=0)."
    )
    cure = Cure(advice, _scaled_targets)
    return [
        Suspicion(
            "targets_not_scaled", name, text, (cure,), short=f"targets of about {mean[j]:.2g}"
        )
    ]


def _scaled_targets(case: Case) -> Case:
    y = np.asarray(case.train.y, float)
    mean, spread = y.mean(axis=0), y.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)

    def scaled(rows: Any) -> Any:
        return None if rows is None else type(rows)(rows.x, (rows.y - mean) / spread, rows.weights)

    def back(p: Array) -> Array:
        own: Array = np.asarray(p, float) * spread + mean
        return own

    return case.changed(train=scaled(case.train), held=scaled(case.held), back=back)
