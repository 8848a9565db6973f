"""Dropout. The mask is a function of its key, so the backward pass computes it again."""

from collections.abc import Mapping

import numpy as np

from .. import random
from ..arrays import Array
from ..graph.entries import Entry, Part
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer
from .masks import kept


@op
def dropout(x: Array, key: Array, row: Array, rate: float, path: int) -> Array:
    """h = x mask(key, row) / (1 − rate)"""
    h: Array = x * kept(x, key, row, rate, path) / (1 - rate)
    return h


@dropout.gradient
def dropout_backward(
    dh: Array, h: Array, x: Array, key: Array, row: Array, rate: float, path: int
) -> tuple[Array, None, None]:
    """dx = dh mask(key, row) / (1 − rate)"""
    return dh * kept(x, key, row, rate, path) / (1 - rate), None, None


@dropout.shows("mask")
def _mask(arrays: Mapping[str, Array], rate: float, path: int) -> Array:
    """mask(key, row)"""
    return kept(arrays["x"], arrays["key"], arrays["row"], rate, path).astype(int)


def _masked(
    at: tuple[int, ...], arrays: Mapping[str, Array], letter: str, rate: float, path: int
) -> Entry:
    """Return the term x m / (1 − rate), for m = 1 or 0."""
    m = _mask(arrays, rate, path)[at]
    value = np.float64(arrays[letter][at]) * m / (1 - rate)
    labels, inner = {"m": "mask(key, row)"}, {"m": int(m)}
    part = Part(f"{letter}·m / (1 − rate)", {letter: at, "m": at}, value, "", inner, labels)
    return Entry([part])


@dropout.terms("h")
def _terms(at: tuple[int, ...], arrays: Mapping[str, Array], rate: float, path: int) -> Entry:
    return _masked(at, arrays, "x", rate, path)


@dropout.terms("dx")
def _slopes(at: tuple[int, ...], arrays: Mapping[str, Array], rate: float, path: int) -> Entry:
    return _masked(at, arrays, "dh", rate, path)


class Dropout(Layer):
    """h = x mask / (1 − rate) in training: each value becomes 0 with probability `rate`.

    In predict and score it does nothing; `predict(X, samples=100)` has it too. The mask depends
    only on the seed, the step, the layer's path and the row of the data set: an example keeps its
    mask in any order and in any shard.
    Inside EachStep every step of a sequence has the same mask.

    Parameters
    ----------
    rate : float
        Probability that a value is dropped, 0 ≤ rate < 1.
    name : str
        The layer's path; by default dropout1, ...

    Shapes
    ------
    Any shape, unchanged.

    Raises
    ------
    ParameterError
        rate is outside [0, 1).

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov, "Dropout", JMLR 15 (2014),
    section 4; here the scaling is in training instead of in prediction.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dropout(0.5), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    rate: float

    def check(self) -> None:
        self.require_number("rate", "from 0 to below 1", lambda v: 0 <= v < 1, 0.5)

    def __call__(self, x: Node) -> Node:
        if not x.tape.draws:
            return x
        key, row = x.tape.input("key", (2,), "index"), x.tape.input("row", (0,), "index")
        h: Node = dropout(x, key, row, rate=float(self.rate), path=random.path_hash(x.tape.scope))
        return h
