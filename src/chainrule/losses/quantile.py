"""The quantile loss ("pinball loss"). Its link is the identity."""

from dataclasses import KW_ONLY

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .elementwise import ElementwiseLoss, per_output, sum_outputs


def _kink(p: Array, y: Array, q: float, scale: float) -> Array:
    return p - y


@op(kink=_kink)
def quantile_loss(p: Array, y: Array, q: float, scale: float) -> Array:
    """l = scale Σₖ max(q (y − p), (q − 1) (y − p))"""
    return scale * sum_outputs(np.maximum(q * (y - p), (q - 1) * (y - p)))


@quantile_loss.gradient
def quantile_loss_backward(
    dl: Array, l: Array, p: Array, y: Array, q: float, scale: float
) -> tuple[Array, None]:
    """dp = scale dl ((y < p) − q)"""
    each = scale * per_output(dl, p)
    return each * (y < p.real) - each * q, None


class Quantile(ElementwiseLoss):
    """ℓ = Σₖ max(q (y − p), (q − 1) (y − p)), or its mean.

    A fraction q of the targets is below the best prediction.

    Parameters
    ----------
    q : float
        The quantile, 0 < q < 1; 0.5 is the median (half the absolute error).
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
        q is outside (0, 1).
    DataError
        The targets have another shape or are not finite.

    References
    ----------
    Koenker & Bassett, "Regression quantiles", Econometrica 46 (1978).

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.Quantile(q=0.75), inputs=(1,))
    >>> float(net.loss_and_grad([[0.0]], [[4.0]])[0])
    3.0
    """

    _: KW_ONLY
    q: float = 0.5

    def check(self) -> None:
        super().check()
        self.require_number("q", "between 0 and 1", lambda v: 0 < v < 1, 0.5)

    def __call__(self, p: Node, y: Node) -> Node:
        l: Node = quantile_loss(p, y, q=float(self.q), scale=self.scale(p))
        return l
