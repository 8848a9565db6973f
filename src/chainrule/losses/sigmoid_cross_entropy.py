"""The cross-entropy of yes-or-no scores. Its link is the sigmoid."""

from collections.abc import Mapping
from typing import Any

from ..arrays import Array
from ..errors import DataError
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from ..ops.sigmoid import sigmoid
from ..ops.softplus import positive_part, softplus_of_negative
from .elementwise import ElementwiseLoss, per_output, sum_outputs


@op
def sigmoid_cross_entropy(z: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ (softplus(z) − y z)"""
    # softplus z = max(z, 0) + log(1 + e^−|z|); for y = 1 the first part cancels y z exactly
    return scale * sum_outputs(positive_part(z) - y * z + softplus_of_negative(z))


@sigmoid_cross_entropy.gradient
def sigmoid_cross_entropy_backward(
    dl: Array, l: Array, z: Array, y: Array, scale: float
) -> tuple[Array, None]:
    """dz = scale dl (σ(z) − y)"""
    return scale * per_output(dl, z) * (sigmoid.forward(z) - y), None


@sigmoid_cross_entropy.shows("p", sigmoid)
def _probabilities(arrays: Mapping[str, Array], **attrs: Any) -> Array:
    """σ(z)"""
    return sigmoid.forward(arrays["z"])


class SigmoidCrossEntropy(ElementwiseLoss):
    """ℓ = Σₖ (softplus(z) − y z), or its mean.

    This is −Σₖ (y log σ(z) + (1 − y) log(1 − σ(z))) in a form that never takes log 0.
    The network gives the scores z, the log odds; `predict` gives σ(z). Use it for one yes-or-no
    question (Dense(1)) or for several independent ones. For one class out of K use
    SoftmaxCrossEntropy.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    z and y in the same shape, (N, ...); y in [0, 1].

    Raises
    ------
    DataError
        The targets have another shape or are outside [0, 1].

    References
    ----------
    Bishop, "Pattern recognition and machine learning", 2006, eq. 4.90.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.SigmoidCrossEntropy(), inputs=(1,))
    >>> float(net.loss_and_grad([[1000.0]], [[1.0]])[0]), net.predict([[0.0]]).tolist()
    (0.0, [[0.5]])
    """

    refuses = (sigmoid,)

    def link(self, z: Node) -> Node:
        return sigmoid(z)  # type: ignore[no-any-return]

    def prepare(self, y: Array, output: Shape) -> Array:
        y = super().prepare(y, output)
        if (wrong := (y < 0) | (y > 1)).any():
            remedy = (
                "Write (y + 1) / 2."
                if ((y == -1) | (y == 1)).all()
                else "Several classes need SoftmaxCrossEntropy."
            )
            raise DataError("y", "targets between 0 and 1", f"{y[wrong][0]}", remedy)
        return y

    def __call__(self, z: Node, y: Node) -> Node:
        return sigmoid_cross_entropy(z, y, scale=self.scale(z))  # type: ignore[no-any-return]
