"""The largest number of each channel."""

from ..graph.tape import Node
from ..ops.max_pool import max_pool
from ..ops.reshape import reshape
from .base import Layer
from .pooling import expect_positions


class GlobalMaxPool(Layer):
    """h = max(patches(x)), the whole image as one window: the maximum of each channel.

    The gradient goes to the first of equal maxima.

    Parameters
    ----------
    name : str
        The layer's path; by default global_max_pool1, ...

    Shapes
    ------
    (N, H, W, C) or (N, T, C) -> (N, C).

    Raises
    ------
    ShapeError
        The input has no positions.

    References
    ----------
    Oquab, Bottou, Laptev & Sivic, "Is object localization for free?", CVPR 2015, section 3.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.GlobalMaxPool(), loss=cr.SquaredError(), inputs=(2, 1, 2))
    >>> net.predict([[[[1.0, 2.0]], [[3.0, 6.0]]]]).tolist()
    [[3.0, 6.0]]
    """

    def __call__(self, x: Node) -> Node:
        whole = expect_positions(x)
        image = x if len(x.shape) == 4 else reshape(x, shape=(*whole, x.shape[-1]))
        h: Node = reshape(max_pool(image, size=whole, stride=whole), shape=x.shape[-1:])
        return h
