"""What the losses share that compare each output with a target of its own."""

import math
from dataclasses import KW_ONLY
from typing import Literal

from ..arrays import Array
from ..graph.tape import Node
from .base import Loss


class ElementwiseLoss(Loss):
    """ℓ = scale Σₖ of one term an output, over all axes but the first. Abstract.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        What a row costs when it has several outputs.
    """

    _: KW_ONLY
    outputs: Literal["mean", "sum"] = "mean"

    def check(self) -> None:
        self.require("outputs", '"mean" or "sum"', lambda v: v in ("mean", "sum"), "")

    def scale(self, z: Node) -> float:
        """1, or one over the number of outputs."""
        return 1.0 / math.prod(z.shape[1:]) if self.outputs == "mean" else 1.0


def sum_outputs(terms: Array) -> Array:
    """(N, ...) -> (N,)."""
    total: Array = terms.reshape(len(terms), math.prod(terms.shape[1:])).sum(axis=1)
    return total


def per_output(dl: Array, terms: Array) -> Array:
    """(N,) as (N, 1, ...), to be multiplied with something of the outputs' shape."""
    return dl.reshape(len(dl), *[1] * (terms.ndim - 1))


def absolute(d: Array) -> Array:
    """|d|, with a slope for the complex step."""
    size: Array = d * sign(d)
    return size


def sign(d: Array) -> Array:
    """−1, 0 or 1, by the real part."""
    s: Array = (d.real > 0).astype(d.real.dtype) - (d.real < 0)
    return s
