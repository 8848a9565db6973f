"""All numbers of a row in one axis."""

import math

from ..arrays import Array
from ..graph.operation import op


@op
def flatten(x: Array) -> Array:
    """f = vec(x)"""
    return x.reshape(len(x), math.prod(x.shape[1:]))


@flatten.gradient
def flatten_backward(df: Array, f: Array, x: Array) -> tuple[Array]:
    """dx = reshape(df)"""
    return (df.reshape(x.shape),)
