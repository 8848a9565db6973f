"""Exact running statistics: those of the whole data set, as prediction sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..graph.program import Program, Step
from .model import Built, Model
from .scoring import predict
from .standardization import in_chunks, statistics

CHUNK = 1024  # rows that run at once


def calibrate(model: Model, X: Any) -> None:
    """Recompute each statistic over all rows: a sum over rows is the sum over its chunks.

    Those of Standardize come first.

    Statistics are recomputed layer by layer, each from the recalibrated layers before it, and from
    the predict Program, so without dropout. The reduction in the train Program says which sum a
    statistic is; the step that reads the state in the predict Program says of which value.

    Parameters
    ----------
    model : Model
        Its state is changed in place.
    X : array, or dict of arrays
        Rows.

    Raises
    ------
    DataError, ShapeError
        Rows that do not fit, before anything is changed.
    """
    arrays = model.arrays_of(X)
    model.check_writable("calibrate")
    built = model.built_for_rows(arrays)
    train, inference = built.programs.train, built.programs.predict
    theta = model.theta_in(built)
    before = theta.copy()
    places = {p.path: p for p in train.params}
    found: dict[int, Array] = {}  # statistics by their value in train
    try:
        for where, values in statistics(model, built, in_chunks(arrays), again=True):
            theta[where] = values
        for move in train.moves:
            step = next(step for step in train.steps if step.output == move.value)
            part = _up_to(inference, move.state)
            found[move.value] = _statistic(model, built, step, part, arrays, found)
            theta[places[move.state].where] = found[move.value].ravel()
        if not np.isfinite(theta).all():
            raise DataError(
                "calibrate", "finite statistics", "NaN or infinity", "Scale the inputs."
            )
    except BaseException:
        theta[...] = before
        raise
    model.adopt(built)


def _up_to(program: Program, state: str) -> Program:
    """Return the predict Program up to the row value that is combined with this state."""
    at = program.value(state)
    step = next(step for step in program.steps if at in step.inputs)
    x = next(i for i in step.inputs if program.values[i].kind == "row")
    last = next((k for k, made in enumerate(program.steps) if made.output == x), -1)
    return replace(program, output=x, steps=program.steps[: last + 1])


def _statistic(
    model: Model,
    built: Built,
    step: Step,
    part: Program,
    arrays: dict[str, Array],
    found: dict[int, Array],
) -> Array:
    """Return the sum of the step over chunks, in float64."""
    train = built.programs.train
    n = len(next(iter(arrays.values())))

    def shared(i: int) -> Array:
        """Return a shared value: an earlier statistic, N, or what is computed from them."""
        if i in found:
            return found[i]
        if train.inputs.get("N") == i:
            return np.float64(n)  # type: ignore[return-value]
        made = next(step for step in train.steps if step.output == i)
        return made.op.forward(*map(shared, made.inputs), **made.attrs)

    total = np.zeros(train.values[step.output].shape)
    for begin in range(0, n, CHUNK):
        rows = {name: a[begin : begin + CHUNK] for name, a in arrays.items()}
        x = _value(model, built, part, rows)
        given = [x if train.values[i].kind == "row" else shared(i) for i in step.inputs]
        total += step.op.forward(*given, **step.attrs)
    model.plans.pop(part, None)  # it is not used again
    return total


def _value(model: Model, built: Built, part: Program, rows: dict[str, Array]) -> Array:
    """Return the value that the Program ends with, for these rows; it may be an input itself."""
    for name, i in part.inputs.items():
        if i == part.output:
            return rows[name].astype(model.dtype).astype(np.float64)
    return predict(model, built, part, rows).astype(np.float64)
