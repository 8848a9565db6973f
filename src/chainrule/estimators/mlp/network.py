"""The Network of an MLP: `coefs_` and `intercepts_` are views into its θ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import Array
from ...engines.reference import Reference
from ...layers.base import Layer
from ...layers.dense import Dense
from ...layers.heads import Heads
from ...losses.base import Loss
from ...network import Network

ROWS = 4096  # sparse rows that are made dense at once
OURS = re.compile(r"(dense\d+|heads1/y\d+/dense1)/(W|b)")  # the paths of coefs_ and intercepts_


def build(
    sizes: Sequence[Any], after: Sequence[Sequence[Layer]], loss: Loss, penalty: Any, dtype: Any
) -> Network:
    """Return a network of dense layers of these sizes.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden units, outputs. A list of outputs makes one head for each.
    after : sequence of layers
        The layers after each hidden dense layer: normalization, activation, dropout.
    loss : Loss
        Its link is the output activation; each head has the same loss.
    penalty : L1, L2, ElasticNet or None
        The penalty of every W.
    dtype : dtype
        float32 or float64.
    """
    layers: list[Layer] = []
    for units, own in zip(sizes[1:-1], after, strict=True):
        layers += [Dense(int(units), init=0.0, penalty=penalty), *own]
    losses: Any = loss
    if isinstance(sizes[-1], list):
        heads = {
            f"y{k}": Dense(int(units), init=0.0, penalty=penalty)
            for k, units in enumerate(sizes[-1])
        }
        layers.append(Heads(heads))
        losses = dict.fromkeys(heads, loss)
    else:
        layers.append(Dense(int(sizes[-1]), init=0.0, penalty=penalty))
    name: Any = np.dtype(dtype).name
    return Network(*layers, loss=losses, inputs=(int(sizes[0]),), dtype=name)


def views(net: Network) -> tuple[list[Array], list[Array], dict[str, Array]]:
    """Return views into θ: every W, every b, and by path all other parameters and states."""
    found: dict[str, list[Array]] = {"W": [], "b": []}
    rest = {}
    for p in net.programs.train.params:
        place = net.theta[p.where].reshape(p.shape)
        if OURS.fullmatch(p.path):
            found[p.path[-1]].append(place)
        else:
            rest[p.path] = place
    return found["W"], found["b"], rest


def put(
    net: Network,
    coefs: Sequence[Any],
    intercepts: Sequence[Any],
    rest: dict[str, Any] | None = None,
) -> None:
    """Write these weights into θ; of the rest, those that this network has too."""
    Ws, bs, others = views(net)
    for place, values in zip([*Ws, *bs], [*coefs, *intercepts], strict=True):
        place[...] = values
    for path, values in (rest or {}).items():
        if path in others and others[path].shape == np.shape(values):
            others[path][...] = values


def hidden_values(net: Network, X: Array, layer: int) -> Array:
    """Return the input of the dense layer after hidden layer number `layer`."""
    program = net.programs.predict
    ours = {p.value for p in program.parameters if OURS.fullmatch(p.path)}
    into = [step.inputs[0] for step in program.steps if ours.intersection(step.inputs)]
    values: Array = net.activations(X)[program.values[into[layer + 1]].symbol]
    return values


def outputs(net: Network, X: Any) -> Array:
    """Return the link's values for checked rows.

    As in NumPy, float64 rows of a float32 network are computed in float64.
    """
    if not isinstance(X, np.ndarray):
        if not X.shape[0]:
            program = net.programs.predict
            return np.empty((0, program.values[program.output].shape[-1]), net.dtype)
        X = X.tocsr()
        return np.concatenate(
            [outputs(net, X[i : i + ROWS].toarray()) for i in range(0, X.shape[0], ROWS)]
        )
    if X.dtype == np.float64 and net.dtype == np.float32:
        program = net.programs.predict
        with np.errstate(all="ignore"):
            return Reference(program).predict(
                net.theta.astype(np.float64), {"x": X}, [slice(0, len(X))]
            )
    found = net.predict(X)
    return np.hstack(list(found.values())) if isinstance(found, dict) else found


def half_squares(net: Network) -> float:
    """Return ½ Σ W²."""
    return 0.5 * sum(float(np.vdot(W, W)) for W in views(net)[0])
