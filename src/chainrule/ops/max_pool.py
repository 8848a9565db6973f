"""The largest number of each window of an image."""

import math

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from .windows import Pair, fold, patches, places


def _first(x: Array, size: Pair, stride: Pair) -> Array:
    """Return which cell of each window is its largest; of equal cells, the first by rows."""
    first: Array = patches(x.real, size, stride).argmax(axis=0)
    return first


def _is_first(x: Array, size: Pair, stride: Pair) -> Array:
    """Return for each cell of each window if it is the first of the largest."""
    numbers: Array = np.arange(math.prod(size)).reshape(-1, 1, 1, 1, 1)
    found: Array = _first(x, size, stride) == numbers
    return found


def _kink(x: Array, size: Pair, stride: Pair) -> Array:
    """Return how far each cell is above the largest of the others."""
    seen = patches(x.real, size, stride)
    if len(seen) == 1:
        return np.ones_like(seen)
    *_, second, largest = np.sort(seen, axis=0)
    above: Array = np.where(_is_first(x, size, stride), largest - second, seen - largest)
    return above


def _look_at(x: tuple[int, ...], size: Pair, stride: Pair) -> int:
    return math.prod(places(x, size, stride)) * math.prod(size) * x[-1]


@op(kink=_kink, work=_look_at)
def max_pool(x: Array, size: Pair, stride: Pair) -> Array:
    """h = max(patches(x, size, stride))"""
    first = _first(x, size, stride)
    h: Array = np.take_along_axis(patches(x, size, stride), first[None], axis=0)[0]
    return h


@max_pool.gradient
def max_pool_backward(dh: Array, h: Array, x: Array, size: Pair, stride: Pair) -> tuple[Array]:
    """dx = fold(dh (1 if patches(x, size, stride) = h else 0))"""
    zero = dh.dtype.type(0)
    return (fold(np.where(_is_first(x, size, stride), dh, zero), x.shape, size, stride),)
