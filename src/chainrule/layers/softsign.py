"""Softsign: an S-shaped function without exponentials."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


def _one_plus_size(z: Array) -> Array:
    """Return 1 + |z|, with a slope for the complex step."""
    return 1 + np.where(z.real < 0, -z, z)


@op
def softsign(z: Array) -> Array:
    """a = z / (1 + |z|)"""
    return z / _one_plus_size(z)


@softsign.gradient
def softsign_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da / (1 + |z|)²"""
    below = _one_plus_size(z)
    return (da / (below * below),)


class Softsign(Layer):
    """a = z / (1 + |z|), between −1 and 1: like tanh, but it approaches its limits slowly.

    Parameters
    ----------
    name : str
        The layer's path; by default softsign1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, section 2.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Softsign(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[-1.0, 3.0]]).tolist()
    [[-0.5, 0.75]]
    """

    def __call__(self, z: Node) -> Node:
        return softsign(z)  # type: ignore[no-any-return]
