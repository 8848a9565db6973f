"""One step of a sequence, taken out of axis 1."""

import numpy as np

from ..arrays import Array
from ..graph.operation import op


@op
def take_step(x: Array, t: int) -> Array:
    """s = x[:, t]"""
    return x[:, t]


@take_step.gradient
def take_step_backward(ds: Array, s: Array, x: Array, t: int) -> tuple[Array]:
    """dx = onehot(t) ds"""
    dx = np.zeros(x.shape, ds.dtype)
    dx[:, t] = ds
    return (dx,)
