"""The layer that does nothing."""

from ..graph.tape import Node
from .base import Layer


class Identity(Layer):
    """a = x. It records nothing.

    Use it where a layer may be chosen, such as the activation of a linear output.

    Parameters
    ----------
    name : str
        The layer's path; by default identity1, ...

    Shapes
    ------
    Any shape, unchanged.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[-3.0, 3.0]]).tolist()
    [[-3.0, 3.0]]
    """

    def __call__(self, x: Node) -> Node:
        return x
