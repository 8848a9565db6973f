"""The same numbers of a row in another shape."""

import math

from ..arrays import Array
from ..graph.operation import op


@op
def reshape(x: Array, shape: tuple[int, ...]) -> Array:
    """r = reshape(x)"""
    if math.prod(shape) != math.prod(x.shape[1:]):  # with N = 0 rows NumPy takes any shape
        raise ValueError(f"{math.prod(x.shape[1:])} values do not fill {shape}")
    return x.reshape(len(x), *shape)


@reshape.gradient
def reshape_backward(dr: Array, r: Array, x: Array, shape: tuple[int, ...]) -> tuple[Array]:
    """dx = reshape(dr)"""
    return (dr.reshape(x.shape),)
