"""A scale and a shift for each channel: the last step of a normalization."""

from ..arrays import Array
from ..graph.operation import op
from .sums import all_but_last


@op(entry="u[…, d] = gamma[d] h[…, d] + beta[d]")
def scale_and_shift(h: Array, gamma: Array, beta: Array) -> Array:
    """u = gamma h + beta"""
    u: Array = gamma * h + beta
    return u


@scale_and_shift.gradient
def scale_and_shift_backward(
    du: Array, u: Array, h: Array, gamma: Array, beta: Array
) -> tuple[Array, Array, Array]:
    """dh = du gamma,   dgamma = Σₙ du h,   dbeta = Σₙ du"""
    rows = all_but_last(h)
    return du * gamma, (du * h).sum(axis=rows), du.sum(axis=rows)
