"""The Gaussian error linear unit, in its exact form."""

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.erf import normal_cdf, normal_density
from .base import Layer


@op
def gelu(z: Array) -> Array:
    """a = z Φ(z)"""
    a: Array = z * normal_cdf(z)
    return a


@gelu.gradient
def gelu_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da (Φ(z) + z φ(z))"""
    return (da * (normal_cdf(z) + z * normal_density(z)),)


class GELU(Layer):
    """a = z Φ(z), Φ the normal distribution function.

    The input is multiplied by the probability that a standard normal number is below it.

    Parameters
    ----------
    name : str
        The layer's path; by default gelu1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Hendrycks & Gimpel, "Gaussian error linear units", arXiv 1606.08415 (2016), section 2.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.GELU(), loss=cr.SquaredError(), inputs=(2,), dtype="float64")
    >>> net.predict([[-1.0, 1.0]]).round(6).tolist()
    [[-0.158655, 0.841345]]
    """

    def __call__(self, z: Node) -> Node:
        return gelu(z)  # type: ignore[no-any-return]
