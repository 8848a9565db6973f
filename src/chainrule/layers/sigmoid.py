"""The logistic sigmoid as a layer."""

from ..graph.tape import Node
from ..ops.sigmoid import sigmoid
from .base import Layer


class Sigmoid(Layer):
    """a = 1 / (1 + e⁻ᶻ), between 0 and 1. Its slope a (1 − a) is at most ¼.

    Parameters
    ----------
    name : str
        The layer's path; by default sigmoid1, ...

    Shapes
    ------
    Any shape, unchanged.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Sigmoid(), loss=cr.SquaredError(), inputs=(1,))
    >>> float(net.predict([[0.0]])[0, 0])
    0.5
    """

    def __call__(self, z: Node) -> Node:
        return sigmoid(z)  # type: ignore[no-any-return]
