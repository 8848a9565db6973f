"""The absolute error. Its link is the identity."""

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .elementwise import ElementwiseLoss, absolute, per_output, sign, sum_outputs


def _kink(p: Array, y: Array, scale: float) -> Array:
    return p - y


@op(kink=_kink)
def absolute_error(p: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ |p − y|"""
    return scale * sum_outputs(absolute(p - y))


@absolute_error.gradient
def absolute_error_backward(
    dl: Array, l: Array, p: Array, y: Array, scale: float
) -> tuple[Array, None]:
    """dp = scale dl sign(p − y)"""
    return scale * per_output(dl, p) * sign(p - y), None


class AbsoluteError(ElementwiseLoss):
    """ℓ = Σₖ |p − y|, or its mean over the outputs. The best constant prediction is the median.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    p and y in the same shape, (N, ...).

    Raises
    ------
    DataError
        The targets have another shape or are not finite.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.AbsoluteError(), inputs=(2,))
    >>> float(net.loss_and_grad([[1.0, -2.0]], [[0.0, 0.0]])[0])
    1.5
    """

    def __call__(self, p: Node, y: Node) -> Node:
        return absolute_error(p, y, scale=self.scale(p))  # type: ignore[no-any-return]
