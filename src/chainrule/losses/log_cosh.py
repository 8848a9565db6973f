"""The logarithm of the hyperbolic cosine of the error. Its link is the identity."""

import math

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from ..graph.tape import Node
from .elementwise import ElementwiseLoss, absolute, per_output, sum_outputs


def _log_cosh(d: Array) -> Array:
    """Return log cosh d.

    Near 0 it is computed by cosh d − 1 = 2 sinh²(d/2), else by |d| + log(1 + e^−2|d|) − log 2.
    """
    size = absolute(d)
    half = np.sinh(np.minimum(size, 1) / 2)
    large = size + np.log1p(np.exp(-2 * size)) - math.log(2)
    value: Array = np.where(size.real < 1, np.log1p(2 * half * half), large)
    return value


@op
def log_cosh(p: Array, y: Array, scale: float) -> Array:
    """l = scale Σₖ log cosh(p − y)"""
    return scale * sum_outputs(_log_cosh(p - y))


@log_cosh.gradient
def log_cosh_backward(dl: Array, l: Array, p: Array, y: Array, scale: float) -> tuple[Array, None]:
    """dp = scale dl tanh(p − y)"""
    return scale * per_output(dl, p) * np.tanh(p - y), None


class LogCosh(ElementwiseLoss):
    """ℓ = Σₖ log cosh(p − y), or its mean.

    It is near ½ d² for small errors d and near |d| − log 2 for large ones, smooth in between.

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
    >>> net = cr.Network(cr.Identity(), loss=cr.LogCosh(), inputs=(1,))
    >>> round(float(net.loss_and_grad([[1.0]], [[0.0]])[0]), 6)
    0.433781
    """

    def __call__(self, p: Node, y: Node) -> Node:
        return log_cosh(p, y, scale=self.scale(p))  # type: ignore[no-any-return]
