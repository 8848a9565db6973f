"""Shared code of losses that compare each output with its own target."""

import math
from dataclasses import KW_ONLY
from typing import Literal

from ..arrays import Array
from ..graph.tape import Node
from .base import Loss


class ElementwiseLoss(Loss):
    """ℓ = scale Σₖ of one term per output, over all axes but the first. Abstract.

    Parameters
    ----------
    outputs : {"mean", "sum"}
        Mean or sum over the outputs of a row.
    """

    _: KW_ONLY
    outputs: Literal["mean", "sum"] = "mean"

    def check(self) -> None:
        self.require("outputs", '"mean" or "sum"', lambda v: v in ("mean", "sum"), "")

    def scale(self, z: Node) -> float:
        """Return 1, or one over the number of outputs."""
        return 1.0 / math.prod(z.shape[1:]) if self.outputs == "mean" else 1.0


def sum_outputs(terms: Array) -> Array:
    """Sum the terms of each row: (N, ...) -> (N,)."""
    total: Array = terms.reshape(len(terms), math.prod(terms.shape[1:])).sum(axis=1)
    return total


def per_output(dl: Array, terms: Array) -> Array:
    """Return (N,) as (N, 1, ...), to be multiplied by something in the shape of the outputs."""
    return dl.reshape(len(dl), *[1] * (terms.ndim - 1))


def absolute(d: Array) -> Array:
    """Return |d|, with a slope for the complex step."""
    size: Array = d * sign(d)
    return size


def sign(d: Array) -> Array:
    """Return −1, 0 or 1, the sign of the real part."""
    s: Array = (d.real > 0).astype(d.real.dtype) - (d.real < 0)
    return s
