"""Two values, joined. More than two are joined two by two."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op


@op
def concatenate(a: Array, b: Array, axis: int) -> Array:
    """h = concat(a, b)"""
    return np.concatenate((a, b), axis)


@concatenate.gradient
def concatenate_backward(dh: Array, h: Array, a: Array, b: Array, axis: int) -> tuple[Array, Array]:
    """da = dh[a],   db = dh[b]"""
    da, db = np.split(dh, [a.shape[axis]], axis)
    return da, db
