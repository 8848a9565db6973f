"""The softmax as a layer."""

from ..graph.tape import Node
from ..ops.softmax import softmax
from .base import Layer


class Softmax(Layer):
    """pₖ = exp zₖ / Σⱼ exp zⱼ over the last axis: positive numbers that sum to 1.

    Do not put it before SoftmaxCrossEntropy, which takes z and applies the softmax itself.

    Parameters
    ----------
    name : str
        The layer's path; by default softmax1, ...

    Shapes
    ------
    (N, ..., K), unchanged.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Softmax(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[1000.0, 1000.0]]).tolist()
    [[0.5, 0.5]]
    """

    def __call__(self, z: Node) -> Node:
        return softmax(z)  # type: ignore[no-any-return]
