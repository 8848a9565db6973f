"""The squared hinge loss. Its link is the identity: the sign of an output is its class."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from .classes import check_signs
from .elementwise import ElementwiseLoss, per_output, sum_outputs


@op
def squared_hinge(z: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ max(0, 1 − y z)²"""
    margin = np.maximum(1 - y * z, 0)
    return scale * sum_outputs(margin * margin)


@squared_hinge.gradient
def squared_hinge_backward(
    dl: Array, l: Array, z: Array, y: Array, scale: float
) -> tuple[Array, None]:
    """dz = −2 scale dl y max(0, 1 − y z)"""
    return (-2 * scale) * per_output(dl, z) * y * np.maximum(1 - y * z, 0), None


class SquaredHinge(ElementwiseLoss):
    """ℓ = Σₖ max(0, 1 − y z)², or its mean, for y = ±1: a hinge loss without a kink.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    z and y in the same shape, (N, ...); y is −1 or +1.

    Raises
    ------
    DataError
        The targets have another shape, or numbers other than −1 and +1.

    References
    ----------
    Tang, "Deep learning using linear support vector machines", arXiv 1306.0239 (2013), eq. 8.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.SquaredHinge(), inputs=(1,))
    >>> float(net.loss_and_grad([[0.5]], [[-1.0]])[0])
    2.25
    """

    def prepare(self, y: Array, output: Shape) -> Array:
        return check_signs(super().prepare(y, output))

    def __call__(self, z: Node, y: Node) -> Node:
        return squared_hinge(z, y, scale=self.scale(z))  # type: ignore[no-any-return]
