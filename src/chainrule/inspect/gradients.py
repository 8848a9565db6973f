"""Every number of one pass: values, deltas, gradients, and what each example contributes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array
from ..data.sources import Arrays
from ..engines.reference import Reference, join
from ..errors import ParameterError
from ..model import scoring
from ..model.model import Model
from ..model.prepared import indices
from ..plots.named_arrays import NamedArrays
from ..training.objective import ProgramObjective

NO_KEY = np.zeros(2, np.int64)  # the score Program draws no random numbers


def activations(model: Model, X: Any) -> dict[str, Array]:
    """Return every value of the predict Program by its symbol."""
    arrays = model.arrays_of(X, least=0)
    built = model.built_for_rows(arrays)
    program = built.programs.predict
    source = Arrays(arrays, dtype=model.dtype.type, index=indices(program))
    batch = source.rows(slice(0, len(source)))
    with np.errstate(all="ignore"):
        theta = model.theta_in(built)
        value = Reference(program).forward(theta, batch, [slice(0, len(source))])
    model.adopt(built)
    return NamedArrays(
        (v.symbol, join(parts))
        for v, parts in zip(program.values, value, strict=True)
        if v.role in ("input", "computed")
    )


def loss_and_grad(
    model: Model, X: Any, y: Any, sample_weight: Any = None
) -> tuple[float, dict[str, Array]]:
    """Return L and the gradient of every parameter, in score mode."""
    program, theta, batch, built = scoring.score_inputs(model, X, y, sample_weight)
    loss, g, _ = ProgramObjective(program)(theta, batch, NO_KEY, {})
    model.adopt(built)
    return float(loss), NamedArrays(
        (program.values[p.value].symbol, g[p.where].reshape(p.shape)) for p in program.parameters
    )


def gradients(model: Model, X: Any, y: Any) -> dict[str, Array]:
    """Return dv = ∂L/∂v for every value v between the parameters and L, in score mode."""
    program, theta, batch, built = scoring.score_inputs(model, X, y)
    values = program.values
    wrt = [
        i
        for i, v in enumerate(values)
        if v.number == "real" and v.role in ("computed", "parameter")
    ]
    engine, objective = Reference(program, wrt=wrt), ProgramObjective(program)
    inputs = objective.inputs(theta, batch, NO_KEY)
    value = engine.forward(theta, inputs, [slice(0, len(batch["c"]))])
    dL = [np.ones_like(value[program.output][0])]
    grad: dict[int, Any] = engine.backward(value, {program.output: dL})
    model.adopt(built)
    return NamedArrays(
        ("d" + values[i].symbol, join(d) if isinstance(d, list) else d)
        for i, d in sorted(grad.items())
    )


def influence(model: Model, name: str, X: Any, y: Any) -> Array:
    """Return the contribution of each example to the gradient of one parameter."""
    # each example is its own shard, and nothing is summed
    program, theta, batch, built = scoring.score_inputs(model, X, y)
    i = program.value(name)
    if program.values[i].role != "parameter":
        raise ParameterError(
            f"influence({name!r}): expected a parameter, got a value that is computed. "
            "Use gradients(X, y)."
        )
    engine, objective = Reference(program, wrt=[i]), ProgramObjective(program)
    shards = [slice(n, n + 1) for n in range(len(batch["c"]))]
    value = engine.forward(theta, objective.inputs(theta, batch, NO_KEY), shards)
    dL = [np.ones_like(value[program.output][0])]
    parts = engine.contributions(value, {program.output: dL}, i)
    model.adopt(built)
    return np.stack(parts)
