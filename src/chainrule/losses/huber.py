"""Huber's loss; its link is the identity."""

from dataclasses import KW_ONLY

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .elementwise import ElementwiseLoss, per_output, sum_outputs


def _clipped(d: Array, delta: float) -> Array:
    """d where |d| ≤ δ, else ±δ."""
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
    """ℓ = Σₖ h(p − y), or its mean; h(d) = ½ d² for |d| ≤ δ, else δ (|d| − ½ δ): no row pulls harder than δ.

    Parameters
    ----------
    delta : float
        Where the parabola becomes a line, > 0, in the unit of y.
    outputs : {"mean", "sum"}
        What a row costs when it has several outputs.
    reduction : {"mean", "sum"}
        Over rows.

    Shapes
    ------
    p and y alike, (N, ...).

    Raises
    ------
    ParameterError
        delta ≤ 0.
    DataError
        Targets of another shape, or not finite.

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
        return huber(p, y, delta=float(self.delta), scale=self.scale(p))  # type: ignore[no-any-return]
