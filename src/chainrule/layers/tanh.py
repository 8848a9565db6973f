"""The hyperbolic tangent."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


@op
def tanh(z: Array) -> Array:
    """a = tanh(z)"""
    return np.tanh(z)


@tanh.gradient
def tanh_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da (1 − a²)"""
    return (da * (1 - a * a),)


class Tanh(Layer):
    """a = tanh z, between −1 and 1. Its slope 1 − a² is 1 at the origin.

    Parameters
    ----------
    name : str
        The layer's path; by default tanh1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    LeCun, Bottou, Orr & Müller, "Efficient BackProp", 1998, section 4.4: why a sigmoid through
    the origin learns faster.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Tanh(), loss=cr.SquaredError(), inputs=(1,))
    >>> float(net.predict([[0.0]])[0, 0])
    0.0
    """

    def __call__(self, z: Node) -> Node:
        return tanh(z)  # type: ignore[no-any-return]
