"""The largest number of each window of an image."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, Part, product
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


@max_pool.terms("h")
def _terms(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    n, i, j, c = at
    (high, wide), (down, across) = attrs["size"], attrs["stride"]
    x = arrays["x"][n, i * down : i * down + high, j * across : j * across + wide, c]
    a, b = np.unravel_index(x.argmax(), x.shape)
    place = (n, i * down + int(a), j * across + int(b), c)
    note = f"It is the largest of the {x.size} numbers of its window."
    return Entry([product(arrays, {"x": place})], note=note)


@max_pool.terms("dx")
def _slopes(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    n, row, column, c = at
    x, size, stride = arrays["x"], attrs["size"], attrs["stride"]
    first = _first(x[n : n + 1, :, :, c : c + 1], size, stride)[0, ..., 0]
    i, j = np.indices(first.shape)
    here = i * stride[0] + first // size[1] == row
    windows = np.nonzero(here & (j * stride[1] + first % size[1] == column))
    if len(windows[0]):
        return Entry([product(arrays, {"dh": (n, *windows, c)})])
    return Entry([Part("0", {}, 0.0)], note="It is not the largest of any window.")
