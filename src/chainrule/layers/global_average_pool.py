"""The mean of each channel."""

from ..graph.tape import Node
from ..ops.average_pool import average_pool
from ..ops.reshape import reshape
from .base import Layer
from .pooling import expect_positions


class GlobalAveragePool(Layer):
    """h = mean(patches(x)), the whole image as one window: the mean of each channel.

    Parameters
    ----------
    name : str
        The layer's path; by default global_average_pool1, ...

    Shapes
    ------
    (N, H, W, C) or (N, T, C) -> (N, C).

    Raises
    ------
    ShapeError
        The input has no positions.

    References
    ----------
    Lin, Chen & Yan, "Network in network", ICLR 2014, section 3.2.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.GlobalAveragePool(), loss=cr.SquaredError(), inputs=(2, 1, 2))
    >>> net.predict([[[[1.0, 2.0]], [[3.0, 6.0]]]]).tolist()
    [[2.0, 4.0]]
    """

    def __call__(self, x: Node) -> Node:
        whole = expect_positions(x)
        image = x if len(x.shape) == 4 else reshape(x, shape=(*whole, x.shape[-1]))
        h: Node = reshape(average_pool(image, size=whole, stride=whole), shape=x.shape[-1:])
        return h
