"""The mean of each window of an image."""

import math

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from .windows import Pair, fold, patches, places


def _add(x: tuple[int, ...], size: Pair, stride: Pair) -> int:
    return math.prod(places(x, size, stride)) * math.prod(size) * x[-1]


@op(work=_add)
def average_pool(x: Array, size: Pair, stride: Pair) -> Array:
    """h = mean(patches(x, size, stride))"""
    h: Array = patches(x, size, stride).mean(axis=0)
    return h


@average_pool.gradient
def average_pool_backward(dh: Array, h: Array, x: Array, size: Pair, stride: Pair) -> tuple[Array]:
    """dx = fold(dh / K, size, stride)"""
    K = math.prod(size)
    return (fold(np.broadcast_to(dh / K, (K, *dh.shape)), x.shape, size, stride),)
