"""Softmax as a layer."""

from ..graph.tape import Node
from ..ops.softmax import softmax
from .base import Layer


class Softmax(Layer):
    """pₖ = exp zₖ / Σⱼ exp zⱼ over the last axis: positive numbers that sum to 1.

    As the last layer before a cross-entropy it would be applied twice: SoftmaxCrossEntropy takes z and has it as its link.

    Parameters
    ----------
    name : str
        The layer's path; else softmax1, ...

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
