"""The rectified linear unit."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


def _kink(z: Array) -> Array:
    return z


@op(kink=_kink)
def relu(z: Array) -> Array:
    """a = max(z, 0)"""
    return np.maximum(z, 0)


@relu.gradient
def relu_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da (z > 0)"""
    return (da * (z.real > 0),)


class ReLU(Layer):
    """a = max(z, 0).

    Parameters
    ----------
    name : str
        The layer's path; by default relu1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.ReLU(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[-3.0, 3.0]]).tolist()
    [[0.0, 3.0]]
    """

    def __call__(self, z: Node) -> Node:
        return relu(z)  # type: ignore[no-any-return]
