"""Every number of one pass: values, deltas, gradients, and who contributed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import scoring
from ..arrays import Array
from ..engines.reference import Reference, join
from ..errors import ParameterError
from ..objectives import ProgramObjective
from ..prepared import indices
from ..sources import Arrays

if TYPE_CHECKING:
    from ..network import Network


def activations(net: Network, X: Any) -> dict[str, Array]:
    """Every value of the predict Program by its symbol."""
    arrays = net._arrays(X)
    program = net._trace({name: a.shape[1:] for name, a in arrays.items()}, None).predict
    batch = Arrays(arrays, dtype=net.dtype.type, index=indices(program)).rows(
        slice(0, len(next(iter(arrays.values()))))
    )
    with np.errstate(all="ignore"):
        value = Reference(program).forward(net.theta, batch, [slice(0, len(batch["row"]))])
    return {
        v.symbol: join(parts) for v, parts in zip(program.values, value, strict=True) if v.role in ("input", "computed")
    }


def loss_and_grad(net: Network, X: Any, y: Any, sample_weight: Any) -> tuple[float, dict[str, Array]]:
    """L and {"W1": dW1, ...}."""
    program, batch = scoring.score_inputs(net, X, y, sample_weight)
    loss, g, _ = ProgramObjective(program)(net.theta, batch, np.zeros(2, np.int64), {})
    return float(loss), {program.values[p.value].symbol: g[p.where].reshape(p.shape) for p in program.parameters}


def gradients(net: Network, X: Any, y: Any) -> dict[str, Array]:
    """dv for every value between the parameters and L."""
    program, batch = scoring.score_inputs(net, X, y)
    values = program.values
    wrt = [i for i, v in enumerate(values) if v.number == "real" and v.role in ("computed", "parameter")]
    engine, objective = Reference(program, wrt=wrt), ProgramObjective(program)
    value = engine.forward(
        net.theta, objective.inputs(net.theta, batch, np.zeros(2, np.int64)), [slice(0, len(batch["c"]))]
    )
    grad: dict[int, Any] = engine.backward(value, {program.output: [np.ones_like(value[program.output][0])]})
    return {"d" + values[i].symbol: join(d) if isinstance(d, list) else d for i, d in sorted(grad.items())}


def influence(net: Network, name: str, X: Any, y: Any) -> Array:
    """The gradient of one parameter, example by example: each is a shard of its own, and no sum is taken."""
    program, batch = scoring.score_inputs(net, X, y)
    i = program.value(name)
    if program.values[i].role != "parameter":
        raise ParameterError(
            f"influence({name!r}): expected a parameter, got a value that is computed. Use gradients(X, y)."
        )
    engine, objective = Reference(program, wrt=[i]), ProgramObjective(program)
    shards = [slice(n, n + 1) for n in range(len(batch["c"]))]
    value = engine.forward(net.theta, objective.inputs(net.theta, batch, np.zeros(2, np.int64)), shards)
    parts = engine.contributions(value, {program.output: [np.ones_like(value[program.output][0])]}, i)
    return np.stack(parts)
