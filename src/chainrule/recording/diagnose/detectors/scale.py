"""Inputs or targets that are far from unit scale."""

from __future__ import annotations

from functools import partial
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
from ..case import Case, Rows
from ..evidence import Evidence
from ..suspicion import Cure, Suspicion

FAR = 10.0  # a typical number, a mean in units of its deviation, or a ratio of deviations
TINY = 0.03
ROWS, PIXELS = 20_000, 64  # rows that are looked at; columns of a row that may be a picture
PLAIN = (AbsoluteError, Huber, LogCosh, Quantile, SquaredError)  # losses in units of y


def inputs(e: Evidence) -> list[Suspicion]:
    """Columns that are far larger, smaller or farther from 0 than starting weights expect."""
    found = [
        (*worst, name)
        for name in _raw(e)
        if (worst := _worst(np.asarray(e.case.train.x[name][:ROWS], float))) is not None
    ]
    if not found:
        return []
    _, what, j, seen, short, name = max(found)
    X = "X" if name == "x" else f"X[{name!r}]"
    is_named = name == "x" and what == "column" and e.case.names
    place = e.case.column(j) if is_named else f"{what} {j} of {X}"
    text = f"The inputs are not scaled: {place} is {seen}."
    if list(e.case.train.x) == ["x"]:
        cure = Cure("Put Standardize() first in the network.", _standardized)
    else:
        cure = Cure(f"Put Standardize() first in the branch of {name}.", partial(_scaled, name))
    return [Suspicion("inputs_not_scaled", place, text, (cure,), short=short)]


def _worst(x: Array) -> tuple[float, str, int, str, str] | None:
    """Return how far the worst column is from unit scale, what and which it is, and words."""
    columns = x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x[:, None]
    mean, spread = columns.mean(axis=0), columns.std(axis=0)
    varied = spread > 1e-12 * np.maximum(1, np.abs(mean))
    if not varied.any():
        return None
    typical = np.sqrt(mean**2 + spread**2)
    off = np.abs(mean) / np.where(varied, spread, np.inf)
    large = varied & ((typical > FAR) | ((off > FAR) & (np.abs(mean) > 1)))
    small = varied & (typical < TINY)
    if x.ndim > 2 or columns.shape[1] >= PIXELS:  # most corners of pictures are nearly always 0
        small &= typical[varied].max() < TINY
    if not (large | small).any():
        return None
    distance = np.where(large, typical, np.where(small, 1 / np.maximum(typical, 1e-30), 0))
    j = int(distance.argmax())
    others = typical[varied & (np.arange(len(typical)) != j)]
    seen = f"about {typical[j]:.2g}"
    seen += f", with a spread of {spread[j]:.2g}" if off[j] > FAR else ""
    seen += f", the others about {np.median(others):.2g}" if len(others) else ""
    what = "column" if x.ndim < 3 else "channel"
    return float(distance[j]), what, j, seen, f"inputs of about {typical[j]:.2g}"


def _raw(e: Evidence) -> list[str]:
    """Return the inputs that are multiplied by weights as they are."""
    program = e.net.programs.train
    raw = {i: name for name, i in program.inputs.items() if name in e.case.train.x}
    found: dict[str, None] = {}
    for step in program.steps:
        name = raw.get(step.inputs[0]) if step.inputs else None
        if name is None or program.values[step.inputs[0]].number != "real":
            continue
        if any(program.values[i].role == "parameter" for i in step.inputs[1:]):
            found[name] = None
        elif step.op in (flatten, reshape):
            raw[step.output] = name
    return list(found)


def _standardized(case: Case) -> Case:
    return case.with_layers(Standardize(), *case.layers, fresh=False)


def _scaled(name: str, case: Case) -> Case:
    """Scale the rows of one input, as Standardize does in its branch."""
    a = np.asarray(case.train.x[name], float)
    rows = tuple(range(a.ndim - 1)) if a.ndim > 1 else (0,)
    mean, spread = a.mean(axis=rows), a.std(axis=rows)
    spread = np.where(spread > 0, spread, 1.0)

    def into(x: dict[str, Array]) -> dict[str, Array]:
        return {**x, name: (np.asarray(x[name], float) - mean) / spread}

    def scaled(rows: Rows) -> Rows:
        return Rows(into(rows.x), rows.y, rows.weights)

    held = None if case.held is None else scaled(case.held)
    return case.changed(train=scaled(case.train), held=held, into=into)


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
