"""The statistics of `Standardize`, taken from rows before the first step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..arrays import Array
from ..data.checks import warn_user
from ..data.sources import Arrays
from ..engines.reference import Reference
from ..errors import DataError
from ..graph.program import Param, Program, Step
from ..layers.standardize import center_and_scale
from .model import Built, Model
from .prepared import indices

CHUNK = 4096  # rows that are read at once
NUMBERS = 100  # values between μ and μ + σ that float32 should tell apart
Inputs = dict[str, Array]
Chunks = Callable[[], Iterable[Inputs]]  # the rows, some at a time; called once for each pass


def in_chunks(inputs: Inputs) -> Chunks:
    """Return arrays as chunks of rows."""
    n = len(next(iter(inputs.values())))
    return lambda: (
        {name: a[begin : begin + CHUNK] for name, a in inputs.items()}
        for begin in range(0, n, CHUNK)
    )


def chunks_of(source: Any) -> Chunks:
    """Return the rows of a user's source as chunks: all rows in order, or its first epoch."""
    if not hasattr(source, "stream"):
        n = len(source)
        return lambda: (source.rows(slice(i, min(i + CHUNK, n))) for i in range(0, n, CHUNK))
    return lambda: _read_again(source)


def _read_again(source: Any) -> Iterator[Inputs]:
    """Return the first epoch of a stream, which the fit will read once more."""
    if source.again:
        return source.stream(0, 0)  # type: ignore[no-any-return]
    raise DataError(
        "Standardize: it needs the rows before the first step, but a bare iterator can be read "
        "only once. Call net.build(X) with some rows first."
    )


def statistics(
    model: Model, built: Built, chunks: Chunks, *, again: bool = False
) -> list[tuple[slice, Array]]:
    """Return what each Standardize should have as mean and deviation, with the places in θ.

    Parameters
    ----------
    model : Model
        The network, which does not change.
    built : Built
        The network as built for these rows.
    chunks : function
        The rows.
    again : bool
        True: also for layers that have their statistics already. Without it only for those that
        have their starting values.
    """
    program = built.programs.predict
    theta = model.theta_in(built).astype(np.float64)
    params = {p.value: p for p in program.params}
    found = []
    for step in program.steps:
        if not step.op.is_same(center_and_scale):
            continue
        mean, deviation = (params[i] for i in step.inputs[1:])
        if not again and not _is_start(theta, mean, deviation):
            continue
        # each statistic is taken behind the layers before it, which have theirs already
        for param, values in zip(
            (mean, deviation), _of(model, _up_to(program, step), theta, chunks), strict=True
        ):
            theta[param.where] = values
            found.append((param.where, values))
    return found


def _is_start(theta: Array, mean: Param, deviation: Param) -> bool:
    return not theta[mean.where].any() and bool((theta[deviation.where] == 1).all())


def _up_to(program: Program, step: Step) -> Program:
    """Return the Program that computes what this step standardizes."""
    x = step.inputs[0]
    last = next((k for k, made in enumerate(program.steps) if made.output == x), -1)
    return replace(program, output=x, steps=program.steps[: last + 1])


def _of(model: Model, part: Program, theta: Array, chunks: Chunks) -> tuple[Array, Array]:
    """Return mean and deviation of each column, in two passes."""

    def parts() -> Iterator[Array]:
        for inputs in chunks():
            yield _values(part, theta, inputs)

    n, total, least, most = 0, np.float64(0), np.inf, -np.inf
    for x in parts():
        n, total = n + len(x), total + x.sum(axis=0)
        least, most = np.minimum(least, x.min(axis=0)), np.maximum(most, x.max(axis=0))
    constant = least == most
    mean = np.where(constant, least, total / n)
    squares = sum(((x - mean) ** 2).sum(axis=0) for x in parts())
    deviation = np.where(constant, 1.0, np.sqrt(squares / n))
    _warn_of_rounding(model, mean, np.where(constant, np.inf, deviation))
    tiny = deviation < np.finfo(model.dtype).tiny
    return mean, np.where(tiny, 1.0, deviation)


def _values(part: Program, theta: Array, inputs: Inputs) -> Array:
    """Return what comes in, in float64: one row for each row and position."""
    own = {name: a for name, a in inputs.items() if name in part.inputs}
    batch = Arrays(own, dtype=np.float64, index=indices(part)).rows(slice(0, _rows(own)))
    x = Reference(part).predict(theta, batch, [slice(0, len(batch["row"]))])
    return np.ascontiguousarray(x, np.float64).reshape(-1, x.shape[-1])


def _rows(inputs: Inputs) -> int:
    return len(next(iter(inputs.values())))


def _warn_of_rounding(model: Model, mean: Array, deviation: Array) -> None:
    """Warn of columns whose numbers become equal when they are rounded to float32."""
    lost = np.abs(mean) * np.finfo(model.dtype).eps * NUMBERS > deviation
    if lost.any():
        j = int(np.argmax(lost))
        warn_user(
            f"Standardize: numbers of column {j} are about {mean[j]:.6g} ± {deviation[j]:.2g}, "
            f"which {model.dtype} can hardly tell apart. Subtract {mean[j]:.6g} before, or write "
            'Network(..., dtype="float64").'
        )
