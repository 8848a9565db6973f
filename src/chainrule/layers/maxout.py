"""Maxout: the largest of several linear functions."""

from dataclasses import KW_ONLY
from typing import Any

from ..graph.arithmetic import shift_columns
from ..graph.initializers import GlorotUniform, Initializer, Zeros, as_initializer
from ..graph.matmul import matmul
from ..graph.tape import Node, Penalty
from ..ops.max_pool import max_pool
from ..ops.reshape import reshape
from .base import Layer, is_penalty


class Maxout(Layer):
    """h = max over the pieces of x W + b: every unit learns a convex, piecewise linear function.

    Parameters
    ----------
    units : int
        Number of output values per row, ≥ 1.
    pieces : int
        Linear functions of each unit, ≥ 2.
    init : Initializer, array, number or function
        Starting values of W. b starts at 0.
    penalty : Penalty, optional
        A term added to L for W: L2(1e-4), L1(1e-5) or ElasticNet.
    trainable : bool
        False: W and b keep their starting values until `net.thaw`.
    name : str
        The layer's path; by default maxout1, ...

    Shapes
    ------
    (N, D) -> (N, units); W (D, pieces · units), b (pieces · units,): all units of the first piece,
    then those of the second.

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input is not (N, D).

    References
    ----------
    Goodfellow, Warde-Farley, Mirza, Courville & Bengio, "Maxout networks", ICML 2013, section 3.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Maxout(1, init=[[1.0, -1.0]]), loss=cr.SquaredError(), inputs=(1,))
    >>> net.predict([[-2.0], [3.0]]).tolist()
    [[2.0], [3.0]]
    """

    units: int
    pieces: int = 2
    _: KW_ONLY
    init: Any = GlorotUniform()
    penalty: Penalty | None = None
    trainable: bool = True

    def check(self) -> None:
        self.require_size("units", "Maxout(32) has 32 units.")
        self.require_size("pieces", "The usual value is 2.")
        self.require("pieces", "a whole number ≥ 2", lambda v: v >= 2, "Dense has one piece.")
        self.require("trainable", "True or False", lambda v: isinstance(v, bool), "")
        self.require("penalty", "a penalty", is_penalty, "Write L2(1e-4).")
        if not isinstance(self.init, Initializer):
            object.__setattr__(self, "init", as_initializer(self.init))

    def __call__(self, x: Node) -> Node:
        x.expect(2, "(N, D)", "Put Flatten() before it.")
        x.expect_real("Give the numbers as an input of their own.")
        K, U = self.pieces, self.units
        W = x.tape.param(
            "W", (x.shape[-1], K * U), self.init, trainable=self.trainable, penalty=self.penalty
        )
        b = x.tape.param("b", (K * U,), Zeros(), trainable=self.trainable)
        z = shift_columns(matmul(x, W), b)
        pieces = reshape(z, shape=(K, 1, U))  # an image of K x 1 pixels, U channels
        h: Node = reshape(max_pool(pieces, size=(K, 1), stride=(K, 1)), shape=(U,))
        return h
