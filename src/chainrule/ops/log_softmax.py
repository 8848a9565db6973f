"""The logarithm of the softmax: zₖ − log Σⱼ exp zⱼ over the last axis."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from .rowwise import largest


@op
def log_softmax(z: Array) -> Array:
    """a = z − log Σₖ exp(z)"""
    shifted = z - largest(z)  # the largest becomes 0: no overflow, same differences
    difference: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return difference


@log_softmax.gradient
def log_softmax_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da − exp(a) Σₖ da"""
    return (da - np.exp(a) * da.sum(axis=-1, keepdims=True),)
