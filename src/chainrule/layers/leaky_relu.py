"""The rectified linear unit with a small slope below zero."""

from dataclasses import KW_ONLY

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .base import Layer


def _kink(z: Array, slope: float) -> Array:
    return z


@op(kink=_kink)
def leaky_relu(z: Array, slope: float) -> Array:
    """a = max(z, 0) + slope min(z, 0)"""
    a: Array = np.maximum(z, 0) + slope * np.minimum(z, 0)
    return a


@leaky_relu.gradient
def leaky_relu_backward(da: Array, a: Array, z: Array, slope: float) -> tuple[Array]:
    """dz = da (1 if z > 0 else slope)"""
    return (np.where(z.real > 0, da, slope * da),)


class LeakyReLU(Layer):
    """a = z for z > 0, else slope z. A unit that is never active still gets a gradient.

    Parameters
    ----------
    slope : float
        Slope below zero, ≥ 0; the usual value is 0.01.
    name : str
        The layer's path; by default leaky_relu1, ...

    Shapes
    ------
    Any shape, unchanged.

    Raises
    ------
    ParameterError
        slope is below 0.

    References
    ----------
    Maas, Hannun & Ng, "Rectifier nonlinearities improve neural network acoustic models",
    ICML 2013, eq. 2.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.LeakyReLU(slope=0.5), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[-3.0, 3.0]]).tolist()
    [[-1.5, 3.0]]
    """

    _: KW_ONLY
    slope: float = 0.01

    def check(self) -> None:
        self.require_number("slope", "≥ 0", lambda v: v >= 0, 0.01)

    def __call__(self, z: Node) -> Node:
        return leaky_relu(z, slope=float(self.slope))  # type: ignore[no-any-return]
