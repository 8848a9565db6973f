"""Running statistics, exactly: those of the whole data set, as prediction sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..graph.program import Program, Step
from .scoring import predict

if TYPE_CHECKING:
    from ..network import Network

CHUNK = 1024  # rows that run at once


def calibrate(net: Network, X: Any) -> None:
    """Each statistic once more, over all rows: a sum over rows is the sum over its chunks.

    A layer's statistics are of what the layers before it give with theirs, so they are found in the network's order; and they are
    of the predict Program, without dropout. A row reduction in train says what is summed, the step that reads the state in predict
    says of which value.

    Parameters
    ----------
    net : Network
        Its state is changed in place.
    X : array, or dict of arrays
        Rows.

    Raises
    ------
    DataError, ShapeError
        Rows that do not fit, before anything is changed.
    """
    arrays = net._arrays(X)
    programs = net._trace({name: a.shape[1:] for name, a in arrays.items()}, None)
    train, inference, before = programs.train, programs.predict, net.theta.copy()
    places = {p.path: p for p in train.params}
    found: dict[int, Array] = {}  # statistics by their value in train
    try:
        for move in train.moves:
            step = next(step for step in train.steps if step.output == move.value)
            found[move.value] = _statistic(
                net, train, step, _up_to(inference, move.state), arrays, found
            )
            net.theta[places[move.state].where] = found[move.value].ravel()
        if not np.isfinite(net.theta).all():
            raise DataError(
                "calibrate", "finite statistics", "NaN or infinity", "Scale the inputs."
            )
    except BaseException:
        net.theta[...] = before
        raise


def _up_to(program: Program, state: str) -> Program:
    """The predict Program as far as the row value that meets this state."""
    at = program.value(state)
    step = next(step for step in program.steps if at in step.inputs)
    x = next(i for i in step.inputs if program.values[i].kind == "row")
    last = next((k for k, made in enumerate(program.steps) if made.output == x), -1)
    return replace(program, output=x, steps=program.steps[: last + 1])


def _statistic(
    net: Network,
    train: Program,
    step: Step,
    part: Program,
    arrays: dict[str, Array],
    found: dict[int, Array],
) -> Array:
    """Σ over chunks of the step, in float64."""
    n = len(next(iter(arrays.values())))

    def shared(i: int) -> Array:
        """A value that is no row's own: a statistic before this one, N, or what is computed of them."""
        if i in found:
            return found[i]
        if train.inputs.get("N") == i:
            return np.float64(n)  # type: ignore[return-value]
        made = next(step for step in train.steps if step.output == i)
        return made.op.forward(*map(shared, made.inputs), **made.attrs)

    total = np.zeros(train.values[step.output].shape)
    for begin in range(0, n, CHUNK):
        rows = {name: a[begin : begin + CHUNK] for name, a in arrays.items()}
        x = _value(net, part, rows)
        given = [x if train.values[i].kind == "row" else shared(i) for i in step.inputs]
        total += step.op.forward(*given, **step.attrs)
    net._plans.pop(part, None)  # it is not asked for again
    return total


def _value(net: Network, part: Program, rows: dict[str, Array]) -> Array:
    """The value for these rows; an input is what it is."""
    for name, i in part.inputs.items():
        if i == part.output:
            return rows[name].astype(net.dtype).astype(np.float64)
    return predict(net, part, rows).astype(np.float64)
