"""Dropout of whole channels.

Neighboring pixels hold nearly the same numbers, so dropping single pixels would change little.
"""

from collections.abc import Mapping

import numpy as np

from .. import random
from ..arrays import Array
from ..errors import ShapeError
from ..graph.entries import Entry, Part
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


def _mask(x: Array, key: Array, row: Array, rate: float, path: int) -> Array:
    """Return True where a channel stays.

    There is one random number for each (seed, step, path, row of the data set, channel).
    """
    kept = random.uniform(key, random.DROPOUT, path, row, x.shape[-1]) >= rate
    return np.expand_dims(kept, tuple(range(1, x.ndim - 1)))


@op
def spatial_dropout(x: Array, key: Array, row: Array, rate: float, path: int) -> Array:
    """h = x mask(key, row) / (1 − rate)"""
    h: Array = x * _mask(x, key, row, rate, path) / (1 - rate)
    return h


@spatial_dropout.gradient
def spatial_dropout_backward(
    dh: Array, h: Array, x: Array, key: Array, row: Array, rate: float, path: int
) -> tuple[Array, None, None]:
    """dx = dh mask(key, row) / (1 − rate)"""
    return dh * _mask(x, key, row, rate, path) / (1 - rate), None, None


@spatial_dropout.shows("mask")
def _whole_mask(arrays: Mapping[str, Array], rate: float, path: int) -> Array:
    """mask(key, row)"""
    x = arrays["x"]
    mask = _mask(x, arrays["key"], arrays["row"], rate, path)
    return np.broadcast_to(mask, x.shape).astype(int)


def _masked(
    at: tuple[int, ...], arrays: Mapping[str, Array], letter: str, rate: float, path: int
) -> Entry:
    """Return the term x m / (1 − rate), for m = 1 or 0."""
    m = _whole_mask(arrays, rate, path)[at]
    value = np.float64(arrays[letter][at]) * m / (1 - rate)
    labels, inner = {"m": "mask(key, row)"}, {"m": int(m)}
    part = Part(f"{letter}·m / (1 − rate)", {letter: at, "m": at}, value, "", inner, labels)
    return Entry([part])


@spatial_dropout.terms("h")
def _terms(at: tuple[int, ...], arrays: Mapping[str, Array], rate: float, path: int) -> Entry:
    return _masked(at, arrays, "x", rate, path)


@spatial_dropout.terms("dx")
def _slopes(at: tuple[int, ...], arrays: Mapping[str, Array], rate: float, path: int) -> Entry:
    return _masked(at, arrays, "dh", rate, path)


class SpatialDropout(Layer):
    """h = x mask / (1 − rate) in training: a channel becomes 0 with probability `rate`.

    A dropped channel is 0 at all positions. In predict and score the layer does nothing;
    `predict(X, samples=100)` has it too. The mask depends only on the seed, the step, the layer's
    path, the row of the data set and the channel, as in Dropout.

    Parameters
    ----------
    rate : float
        Probability that a channel is dropped, 0 ≤ rate < 1.
    name : str
        The layer's path; by default spatial_dropout1, ...

    Shapes
    ------
    (N, H, W, C) or (N, T, C), unchanged.

    Raises
    ------
    ParameterError
        rate is outside [0, 1).
    ShapeError
        The input has no positions.

    References
    ----------
    Tompson, Goroshin, Jain, LeCun & Bregler, "Efficient object localization using convolutional
    networks", CVPR 2015, section 3.2.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.SpatialDropout(0.5), loss=cr.SquaredError(), inputs=(1, 2, 1))
    >>> net.predict([[[[1.0], [2.0]]]]).ravel().tolist()
    [1.0, 2.0]
    """

    rate: float

    def check(self) -> None:
        self.require_number("rate", "from 0 to below 1", lambda v: 0 <= v < 1, 0.2)

    def __call__(self, x: Node) -> Node:
        if len(x.shape) < 3:
            rule = "input with positions and channels, (N, H, W, C)"
            remedy = "Dropout drops single values."
            raise ShapeError(x.tape.where(), rule, x.value.shown, remedy)
        if not x.tape.draws:
            return x
        key, row = x.tape.input("key", (2,), "index"), x.tape.input("row", (0,), "index")
        path = random.path_hash(x.tape.scope)
        h: Node = spatial_dropout(x, key, row, rate=float(self.rate), path=path)
        return h
