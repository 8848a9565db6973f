"""Flattening as a layer."""

from ..graph.tape import Node
from ..ops.flatten import flatten
from .base import Layer


class Flatten(Layer):
    """All numbers of a row in one axis; the last index changes fastest.

    Parameters
    ----------
    name : str
        The layer's path; by default flatten1, ...

    Shapes
    ------
    (N, ...) -> (N, D), D the product of the other sizes.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Flatten(), loss=cr.SquaredError(), inputs=(2, 2))
    >>> net.predict([[[1.0, 2.0], [3.0, 4.0]]]).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """

    def __call__(self, x: Node) -> Node:
        return flatten(x)  # type: ignore[no-any-return]
