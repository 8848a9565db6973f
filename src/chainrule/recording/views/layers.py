"""The parameters of a model, layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...arrays import Array
from ...model.weights import views


def tensors(net: Any, theta: Array) -> Mapping[str, Array]:
    """Return views of the parameters in θ by symbol; those of an RBM are W, b and c."""
    programs = getattr(net, "programs", None)
    if programs is None:
        parts = net.units.split(theta)
        return {"W": parts.W, "b": parts.b, "c": parts.c}
    return views(theta, programs.train, programs.train.parameters)


def symbols_of_layers(net: Any) -> dict[str, list[str]]:
    """Return the symbols of the parameters of each layer that has some, by its path.

    The parameters of an RBM count as layers: W, b, c.
    """
    programs = getattr(net, "programs", None)
    if programs is None:
        return {name: [name] for name in tensors(net, net.theta)}
    found: dict[str, list[str]] = {}
    for p in programs.train.parameters:
        value = programs.train.values[p.value]
        found.setdefault(value.scope or value.symbol, []).append(value.symbol)
    return found


def squares(parts: Mapping[str, Array]) -> dict[str, float]:
    """Return the sum of the squares of each tensor, for `norm`."""
    with np.errstate(all="ignore"):
        return {name: float(np.square(a, dtype=np.float64).sum()) for name, a in parts.items()}


def norm(sums: Mapping[str, float], names: Iterable[str]) -> float:
    """Return the Euclidean norm of some tensors together, given their `squares`."""
    return math.sqrt(sum(sums[name] for name in names))
