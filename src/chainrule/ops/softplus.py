"""The softplus: log(1 + eᶻ), a smooth max(z, 0)."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op
from .sigmoid import sigmoid


def positive_part(z: Array) -> Array:
    """Return max(z, 0)."""
    return np.where(z.real > 0, z, 0)


def softplus_of_negative(z: Array) -> Array:
    """Return log(1 + e^−|z|), which softplus adds to max(z, 0)."""
    return np.log1p(np.exp(np.where(z.real > 0, -z, z)))


@op
def softplus(z: Array) -> Array:
    """a = softplus(z)"""
    return positive_part(z) + softplus_of_negative(z)  # e^−|z| ≤ 1: no overflow


@softplus.gradient
def softplus_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da σ(z)"""
    return (da * sigmoid.forward(z),)
