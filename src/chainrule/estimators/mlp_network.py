"""From scikit-learn's words and weights to a chainrule Network, and back: `coefs_` and `intercepts_` are views into its θ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..engines.reference import Reference
from ..layers.base import Layer
from ..layers.dense import Dense
from ..layers.relu import ReLU
from ..layers.sigmoid import Sigmoid
from ..layers.tanh import Tanh
from ..losses.base import Loss
from ..losses.penalty import L2
from ..network import Network

ACTIVATIONS: dict[str, type[Layer] | None] = {"identity": None, "logistic": Sigmoid, "tanh": Tanh, "relu": ReLU}
ROWS = 4096  # sparse rows that are made dense at once


def build(sizes: Sequence[int], activation: str, loss: Loss, rate: float, dtype: Any) -> Network:
    """Dense layers of these sizes, the activation between them, ½ rate Σ W² on every W.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden units, outputs.
    activation : str
        A word of `ACTIVATIONS`.
    loss : Loss
        Its link is the output activation.
    rate : float
        λ, ≥ 0; 0 leaves the penalty out.
    dtype : dtype
        float32 or float64.
    """
    layers: list[Layer] = []
    penalty, between = L2(rate) if rate else None, ACTIVATIONS[activation]
    for units in sizes[1:-1]:
        layers.append(Dense(int(units), init=0.0, penalty=penalty))
        if between is not None:
            layers.append(between())
    layers.append(Dense(int(sizes[-1]), init=0.0, penalty=penalty))
    name: Any = np.dtype(dtype).name
    return Network(*layers, loss=loss, inputs=(int(sizes[0]),), dtype=name)


def views(net: Network) -> tuple[list[Array], list[Array]]:
    """W of every layer, and b of every layer, in θ itself."""
    parts = list(net.parameters.values())
    return parts[0::2], parts[1::2]


def put(net: Network, coefs: Sequence[Any], intercepts: Sequence[Any]) -> None:
    """Write these weights into θ."""
    for place, values in zip(
        net.parameters.values(), (v for pair in zip(coefs, intercepts, strict=True) for v in pair), strict=True
    ):
        place[...] = values


def outputs(net: Network, X: Any) -> Array:
    """The link's values for checked rows. As in NumPy, float64 rows of a float32 network are computed in float64."""
    if not isinstance(X, np.ndarray):
        if not X.shape[0]:
            return np.empty((0, net.programs.output[-1]), net.dtype)
        X = X.tocsr()
        return np.concatenate([outputs(net, X[i : i + ROWS].toarray()) for i in range(0, X.shape[0], ROWS)])
    if X.dtype == np.float64 and net.dtype == np.float32:
        program = net.programs.predict
        with np.errstate(all="ignore"):
            return Reference(program).predict(net.theta.astype(np.float64), {"x": X}, [slice(0, len(X))])
    found: Array = net.predict(X)
    return found


def half_squares(net: Network) -> float:
    """½ Σ W²"""
    return 0.5 * sum(float(np.vdot(W, W)) for W in views(net)[0])
