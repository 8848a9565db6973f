"""The hard sigmoid: three straight lines in place of the logistic function."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


def _kinks(z: Array) -> Array:
    kinks: Array = (z - 3) * (z + 3)
    return kinks


@op(kink=_kinks)
def hard_sigmoid(z: Array) -> Array:
    """a = min(max(z / 6 + 1 / 2, 0), 1)"""
    a: Array = np.minimum(np.maximum(z / 6 + 0.5, 0), 1)
    return a


@hard_sigmoid.gradient
def hard_sigmoid_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da (z > −3) (z < 3) / 6"""
    return (da * ((z.real > -3) & (z.real < 3)) / 6,)


class HardSigmoid(Layer):
    """a = min(max(z / 6 + ½, 0), 1): a sigmoid of three straight lines.

    Parameters
    ----------
    name : str
        The layer's path; by default hard_sigmoid1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Howard et al., "Searching for MobileNetV3", ICCV 2019, section 5.2; Courbariaux, Bengio & David,
    "BinaryConnect", NIPS 2015, has the slope ½.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.HardSigmoid(), loss=cr.SquaredError(), inputs=(3,))
    >>> net.predict([[-3.0, 0.0, 9.0]]).tolist()
    [[0.0, 0.5, 1.0]]
    """

    def __call__(self, z: Node) -> Node:
        return hard_sigmoid(z)  # type: ignore[no-any-return]
