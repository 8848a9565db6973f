"""The logistic sigmoid: σ(z) = 1 / (1 + e⁻ᶻ)."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op


@op
def sigmoid(z: Array) -> Array:
    """a = σ(z)"""
    # Below −708 (float64) or −87 (float32) e⁻ᶻ would overflow; there σ rounds to 0.
    return 1 / (1 + np.exp(-np.maximum(z, -708 if z.real.dtype.itemsize > 4 else -87)))


@sigmoid.gradient
def sigmoid_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da a (1 − a)"""
    return (da * a * (1 - a),)
