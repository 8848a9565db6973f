"""Every number of one pass: values, deltas, gradients, and who contributed them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array
from ..data.sources import Arrays
from ..engines.reference import Reference, join
from ..errors import ParameterError
from ..model import scoring
from ..model.prepared import indices
from ..training.objective import ProgramObjective

if TYPE_CHECKING:
    from ..network import Network


def activations(net: Network, X: Any) -> dict[str, Array]:
    """Every value of the predict Program by its symbol, also those before the link.

    Parameters
    ----------
    X : array, or dict of arrays
        Rows like those of `fit`; the network may be untrained.

    Returns
    -------
    dict of arrays
        {"x": ..., "z1": ..., "a1": ..., ...}, one row an example, in the network's dtype.

    Raises
    ------
    ShapeError, DataError
        Rows that do not fit the network, or are not finite numbers.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError())
    >>> {name: a.shape for name, a in net.activations([[0.0, 1.0], [1.0, 1.0]]).items()}
    {'x': (2, 2), 'z1': (2, 3), 'a1': (2, 3), 'z2': (2, 1)}
    """
    arrays = net._arrays(X)
    program = net._trace({name: a.shape[1:] for name, a in arrays.items()}, None).predict
    batch = Arrays(arrays, dtype=net.dtype.type, index=indices(program)).rows(
        slice(0, len(next(iter(arrays.values()))))
    )
    with np.errstate(all="ignore"):
        value = Reference(program).forward(net.theta, batch, [slice(0, len(batch["row"]))])
    return {
        v.symbol: join(parts)
        for v, parts in zip(program.values, value, strict=True)
        if v.role in ("input", "computed")
    }


def loss_and_grad(
    net: Network, X: Any, y: Any, *, sample_weight: Any = None
) -> tuple[float, dict[str, Array]]:
    """L = Σₙ cₙ ℓₙ + Σ λ Ω(W) and the gradient ∂L/∂θ of every parameter, in score mode (no dropout); nothing is updated.

    Parameters
    ----------
    X, y : arrays
        Rows and targets, as for `fit`.
    sample_weight : array, or dict of arrays by output, optional
        (N,), one number ≥ 0 for each row.

    Returns
    -------
    float, dict of arrays
        L, and {"W1": dW1, "b1": db1, ...}, each of its parameter's shape.

    Raises
    ------
    ShapeError, DataError
        Data that do not fit the network.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), initial_weights={"W1": [[2.0]], "b1": [0.0]})
    >>> L, g = net.loss_and_grad([[1.0], [3.0]], [1.0, 3.0])  # errors of 1 and 3
    >>> L, g["W1"].tolist(), g["b1"].tolist()
    (5.0, [[10.0]], [4.0])
    """
    program, batch = scoring.score_inputs(net, X, y, sample_weight)
    loss, g, _ = ProgramObjective(program)(net.theta, batch, np.zeros(2, np.int64), {})
    return float(loss), {
        program.values[p.value].symbol: g[p.where].reshape(p.shape) for p in program.parameters
    }


def gradients(net: Network, X: Any, y: Any) -> dict[str, Array]:
    """dv = ∂L/∂v for every value between the parameters and L, in score mode; nothing is updated.

    Parameters
    ----------
    X, y : arrays
        Rows and targets, as for `fit`.

    Returns
    -------
    dict of arrays
        {"dz1": deltas, one row an example, "dW1": of the shape of W1, ...}. The mean over rows is in them: c = 1/N.

    Raises
    ------
    ShapeError, DataError
        Data that do not fit the network.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), initial_weights={"W1": [[2.0]], "b1": [0.0]})
    >>> d = net.gradients([[1.0], [3.0]], [1.0, 3.0])
    >>> d["dz1"].tolist(), d["dW1"].tolist()  # dz = 2 c (z − y), dW = xᵀ dz
    ([[1.0], [3.0]], [[10.0]])
    """
    program, batch = scoring.score_inputs(net, X, y)
    values = program.values
    wrt = [
        i
        for i, v in enumerate(values)
        if v.number == "real" and v.role in ("computed", "parameter")
    ]
    engine, objective = Reference(program, wrt=wrt), ProgramObjective(program)
    value = engine.forward(
        net.theta,
        objective.inputs(net.theta, batch, np.zeros(2, np.int64)),
        [slice(0, len(batch["c"]))],
    )
    grad: dict[int, Any] = engine.backward(
        value, {program.output: [np.ones_like(value[program.output][0])]}
    )
    return {
        "d" + values[i].symbol: join(d) if isinstance(d, list) else d
        for i, d in sorted(grad.items())
    }


def influence(net: Network, name: str, X: Any, y: Any) -> Array:
    """What each example contributes to the gradient of one parameter: dW is its sum over rows, and penalties.

    Parameters
    ----------
    name : str
        A parameter's symbol or path: "W1", "dense1/W".
    X, y : arrays
        Rows and targets, as for `fit`.

    Returns
    -------
    array
        (N, *shape of the parameter).

    Raises
    ------
    ParameterError
        A name that is no parameter's.
    ShapeError, DataError
        Data that do not fit the network.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), initial_weights={"W1": [[2.0]], "b1": [0.0]})
    >>> net.influence("W1", [[1.0], [3.0]], [1.0, 3.0]).ravel().tolist()  # 1 and 9 of dW1 = 10
    [1.0, 9.0]
    """
    # each example is a shard of its own, and no sum is taken
    program, batch = scoring.score_inputs(net, X, y)
    i = program.value(name)
    if program.values[i].role != "parameter":
        raise ParameterError(
            f"influence({name!r}): expected a parameter, got a value that is computed. Use gradients(X, y)."
        )
    engine, objective = Reference(program, wrt=[i]), ProgramObjective(program)
    shards = [slice(n, n + 1) for n in range(len(batch["c"]))]
    value = engine.forward(
        net.theta, objective.inputs(net.theta, batch, np.zeros(2, np.int64)), shards
    )
    parts = engine.contributions(
        value, {program.output: [np.ones_like(value[program.output][0])]}, i
    )
    return np.stack(parts)
