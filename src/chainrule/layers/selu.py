"""The scaled exponential linear unit."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer

# the fixed point: mean 0 and variance 1 stay mean 0 and variance 1
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


def _kink(z: Array) -> Array:
    return z


@op(kink=_kink)
def selu(z: Array) -> Array:
    """a = 1.0507 (max(z, 0) + 1.67326 (exp(min(z, 0)) − 1))"""
    a: Array = SCALE * np.maximum(z, 0) + SCALE * ALPHA * np.expm1(np.minimum(z, 0))
    return a


@selu.gradient
def selu_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = 1.0507 da (1 if z > 0 else 1.67326 exp(z))"""
    return (SCALE * np.where(z.real > 0, da, ALPHA * da * np.exp(np.minimum(z, 0))),)


class SELU(Layer):
    """a = λ z for z > 0, else λ α (eᶻ − 1), λ = 1.0507, α = 1.6733.

    Through many such layers, values keep mean 0 and variance 1, if weights start as
    `LeCunNormal()`.

    Parameters
    ----------
    name : str
        The layer's path; by default selu1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Klambauer, Unterthiner, Mayr & Hochreiter, "Self-normalizing neural networks", NeurIPS 2017,
    eq. 2 and 14.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.SELU(), loss=cr.SquaredError(), inputs=(2,), dtype="float64")
    >>> net.predict([[-1000.0, 1.0]]).round(4).tolist()
    [[-1.7581, 1.0507]]
    """

    def __call__(self, z: Node) -> Node:
        return selu(z)  # type: ignore[no-any-return]
