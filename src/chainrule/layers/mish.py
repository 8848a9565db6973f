"""Mish, a smooth activation with a dip below zero."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.sigmoid import sigmoid
from ..ops.softplus import softplus
from .base import Layer


@op
def mish(z: Array) -> Array:
    """a = z tanh(softplus(z))"""
    a: Array = z * np.tanh(softplus.forward(z))
    return a


@mish.gradient
def mish_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da (tanh(softplus(z)) + z σ(z) (1 − tanh(softplus(z))²))"""
    t = np.tanh(softplus.forward(z))
    return (da * (t + z * sigmoid.forward(z) * (1 - t * t)),)


class Mish(Layer):
    """a = z tanh(softplus z): a smooth ReLU with a minimum of −0.31 below zero.

    Parameters
    ----------
    name : str
        The layer's path; by default mish1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020, eq. 1.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Mish(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[0.0, 1000.0]]).tolist()
    [[0.0, 1000.0]]
    """

    def __call__(self, z: Node) -> Node:
        return mish(z)  # type: ignore[no-any-return]
