"""The sigmoid linear unit, also called swish."""

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.sigmoid import sigmoid
from .base import Layer


@op
def silu(z: Array) -> Array:
    """a = z σ(z)"""
    a: Array = z * sigmoid.forward(z)
    return a


@silu.gradient
def silu_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da σ(z) (1 + z (1 − σ(z)))"""
    s = sigmoid.forward(z)
    return (da * s * (1 + z * (1 - s)),)


class SiLU(Layer):
    """a = z σ(z): a smooth ReLU with a minimum of −0.28 below zero.

    Parameters
    ----------
    name : str
        The layer's path; by default silu1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Elfwing, Uchibe & Doya, "Sigmoid-weighted linear units for neural network function
    approximation in reinforcement learning", Neural Networks 107 (2018), eq. 6.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.SiLU(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[0.0, 1000.0]]).tolist()
    [[0.0, 1000.0]]
    """

    def __call__(self, z: Node) -> Node:
        return silu(z)  # type: ignore[no-any-return]
