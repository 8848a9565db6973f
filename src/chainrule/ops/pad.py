"""Zeros around an image."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op

Sides = tuple[int, int, int, int]  # top, bottom, left, right


@op
def pad(x: Array, padding: Sides) -> Array:
    """h = pad(x, padding)"""
    top, bottom, left, right = padding
    return np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))


@pad.gradient
def pad_backward(dh: Array, h: Array, x: Array, padding: Sides) -> tuple[Array]:
    """dx = dh[x]"""
    top, _, left, _ = padding
    return (dh[:, top : top + x.shape[1], left : left + x.shape[2]],)
