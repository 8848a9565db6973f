"""Layer normalisation, as two ordinary ops: each row by itself, then a scale and a shift."""

from dataclasses import KW_ONLY

import numpy as np

from ..arrays import Array
from ..errors import ShapeError
from ..graph.initializers import Constant, Zeros
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.scale_and_shift import scale_and_shift
from .base import Layer


def _deviation(x: Array, eps: float) -> Array:
    """√(variance + ε) over the last axis."""
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation: Array = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + eps)
    return deviation


@op
def standardise(x: Array, eps: float) -> Array:
    """h = (x − mean(x)) / sqrt(mean((x − mean(x))²) + eps)"""
    h: Array = (x - x.mean(axis=-1, keepdims=True)) / _deviation(x, eps)
    return h


@standardise.gradient
def standardise_backward(dh: Array, h: Array, x: Array, eps: float) -> tuple[Array]:
    """dx = (dh − mean(dh) − h mean(dh h)) / sqrt(mean((x − mean(x))²) + eps)"""
    centred = dh - dh.mean(axis=-1, keepdims=True) - h * (dh * h).mean(axis=-1, keepdims=True)
    return (centred / _deviation(x, eps),)


class LayerNorm(Layer):
    """u = γ (x − μ) / √(v + ε) + β, μ and v the mean and variance of each row's own last axis: no example sees another.

    Parameters
    ----------
    eps : float
        ε > 0, in the unit of the variance.
    trainable : bool
        False: γ and β stay 1 and 0, until `net.thaw`.
    name : str
        The layer's path; else layer_norm1, ...

    Shapes
    ------
    (N, ..., D), unchanged; gamma and beta (D,).

    Raises
    ------
    ParameterError
        eps ≤ 0.
    ShapeError
        An input without a last axis.

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
