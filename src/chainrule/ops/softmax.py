"""The softmax: pₖ = exp zₖ / Σⱼ exp zⱼ over the last axis."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from .rowwise import largest


@op
def softmax(z: Array) -> Array:
    """p = softmax(z)"""
    e = np.exp(z - largest(z))  # the largest becomes 1: no overflow, same quotients
    quotient: Array = e / e.sum(axis=-1, keepdims=True)
    return quotient


@softmax.gradient
def softmax_backward(dp: Array, p: Array, z: Array) -> tuple[Array]:
    """dz = p (dp − Σₖ p dp)"""
    return (p * (dp - (p * dp).sum(axis=-1, keepdims=True)),)
