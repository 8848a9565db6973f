"""The logarithm of the softmax as a layer."""

from ..graph.tape import Node
from ..ops.log_softmax import log_softmax
from .base import Layer


class LogSoftmax(Layer):
    """aₖ = zₖ − log Σⱼ exp zⱼ over the last axis: the logarithms of numbers that sum to 1.

    It never takes the logarithm of 0.

    Parameters
    ----------
    name : str
        The layer's path; by default log_softmax1, ...

    Shapes
    ------
    (N, ..., K), unchanged.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.LogSoftmax(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[1000.0, 0.0]]).tolist()
    [[0.0, -1000.0]]
    """

    def __call__(self, z: Node) -> Node:
        return log_softmax(z)  # type: ignore[no-any-return]
