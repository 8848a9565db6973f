"""The focal loss: a cross-entropy in which easy rows count little. Its link is the sigmoid."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from ..ops.sigmoid import sigmoid
from ..ops.softplus import softplus
from .elementwise import ElementwiseLoss, per_output, sum_outputs


def _of_the_target(z: Array, y: Array, alpha: float) -> tuple[Array, Array, Array]:
    """Return the score of the right answer, its sign and its weight."""
    t = 2 * y - 1
    return t * z, t, 1 - alpha + (2 * alpha - 1) * y


@op
def focal(z: Array, y: Array, gamma: float, alpha: float, scale: float) -> Array:
    """l = scale Σₖ (alpha if y else 1 − alpha) exp(−gamma softplus((2 y − 1) z)) softplus((1 − 2 y) z)"""
    s, _, weight = _of_the_target(z, y, alpha)
    # 1 − σ(s) = e^−softplus(s) and −log σ(s) = softplus(−s)
    hard = np.exp(-gamma * softplus.forward(s))
    return scale * sum_outputs(weight * hard * softplus.forward(-s))


@focal.gradient
def focal_backward(
    dl: Array, l: Array, z: Array, y: Array, gamma: float, alpha: float, scale: float
) -> tuple[Array, None]:
    """dz = −scale dl (2 y − 1) (alpha if y else 1 − alpha) exp(−gamma softplus((2 y − 1) z))
    (gamma σ((2 y − 1) z) softplus((1 − 2 y) z) + σ((1 − 2 y) z))"""
    s, t, weight = _of_the_target(z, y, alpha)
    hard = np.exp(-gamma * softplus.forward(s))
    inner = gamma * sigmoid.forward(s) * softplus.forward(-s) + sigmoid.forward(-s)
    return -scale * per_output(dl, z) * (t * weight * hard * inner), None


@focal.shows("p", sigmoid)
def _probabilities(arrays: Mapping[str, Array], **attrs: Any) -> Array:
    """σ(z)"""
    return sigmoid.forward(arrays["z"])


class Focal(ElementwiseLoss):
    """ℓ = −Σₖ αₜ (1 − pₜ)^γ log pₜ, or its mean; pₜ is the probability given to the right answer.

    Rows that are answered well count little, so a few rare positives are not drowned by many easy
    negatives. The network gives scores z, one for each yes-or-no question; `predict` gives σ(z).
    With γ = 0 and α = ½ it is half of SigmoidCrossEntropy. Its probabilities are not calibrated:
    they lie nearer to ½ than the frequencies.

    Parameters
    ----------
    gamma : float
        How fast easy rows lose their weight, ≥ 0.
    alpha : float
        Weight of the answer yes, from 0 to 1; no has 1 − alpha.
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    z and y in the same shape, (N, ...); y 0 or 1.

    Raises
    ------
    ParameterError
        gamma is below 0, or alpha is outside [0, 1].
    DataError
        The targets have another shape, or one is neither 0 nor 1.

    References
    ----------
    Lin, Goyal, Girshick, He & Dollár, "Focal loss for dense object detection", ICCV 2017, eq. 5;
    its γ and α are the defaults.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.Focal(gamma=2.0, alpha=0.5), inputs=(1,))
    >>> round(float(net.loss_and_grad([[0.0]], [[1.0]])[0]), 6)  # ½ · ½² · log 2
    0.086643
    """

    _: KW_ONLY
    gamma: float = 2.0
    alpha: float = 0.25

    refuses = (sigmoid,)

    def check(self) -> None:
        super().check()
        self.require_number("gamma", "≥ 0", lambda v: v >= 0, 2.0)
        self.require_number("alpha", "from 0 to 1", lambda v: 0 <= v <= 1, 0.25)

    def link(self, z: Node) -> Node:
        return sigmoid(z)  # type: ignore[no-any-return]

    def prepare(self, y: Array, output: Shape) -> Array:
        y = super().prepare(y, output)
        if (wrong := (y != 0) & (y != 1)).any():
            remedy = "One class out of several: np.eye(K)[y] gives K yes-or-no targets."
            raise DataError("y", "targets 0 and 1", f"{y[wrong][0]}", remedy)
        return y

    def __call__(self, z: Node, y: Node) -> Node:
        gamma, alpha = float(self.gamma), float(self.alpha)
        l: Node = focal(z, y, gamma=gamma, alpha=alpha, scale=self.scale(z))
        return l
