"""Dropout that keeps mean 0 and variance 1, for networks of SELU."""

import math
from collections.abc import Mapping

import numpy as np

from .. import random
from ..arrays import Array
from ..graph.entries import Entry, Part
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer
from .masks import kept

LOWEST = -1.7580993408473766  # −λ α, the limit of SELU for z → −∞


@op
def alpha_dropout(x: Array, key: Array, row: Array, lowest: float, rate: float, path: int) -> Array:
    """d = x mask(key, row) + lowest (1 − mask(key, row))"""
    return np.where(kept(x, key, row, rate, path), x, x.dtype.type(lowest))


@alpha_dropout.gradient
def alpha_dropout_backward(
    dd: Array, d: Array, x: Array, key: Array, row: Array, lowest: float, rate: float, path: int
) -> tuple[Array, None, None]:
    """dx = dd mask(key, row)"""
    return dd * kept(x, key, row, rate, path), None, None


@alpha_dropout.shows("mask")
def _mask(arrays: Mapping[str, Array], lowest: float, rate: float, path: int) -> Array:
    """mask(key, row)"""
    return kept(arrays["x"], arrays["key"], arrays["row"], rate, path).astype(int)


@alpha_dropout.terms("d")
def _terms(
    at: tuple[int, ...], arrays: Mapping[str, Array], lowest: float, rate: float, path: int
) -> Entry:
    m = int(_mask(arrays, lowest, rate, path)[at])
    x, labels = arrays["x"], {"m": "mask(key, row)"}
    value = x[at] if m else x.dtype.type(lowest)
    form = "x·m + lowest·(1 − m)"
    return Entry([Part(form, {"x": at, "m": at}, value, "", {"m": m}, labels)])


@alpha_dropout.terms("dx")
def _slopes(
    at: tuple[int, ...], arrays: Mapping[str, Array], lowest: float, rate: float, path: int
) -> Entry:
    m = int(_mask(arrays, lowest, rate, path)[at])
    value, labels = arrays["dd"][at] * m, {"m": "mask(key, row)"}
    return Entry([Part("dd·m", {"dd": at, "m": at}, value, "", {"m": m}, labels)])


class AlphaDropout(Layer):
    """h = a (x mask + α′ (1 − mask)) + b in training, with α′ = −λ α, the lowest value of SELU.

    A dropped value becomes α′, and a and b restore the mean and the variance: numbers with mean 0
    and variance 1 keep both. In predict and score the layer does nothing. The mask is that of
    Dropout.

    Parameters
    ----------
    rate : float
        Probability that a value is dropped, 0 ≤ rate < 1.
    name : str
        The layer's path; by default alpha_dropout1, ...

    Shapes
    ------
    Any shape, unchanged.

    Raises
    ------
    ParameterError
        rate is outside [0, 1).

    References
    ----------
    Klambauer, Unterthiner, Mayr & Hochreiter, "Self-normalizing neural networks", NIPS 2017,
    section "New dropout technique".

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.AlphaDropout(0.1), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    rate: float

    def check(self) -> None:
        self.require_number("rate", "from 0 to below 1", lambda v: 0 <= v < 1, 0.05)

    def __call__(self, x: Node) -> Node:
        if not x.tape.draws:
            return x
        q = 1 - float(self.rate)  # the share that stays
        key, row = x.tape.input("key", (2,), "index"), x.tape.input("row", (0,), "index")
        path = random.path_hash(x.tape.scope)
        a = 1 / math.sqrt(q * (1 + (1 - q) * LOWEST**2))
        d: Node = alpha_dropout(x, key, row, lowest=LOWEST, rate=1 - q, path=path)
        h: Node = d * a - a * (1 - q) * LOWEST
        return h
