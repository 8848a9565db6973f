"""The exponential linear unit."""

from dataclasses import KW_ONLY

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


def _kink(z: Array, alpha: float) -> Array:
    return z if alpha != 1 else np.ones_like(z)  # for α = 1 both slopes are 1


@op(kink=_kink)
def elu(z: Array, alpha: float) -> Array:
    """a = max(z, 0) + alpha (exp(min(z, 0)) − 1)"""
    a: Array = np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0))
    return a


@elu.gradient
def elu_backward(da: Array, a: Array, z: Array, alpha: float) -> tuple[Array]:
    """dz = da (1 if z > 0 else alpha exp(z))"""
    return (np.where(z.real > 0, da, da * (alpha * np.exp(np.minimum(z, 0)))),)


class ELU(Layer):
    """a = z for z > 0, else α (eᶻ − 1).

    Below zero it approaches −α, which keeps the mean activation near zero.

    Parameters
    ----------
    alpha : float
        The limit −α below zero, α > 0. With α = 1 the slope has no jump.
    name : str
        The layer's path; by default elu1, ...

    Shapes
    ------
    Any shape, unchanged.

    Raises
    ------
    ParameterError
        alpha is not above 0.

    References
    ----------
    Clevert, Unterthiner & Hochreiter, "Fast and accurate deep network learning by exponential
    linear units", ICLR 2016, eq. 15.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.ELU(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[-1000.0, 3.0]]).tolist()
    [[-1.0, 3.0]]
    """

    _: KW_ONLY
    alpha: float = 1.0

    def check(self) -> None:
        self.require_number("alpha", "> 0", lambda v: v > 0, 1.0)

    def __call__(self, z: Node) -> Node:
        return elu(z, alpha=float(self.alpha))  # type: ignore[no-any-return]
