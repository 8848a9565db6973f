"""The squared error. Its link is the identity."""

from dataclasses import KW_ONLY

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .elementwise import ElementwiseLoss, per_output, sum_outputs


@op
def squared_error(p: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ (p − y)²"""
    return scale * sum_outputs((p - y) * (p - y))


@squared_error.gradient
def squared_error_backward(
    dl: Array, l: Array, p: Array, y: Array, scale: float
) -> tuple[Array, None]:
    """dp = 2 scale dl (p − y)"""
    return (2 * scale) * per_output(dl, p) * (p - y), None


class SquaredError(ElementwiseLoss):
    """ℓ = Σₖ (p − y)², or its mean over the outputs, with or without the factor ½.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    half : bool
        True: ½ (p − y)², whose gradient has no factor 2.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    p and y in the same shape, (N, ...).

    Raises
    ------
    DataError
        The targets have another shape.

    Examples
    --------
    >>> import chainrule as cr
    >>> loss = cr.SquaredError(outputs="sum", reduction="sum")
    >>> net = cr.Network(cr.Identity(), loss=loss, inputs=(2,))
    >>> float(net.loss_and_grad([[1.0, 2.0]], [[0.0, 0.0]])[0])
    5.0
    """

    _: KW_ONLY
    half: bool = False

    def check(self) -> None:
        super().check()
        self.require("half", "True or False", lambda v: isinstance(v, bool), "")

    def __call__(self, p: Node, y: Node) -> Node:
        factor = 0.5 if self.half else 1.0
        return squared_error(p, y, scale=self.scale(p) * factor)  # type: ignore[no-any-return]
