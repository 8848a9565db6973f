"""Squared error; its link is the identity."""

import math
from dataclasses import KW_ONLY
from typing import Literal

from ..arrays import Array
from ..graph import Node
from ..op import op
from .base import Loss


@op
def squared_error(p: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ (p − y)²"""
    difference = (p - y).reshape(len(p), math.prod(p.shape[1:]))
    total: Array = (difference * difference).sum(axis=1)
    return scale * total


@squared_error.gradient
def squared_error_backward(dl: Array, l: Array, p: Array, y: Array, scale: float) -> tuple[Array, None]:
    """dp = 2 scale dl (p − y)"""
    return (2 * scale) * dl.reshape(-1, *[1] * (p.ndim - 1)) * (p - y), None


class SquaredError(Loss):
    """ℓ = Σₖ (p − y)², or its mean over the outputs, with or without the factor ½.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        What a row costs when it has several outputs.
    half : bool
        True: ½ (p − y)², whose gradient has no factor 2.
    reduction : {"mean", "sum"}
        Over rows.

    Shapes
    ------
    p and y alike, (N, ...).

    Raises
    ------
    DataError
        Targets of another shape.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.SquaredError(outputs="sum", reduction="sum"), inputs=(2,))
    >>> float(net.loss_and_grad([[1.0, 2.0]], [[0.0, 0.0]])[0])
    5.0
    """

    _: KW_ONLY
    outputs: Literal["mean", "sum"] = "mean"
    half: bool = False

    def check(self) -> None:
        self.require("outputs", '"mean" or "sum"', lambda v: v in ("mean", "sum"), "")
        self.require("half", "True or False", lambda v: isinstance(v, bool), "")

    def __call__(self, p: Node, y: Node) -> Node:
        scale = (0.5 if self.half else 1.0) / (math.prod(p.shape[1:]) if self.outputs == "mean" else 1)
        return squared_error(p, y, scale=scale)  # type: ignore[no-any-return]
