"""Huber's loss. Its link is the identity."""

from dataclasses import KW_ONLY

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .elementwise import ElementwiseLoss, per_output, sum_outputs


def _clipped(d: Array, delta: float) -> Array:
    """Return d where |d| ≤ δ, else ±δ."""
    clipped: Array = np.maximum(np.minimum(d, delta), -delta)
    return clipped


@op
def huber(p: Array, y: Array, delta: float, scale: float) -> Array:
    """l = scale Σₖ (½ (p − y)² if |p − y| ≤ delta else delta (|p − y| − ½ delta))"""
    clipped = _clipped(p - y, delta)
    return scale * sum_outputs(clipped * (p - y - clipped / 2))  # both cases at once


@huber.gradient
def huber_backward(
    dl: Array, l: Array, p: Array, y: Array, delta: float, scale: float
) -> tuple[Array, None]:
    """dp = scale dl max(−delta, min(delta, p − y))"""
    return scale * per_output(dl, p) * _clipped(p - y, delta), None


class Huber(ElementwiseLoss):
    """ℓ = Σₖ h(p − y), or its mean; h(d) = ½ d² for |d| ≤ δ, else δ (|d| − ½ δ).

    The gradient of no output is larger than δ, so outliers have little influence.

    Parameters
    ----------
    delta : float
        Size of the error at which the parabola becomes a line, > 0, in the unit of y.
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    p and y in the same shape, (N, ...).

    Raises
    ------
    ParameterError
        delta is not above 0.
    DataError
        The targets have another shape or are not finite.

    References
    ----------
    Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35 (1964).

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.Huber(), inputs=(1,))
    >>> float(net.loss_and_grad([[10.0]], [[0.0]])[0])
    9.5
    """

    _: KW_ONLY
    delta: float = 1.0

    def check(self) -> None:
        super().check()
        self.require_number("delta", "> 0", lambda v: v > 0, 1.0)

    def __call__(self, p: Node, y: Node) -> Node:
        l: Node = huber(p, y, delta=float(self.delta), scale=self.scale(p))
        return l
