"""Layer normalization, as two ordinary ops: standardize each row, then scale and shift."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import ShapeError
from ..graph.entries import Entry
from ..graph.initializers import Constant, Zeros
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.scale_and_shift import scale_and_shift
from .base import Layer
from .standardized_terms import standardized, standardized_slope


def _deviation(x: Array, eps: float) -> Array:
    """Return √(variance + ε) over the last axis."""
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation: Array = np.sqrt((centered * centered).mean(axis=-1, keepdims=True) + eps)
    return deviation


@op
def standardise(x: Array, eps: float) -> Array:
    """h = (x − mean(x)) / sqrt(mean((x − mean(x))²) + eps)"""
    h: Array = (x - x.mean(axis=-1, keepdims=True)) / _deviation(x, eps)
    return h


@standardise.gradient
def standardise_backward(dh: Array, h: Array, x: Array, eps: float) -> tuple[Array]:
    """dx = (dh − mean(dh) − h mean(dh h)) / sqrt(mean((x − mean(x))²) + eps)"""
    centered = dh - dh.mean(axis=-1, keepdims=True) - h * (dh * h).mean(axis=-1, keepdims=True)
    return (centered / _deviation(x, eps),)


@standardise.terms("h")
def _standardized(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    x = arrays["x"]
    row = (*at[:-1], np.arange(x.shape[-1]))
    return standardized(at, arrays, row, attrs["eps"])


@standardise.terms("dx")
def _standardized_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    row = (*at[:-1], np.arange(arrays["x"].shape[-1]))
    return standardized_slope(at, arrays, row, attrs["eps"])


class LayerNorm(Layer):
    """u = γ (x − μ) / √(v + ε) + β, μ and v the mean and variance over the last axis.

    The statistics of a row do not depend on other rows.

    Parameters
    ----------
    eps : float
        Added to the variance, ε > 0, in the unit of the variance.
    trainable : bool
        False: γ and β stay 1 and 0 until `net.thaw`.
    name : str
        The layer's path; by default layer_norm1, ...

    Shapes
    ------
    (N, ..., D), unchanged; gamma and beta (D,).

    Raises
    ------
    ParameterError
        eps is not above 0.
    ShapeError
        The input has no axis except the rows.

    References
    ----------
    Ba, Kiros & Hinton, "Layer normalization", arXiv 1607.06450 (2016), eq. 3 and 4.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.LayerNorm(), loss=cr.SquaredError(), inputs=(2,))
    >>> net.predict([[0.0, 1000.0]]).round(3).tolist()
    [[-1.0, 1.0]]
    """

    _: KW_ONLY
    eps: float = 1e-5
    trainable: bool = True

    def check(self) -> None:
        self.require_number("eps", "> 0", lambda v: v > 0, 1e-5)
        self.require("trainable", "True or False", lambda v: isinstance(v, bool), "")

    def __call__(self, x: Node) -> Node:
        if len(x.shape) < 2:
            raise ShapeError(
                x.tape.where(), "input of shape (N, D)", x.value.shown, "Put Reshape(1) before it."
            )
        features = x.shape[-1:]
        h = standardise(x, eps=float(self.eps))
        gamma = x.tape.param("gamma", features, Constant(1.0), trainable=self.trainable)
        beta = x.tape.param("beta", features, Zeros(), trainable=self.trainable)
        return scale_and_shift(h, gamma, beta)  # type: ignore[no-any-return]
