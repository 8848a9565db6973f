"""The mean of each window."""

from ..graph.tape import Node
from ..ops.average_pool import average_pool
from .pooling import Pooling


class AveragePool2D(Pooling):
    """h = mean(patches(x)): the mean of the K pixels of each window, separately for each channel.

    Pixels after the last whole window are cut off. Each pixel gets an equal share of the gradient.

    Parameters
    ----------
    size : int or pair of int
        Height and width of the window in pixels, each ≥ 1; the usual value is 2.
    stride : int or pair of int, optional
        Pixels from one window to the next, each ≥ 1; by default the size, so that windows lie
        side by side.
    name : str
        The layer's path; by default average_pool2d1, ...

    Shapes
    ------
    (N, H, W, C) -> (N, H', W', C), H' = (H − size) // stride + 1, and the same for W'.

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input is not (N, H, W, C), or the image is smaller than the window.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document recognition",
    Proc. IEEE 86 (1998), section II.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.AveragePool2D(2), loss=cr.SquaredError(), inputs=(2, 3, 1))
    >>> net.predict([[[[1.0], [5.0], [9.0]], [[3.0], [7.0], [9.0]]]]).tolist()
    [[[[4.0]]]]
    """

    def __call__(self, x: Node) -> Node:
        return average_pool(x, **self.window(x))  # type: ignore[no-any-return]
