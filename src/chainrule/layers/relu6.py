"""The rectified linear unit with a ceiling of 6."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


def _kinks(z: Array) -> Array:
    kinks: Array = z * (z - 6)
    return kinks


@op(kink=_kinks)
def relu6(z: Array) -> Array:
    """a = min(max(z, 0), 6)"""
    a: Array = np.minimum(np.maximum(z, 0), 6)
    return a


@relu6.gradient
def relu6_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da (z > 0) (z < 6)"""
    return (da * ((z.real > 0) & (z.real < 6)),)


class ReLU6(Layer):
    """a = min(max(z, 0), 6).

    Parameters
    ----------
    name : str
        The layer's path; by default relu61, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.ReLU6(), loss=cr.SquaredError(), inputs=(3,))
    >>> net.predict([[-3.0, 3.0, 9.0]]).tolist()
    [[0.0, 3.0, 6.0]]
    """

    def __call__(self, z: Node) -> Node:
        return relu6(z)  # type: ignore[no-any-return]
