"""The softplus as a layer."""

from ..graph.tape import Node
from ..ops.softplus import softplus
from .base import Layer


class Softplus(Layer):
    """a = log(1 + eᶻ): a smooth ReLU, always positive. Its slope is σ(z).

    Parameters
    ----------
    name : str
        The layer's path; by default softplus1, ...

    Shapes
    ------
    Any shape, unchanged.

    References
    ----------
    Dugas, Bengio, Bélisle, Nadeau & Garcia, "Incorporating second-order functional knowledge for
    better option pricing", NIPS 2000.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Softplus(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[-1000.0, 1000.0]]).tolist()
    [[0.0, 1000.0]]
    """

    def __call__(self, z: Node) -> Node:
        return softplus(z)  # type: ignore[no-any-return]
