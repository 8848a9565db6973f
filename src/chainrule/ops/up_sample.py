"""Enlarge an image: each pixel becomes a block of equal pixels."""

from ..arrays import Array
from ..graph.operation import op
from .windows import Pair, patches


@op
def up_sample(x: Array, size: Pair) -> Array:
    """h = repeat(x, size)"""
    return x.repeat(size[0], axis=1).repeat(size[1], axis=2)


@up_sample.gradient
def up_sample_backward(dh: Array, h: Array, x: Array, size: Pair) -> tuple[Array]:
    """dx = Σᵢ patches(dh, size)"""
    return (patches(dh, size, size).sum(axis=0),)
