"""Images with their channels first become images with their channels last."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op


@op
def channels_last(x: Array) -> Array:
    """h = transpose(x)"""
    return np.ascontiguousarray(x.transpose(0, 2, 3, 1))


@channels_last.gradient
def channels_last_backward(dh: Array, h: Array, x: Array) -> tuple[Array]:
    """dx = transpose(dh)"""
    return (np.ascontiguousarray(dh.transpose(0, 3, 1, 2)),)
