"""Some columns of a row, as they are."""

import numpy as np

from ..arrays import Array
from ..errors import ShapeError
from ..graph.operation import op
from ..graph.tape import Node
from ..settings import is_whole
from .base import Layer


@op
def take_columns(x: Array, start: int, stop: int) -> Array:
    """h = x[:, start:stop]"""
    return x[:, start:stop]


@take_columns.gradient
def take_columns_backward(dh: Array, h: Array, x: Array, start: int, stop: int) -> tuple[Array]:
    """dx = pad(dh, start, stop)"""
    dx = np.zeros(x.shape, dh.dtype)
    dx[:, start:stop] = dh
    return (dx,)


class Columns(Layer):
    """h = x[:, start:stop]: the columns from start to before stop.

    In `Concatenate` each branch can take its own columns: a vector for each word of a category,
    say, beside the numbers as they are.

    Parameters
    ----------
    start : int
        The first column, ≥ 0.
    stop : int
        The first column that is no longer taken, > start.
    name : str
        The layer's path; by default columns1, ...

    Shapes
    ------
    (N, D) -> (N, stop − start).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        Rows with fewer than `stop` columns, or of another shape than (N, D).

    References
    ----------
    Guo & Berkhahn, "Entity embeddings of categorical variables", arXiv:1604.06737 (2016),
    section 3: each categorical column has its own dense layer.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Columns(1, 3), loss=cr.SquaredError(), inputs=(3,))
    >>> net.predict([[1.0, 2.0, 3.0]]).tolist()
    [[2.0, 3.0]]
    """

    start: int
    stop: int

    def check(self) -> None:
        self.require(
            "start",
            "a whole number ≥ 0",
            lambda v: is_whole(v) and v >= 0,
            "Columns(0, 3) takes the first three.",
        )
        self.require(
            "stop",
            "a whole number > start",
            lambda v: is_whole(v) and v > self.start,
            "Columns(0, 3) takes the first three.",
        )

    def __call__(self, x: Node) -> Node:
        if len(x.shape) != 2 or x.shape[-1] < self.stop:
            raise ShapeError(
                x.tape.where(),
                f"input of shape (N, D) with D ≥ {self.stop}",
                x.value.shown,
                "Count the columns from 0; stop is not taken.",
            )
        h: Node = take_columns(x, start=int(self.start), stop=int(self.stop))
        return h
