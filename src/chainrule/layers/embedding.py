"""A table with a vector for each word of a vocabulary."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..graph.entries import Entry, Part, product
from ..graph.initializers import Initializer, Uniform, as_initializer
from ..graph.operation import op
from ..graph.tape import Node, Penalty
from .base import Layer, is_penalty


@op
def look_up(x: Array, W: Array) -> Array:
    """e = W[x]"""
    if x.size and (x.min() < 0 or x.max() >= len(W)):
        wrong = int(x.min() if x.min() < 0 else x.max())
        remedy = "Number from 0." if wrong < 0 else f"Make it Embedding({wrong + 1}, {W.shape[1]})."
        raise DataError(
            "x", f"numbers from 0 to {len(W) - 1} for this Embedding", f"{wrong}", remedy
        )
    rows: Array = W[x]
    return rows


@look_up.gradient
def look_up_backward(de: Array, e: Array, x: Array, W: Array) -> tuple[None, Array]:
    """dW = Σₙ onehot(x)ᵀ de"""
    dW = np.zeros(W.shape, de.dtype)
    np.add.at(dW, x, de)  # a word that occurs twice gets both gradients
    return None, dW


@look_up.terms("e")
def _entry(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    word = int(arrays["x"][at[:-1]])
    return Entry([product(arrays, {"W": (word, at[-1])})])


@look_up.terms("dW")
def _slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    word, column = at
    index = np.nonzero(arrays["x"] == word)
    if len(index[0]):
        return Entry([product(arrays, {"de": (*index, column)})])
    return Entry([Part("0", {}, 0.0)], note=f"Number {word} is not in this batch.")


class Embedding(Layer):
    """e = W[x]: each whole number x selects a row of W.

    Parameters
    ----------
    count : int
        Number of rows, ≥ 1; x is from 0 to count − 1.
    units : int
        Length of each row, ≥ 1.
    init : Initializer, array, number or function
        Starting values of W (count, units).
    penalty : Penalty, optional
        A term added to L for W: L2(1e-4), L1(1e-5) or ElasticNet.
    trainable : bool
        False: W keeps its starting values until `net.thaw`.
    name : str
        The layer's path; by default embedding1, ...

    Shapes
    ------
    (N,) -> (N, units), (N, T) -> (N, T, units); W (count, units).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The layer does not read an input of the network.
    DataError
        A number is outside 0 to count − 1.

    References
    ----------
    Bengio, Ducharme, Vincent & Jauvin, "A neural probabilistic language model",
    JMLR 3 (2003), section 2.

    Examples
    --------
    >>> import chainrule as cr
    >>> table = cr.Embedding(3, 2, init=[[0, 0], [1, 1], [2, 4]])
    >>> net = cr.Network(table, loss=cr.SquaredError(), inputs=())
    >>> net.predict([2, 1]).tolist()
    [[2.0, 4.0], [1.0, 1.0]]
    """

    count: int
    units: int
    _: KW_ONLY
    init: Any = Uniform(-0.05, 0.05)
    penalty: Penalty | None = None
    trainable: bool = True

    def check(self) -> None:
        self.require_size("count", "Embedding(1000, 16) has 1000 rows of 16 numbers.")
        self.require_size("units", "Embedding(1000, 16) has 1000 rows of 16 numbers.")
        self.require("trainable", "True or False", lambda v: isinstance(v, bool), "")
        self.require("penalty", "a penalty", is_penalty, "Write L2(1e-4).")
        if not isinstance(self.init, Initializer):
            object.__setattr__(self, "init", as_initializer(self.init))

    def __call__(self, x: Node) -> Node:
        x.expect_index("Make Embedding the first layer after an input.")
        shape = (self.count, self.units)
        W = x.tape.param("W", shape, self.init, trainable=self.trainable, penalty=self.penalty)
        return look_up(x, W)  # type: ignore[no-any-return]
