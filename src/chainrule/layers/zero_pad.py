"""Zeros around an image."""

from typing import Any

from ..graph.tape import Node
from ..ops.pad import Sides, pad
from ..settings import is_whole
from .base import Layer
from .pooling import expect_image


def _sides(padding: Any) -> Sides:
    """Return (top, bottom, left, right): 1 is (1, 1, 1, 1), (1, 2) is (1, 1, 2, 2)."""
    numbers = padding if isinstance(padding, tuple) else (padding,)
    if len(numbers) not in (1, 2, 4) or not all(is_whole(n) and n >= 0 for n in numbers):
        raise ValueError(padding)
    top, bottom, left, right = (int(n) for n in numbers for _ in range(4 // len(numbers)))
    return top, bottom, left, right


class ZeroPad(Layer):
    """h = pad(x, padding): zeros around the image, in every channel.

    Parameters
    ----------
    padding : int, or 2 or 4 of them
        Number of zeros, each ≥ 0: on every side; (above and below, left and right); or
        (top, bottom, left, right).
    name : str
        The layer's path; by default zero_pad1, ...

    Shapes
    ------
    (N, H, W, C) -> (N, top + H + bottom, left + W + right, C).

    Raises
    ------
    ParameterError
        padding is not 1, 2 or 4 whole numbers ≥ 0.
    ShapeError
        The input is not (N, H, W, C).

    References
    ----------
    Goodfellow, Bengio & Courville, "Deep learning", MIT Press 2016, section 9.5.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.ZeroPad((0, 0, 1, 2)), loss=cr.SquaredError(), inputs=(1, 2, 1))
    >>> net.predict([[[[1.0], [2.0]]]]).ravel().tolist()
    [0.0, 1.0, 2.0, 0.0, 0.0]
    """

    padding: int | tuple[int, int] | Sides = 1

    def check(self) -> None:
        if isinstance(self.padding, list):
            object.__setattr__(self, "padding", tuple(self.padding))
        rule = "a whole number ≥ 0, or 2 or 4 of them"
        self.require(
            "padding", rule, lambda v: bool(_sides(v)), "Four are (top, bottom, left, right)."
        )

    def __call__(self, x: Node) -> Node:
        expect_image(x)
        return pad(x, padding=_sides(self.padding))  # type: ignore[no-any-return]
