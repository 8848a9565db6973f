"""The hinge loss. Its link is the identity: the sign of an output is its class."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from .classes import check_signs
from .elementwise import ElementwiseLoss, per_output, sum_outputs


def _kink(z: Array, y: Array, scale: float) -> Array:
    return 1 - y * z


@op(kink=_kink)
def hinge(z: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ max(0, 1 − y z)"""
    return scale * sum_outputs(np.maximum(1 - y * z, 0))


@hinge.gradient
def hinge_backward(dl: Array, l: Array, z: Array, y: Array, scale: float) -> tuple[Array, None]:
    """dz = −scale dl y (y z < 1)"""
    return -scale * per_output(dl, z) * y * (y * z.real < 1), None


class Hinge(ElementwiseLoss):
    """ℓ = Σₖ max(0, 1 − y z), or its mean, for y = ±1.

    Outputs on the right side of 0, with a margin of 1 or more, cost nothing.

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
    Cortes & Vapnik, "Support-vector networks", Machine Learning 20 (1995).

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.Hinge(), inputs=(1,))
    >>> float(net.loss_and_grad([[0.25]], [[1.0]])[0])
    0.75
    """

    def prepare(self, y: Array, output: Shape) -> Array:
        return check_signs(super().prepare(y, output))

    def __call__(self, z: Node, y: Node) -> Node:
        return hinge(z, y, scale=self.scale(z))  # type: ignore[no-any-return]
