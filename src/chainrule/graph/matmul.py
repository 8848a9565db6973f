"""The matrix product of the last two axes.

The left side has one matrix per row; the right side has one per row, or one for all rows.
"""

import math

from ..arrays import Array
from .operation import op


def _multiply_adds(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return math.prod(a[1:]) * b[-1]


@op(work=_multiply_adds, entry="z[…, t, j] = a[…, t, i] b[…, i, j]")
def matmul(a: Array, b: Array) -> Array:
    """z = a b"""
    if b.ndim > 2 and a.shape[:-2] != b.shape[:-2]:  # row values never broadcast against each other
        raise ValueError(f"{a.shape[:-2]} is not {b.shape[:-2]}")
    z: Array = a @ b
    return z


@matmul.gradient
def matmul_backward(dz: Array, z: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """da = dz bᵀ,   db = aᵀ dz"""
    da, db = dz @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ dz
    return da, db.sum(axis=tuple(range(db.ndim - b.ndim)))
