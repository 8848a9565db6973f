"""Enlarging an image: each pixel becomes a block of equal ones."""

from ..graph.tape import Node
from ..ops.up_sample import up_sample
from ..ops.windows import Pair
from .base import Layer
from .pooling import expect_image, is_size, pair


class UpSample(Layer):
    """h = repeat(x, size): each pixel becomes a block of equal ones (nearest neighbor).

    The gradient of a pixel is the sum over its block.

    Parameters
    ----------
    size : int or pair of int
        Height and width of a block in pixels, each ≥ 1.
    name : str
        The layer's path; by default up_sample1, ...

    Shapes
    ------
    (N, H, W, C) -> (N, H size, W size, C).

    Raises
    ------
    ParameterError
        size is not one or two whole numbers ≥ 1.
    ShapeError
        The input is not (N, H, W, C).

    References
    ----------
    Odena, Dumoulin & Olah, "Deconvolution and checkerboard artifacts", Distill 2016.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.UpSample((1, 2)), loss=cr.SquaredError(), inputs=(1, 2, 1))
    >>> net.predict([[[[1.0], [2.0]]]]).ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    size: int | Pair = 2

    def check(self) -> None:
        if isinstance(self.size, list):
            object.__setattr__(self, "size", tuple(self.size))
        self.require(
            "size", "a whole number ≥ 1, or one for each axis", is_size, "The usual value is 2."
        )

    def __call__(self, x: Node) -> Node:
        expect_image(x)
        return up_sample(x, size=pair(self.size))  # type: ignore[no-any-return]
