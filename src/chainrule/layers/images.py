"""The layer that says where the channels of images are."""

from typing import Literal

from ..graph.tape import Node
from ..ops.channels_last import channels_last
from ..ops.reshape import reshape
from .base import Layer


class Images(Layer):
    """h = transpose(x): says where the channels of a network's images are; its first layer.

    All other layers take images with their channels last, (N, H, W, C). After
    Images(channels="first") a network takes (N, C, H, W), in `fit`, `predict` and files alike.
    Images(channels="last") changes nothing: it says that rows such as (1, 100, 8), which could be
    either, have their channels last.

    Parameters
    ----------
    channels : {"first", "last"}
        "first": rows are (C, H, W). "last": rows are (H, W, C).
    name : str
        The layer's path; by default images1, ...

    Shapes
    ------
    "first": (N, C, H, W) -> (N, H, W, C). "last": (N, H, W, C), unchanged.

    Raises
    ------
    ParameterError
        channels is another word.
    ShapeError
        The input does not have four axes.

    Examples
    --------
    >>> import chainrule as cr, numpy as np
    >>> layers = cr.Images(channels="first"), cr.Conv2D(8), cr.Flatten(), cr.Dense(2)
    >>> net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(3, 32, 32))
    >>> net.parameters["W1"].shape
    (3, 3, 3, 8)
    """

    channels: Literal["first", "last"]

    def check(self) -> None:
        self.require(
            "channels",
            '"first" or "last"',
            lambda v: v in ("first", "last"),
            'Write channels="first" for rows (C, H, W), channels="last" for rows (H, W, C).',
        )

    def __call__(self, x: Node) -> Node:
        axes = "(N, C, H, W)" if self.channels == "first" else "(N, H, W, C)"
        x.expect(4, axes, "Put Reshape(...), with your own sizes, before it.")
        x.expect_real("Give the numbers as an input of their own.")
        if self.channels == "first":
            return channels_last(x)  # type: ignore[no-any-return]
        return reshape(x, shape=x.shape[1:])  # type: ignore[no-any-return]
