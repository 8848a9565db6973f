"""The exponential function."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op


@op
def exp(z: Array) -> Array:
    """a = exp(z)"""
    # Above 709 (float64) or 88 (float32) the result would be infinite, and 0 · ∞ is NaN. So z is
    # limited to values for which sums of exponentials are still finite.
    return np.exp(np.minimum(z, 700 if z.real.dtype.itemsize > 4 else 80))


@exp.gradient
def exp_backward(da: Array, a: Array, z: Array) -> tuple[Array]:
    """dz = da a"""
    return (da * a,)
