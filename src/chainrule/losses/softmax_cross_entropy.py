"""Cross-entropy of class scores; its link is the softmax."""

from typing import Literal

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..graph import Node, Shape
from ..op import op
from ..ops.softmax import softmax
from .base import Loss


def log_sum_exp(z: Array) -> Array:
    """log Σₖ exp zₖ over the last axis, without overflow."""
    m = z.real.max(axis=-1, keepdims=True)
    total: Array = m[..., 0] + np.log(np.exp(z - m).sum(axis=-1))
    return total


@op
def softmax_cross_entropy(z: Array, y: Array) -> Array:
    """l = log Σₖ exp(z) − z[y]"""
    return log_sum_exp(z) - z[np.arange(len(z)), y]


@softmax_cross_entropy.gradient
def softmax_cross_entropy_backward(dl: Array, l: Array, z: Array, y: Array) -> tuple[Array, None]:
    """dz = dl (softmax(z) − onehot(y))"""
    dz = softmax.forward(z)
    dz[np.arange(len(z)), y] -= 1
    return dl[:, None] * dz, None


class SoftmaxCrossEntropy(Loss):
    """ℓ = log Σₖ exp zₖ − z_y."""

    refuses = (softmax,)

    def link(self, z: Node) -> Node:
        return softmax(z)  # type: ignore[no-any-return]

    def target(self, output: Shape, y: Array | None) -> tuple[Shape, Literal["real", "index"]]:
        return (0,), "index"

    def prepare(self, y: Array, output: Shape) -> Array:
        if y.ndim != 1 or (len(y) and y.max() >= output[1]):
            raise DataError("y", f"class indices below {output[1]}", str(y.shape), "")
        return y.astype(np.int32)

    def __call__(self, z: Node, y: Node) -> Node:
        return softmax_cross_entropy(z, y)  # type: ignore[no-any-return]
