"""The cosine distance: only the direction of the outputs counts. Its link is the identity."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..graph.entries import Entry, Part
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from .base import Loss

EPS = 1e-12  # keeps the gradient finite at p = 0


@op
def cosine_distance(p: Array, y: Array, eps: float) -> Array:
    """l = 1 − Σₖ p y / √(Σₖ p² + eps)"""
    l: Array = 1 - (p * y).sum(axis=1) / np.sqrt((p * p).sum(axis=1) + eps)
    return l


@cosine_distance.gradient
def cosine_distance_backward(
    dl: Array, l: Array, p: Array, y: Array, eps: float
) -> tuple[Array, None]:
    """dp = dl ((1 − l) p / (Σₖ p² + eps) − y / √(Σₖ p² + eps))"""
    square = (p * p).sum(axis=1, keepdims=True) + eps
    cosine = (p * y).sum(axis=1, keepdims=True) / np.sqrt(square)
    return dl[:, None] * (cosine * p / square - y / np.sqrt(square)), None


@cosine_distance.terms("l")
def _terms(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    (n,), (p, y) = at, (arrays["p"], arrays["y"])
    length = np.sqrt((p[n] * p[n]).sum(dtype=np.float64) + attrs["eps"])
    here = (n, np.arange(p.shape[1]))
    index, inner = {"p": here, "y": here, "r": (n,)}, {"r": length}
    values = -p[here].astype(np.float64) * y[here] / length
    products = Part("−p·y / r", index, values, "", inner, {"r": "√(Σₖ p² + eps)"})
    return Entry([Part("1", {}, 1.0), products])


class CosineDistance(Loss):
    """ℓ = 1 − cos(p, y), from 0 (the same direction) to 2 (the opposite one).

    The lengths of p and y do not matter; `predict` gives p as it is.

    Parameters
    ----------
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    p and y (N, K); no row of y is all zeros.

    Raises
    ------
    ShapeError
        The outputs are not (N, K).
    DataError
        The targets have another shape, are not finite, or a row of them has no direction.

    References
    ----------
    Salton, Wong & Yang, "A vector space model for automatic indexing", Communications of the
    ACM 18 (1975), section 1.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.CosineDistance(), inputs=(2,))
    >>> round(float(net.loss_and_grad([[3.0, 0.0]], [[0.0, 5.0]])[0]), 6)
    1.0
    """

    def prepare(self, y: Array, output: Shape) -> Array:
        y = super().prepare(y, output)
        y = y if y.dtype.kind == "f" else y.astype(np.float64)
        largest = np.abs(y).max(axis=1, keepdims=True)
        if not largest.all():
            n = int(np.argmin(largest[:, 0]))
            raise DataError("y", "rows with a direction", f"only zeros at y[{n}]", "Leave it out.")
        y = y / largest  # no overflow in the squares
        unit: Array = y / np.sqrt((y * y).sum(axis=1, keepdims=True))
        return unit

    def __call__(self, p: Node, y: Node) -> Node:
        p.expect(2, "(N, K)", "Put Flatten() at the end.")
        return cosine_distance(p, y, eps=EPS)  # type: ignore[no-any-return]
