"""Reshaping as a layer."""

import math

from ..errors import ShapeError
from ..graph.tape import Node
from ..ops.reshape import reshape
from ..settings import is_whole
from .base import Layer


class Reshape(Layer):
    """The numbers of a row in another shape; the last index changes fastest.

    Parameters
    ----------
    *shape : int
        Sizes of one row's axes, each ≥ 1: Reshape(28, 28, 1).
    name : str
        The layer's path; by default reshape1, ...

    Shapes
    ------
    (N, ...) -> (N, *shape).

    Raises
    ------
    ParameterError
        A size is not a whole number ≥ 1.
    ShapeError
        The input has another number of values.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Reshape(2, 2), loss=cr.SquaredError(), inputs=(4,))
    >>> net.predict([[1.0, 2.0, 3.0, 4.0]]).tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """

    shape: tuple[int, ...]

    def __init__(self, *shape: int, name: str = "") -> None:
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "name", name)
        self.__post_init__()

    def check(self) -> None:
        rule = "whole numbers ≥ 1"
        remedy = "Write Reshape(28, 28, 1): the sizes of one row, without N."
        self.require(
            "shape", rule, lambda v: len(v) > 0 and all(is_whole(n) and n >= 1 for n in v), remedy
        )

    def __repr__(self) -> str:
        named = [f"name={self.name!r}"] if self.name else []
        return f"Reshape({', '.join([*map(str, self.shape), *named])})"

    def __call__(self, x: Node) -> Node:
        if (size := math.prod(self.shape)) != math.prod(x.shape[1:]):
            raise ShapeError(
                x.tape.where(),
                f"input of {size} values a row",
                x.value.shown,
                "The product of the sizes must stay the same.",
            )
        return reshape(x, shape=tuple(map(int, self.shape)))  # type: ignore[no-any-return]
