"""The Kullback-Leibler divergence from given distributions. Its link is the softmax."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, Part
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from ..ops.log_softmax import log_softmax
from ..ops.softmax import softmax
from .base import Loss
from .classes import check_distributions, check_scores


@op
def kl_divergence(z: Array, y: Array) -> Array:
    """l = Σₖ y (log(y) − log softmax(z))"""
    log_y = np.log(np.where(y > 0, y, 1))  # 0 log 0 = 0
    divergence: Array = (y * (log_y - log_softmax.forward(z))).sum(axis=1)
    return divergence


@kl_divergence.gradient
def kl_divergence_backward(dl: Array, l: Array, z: Array, y: Array) -> tuple[Array, None]:
    """dz = dl (softmax(z) Σₖ y − y)"""
    return dl[:, None] * (softmax.forward(z) * y.sum(axis=1, keepdims=True) - y), None


@kl_divergence.shows("p", softmax)
def _probabilities(arrays: Mapping[str, Array], **attrs: Any) -> Array:
    """softmax(z)"""
    return softmax.forward(arrays["z"])


@kl_divergence.terms("l")
def _terms(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    (n,), y = at, arrays["y"].astype(np.float64)
    k = np.flatnonzero(y[n] > 0)
    q = log_softmax.forward(arrays["z"][n : n + 1])[0, k]
    here, t = (n, k), y[n, k]
    own = Part("y·log(y)", {"y": here}, t * np.log(t))
    labels = {"q": "log softmax(z)"}
    return Entry([own, Part("−y·q", {"y": here, "q": here}, -t * q, "", {"q": q}, labels)])


class KLDivergence(Loss):
    """ℓ = Σₖ yₖ log(yₖ / pₖ) with p = softmax(z). It is 0 if the prediction equals the target.

    Its gradient is that of the cross-entropy; the values differ by the entropy of y. `predict`
    gives softmax(z).

    Parameters
    ----------
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    z and y (N, K), K ≥ 2; each row of y sums to 1.

    Raises
    ------
    ShapeError
        The outputs are not (N, K) with K ≥ 2.
    DataError
        A row of targets is not a distribution: negative numbers, or a sum that is not 1.

    References
    ----------
    Kullback & Leibler, "On information and sufficiency", Annals of Mathematical
    Statistics 22 (1951), eq. 2.4.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.KLDivergence(), inputs=(2,))
    >>> round(float(net.loss_and_grad([[0.0, 0.0]], [[1.0, 0.0]])[0]), 6)
    0.693147
    """

    refuses = (softmax, log_softmax)

    def link(self, z: Node) -> Node:
        return softmax(z)  # type: ignore[no-any-return]

    def prepare(self, y: Array, output: Shape) -> Array:
        return check_distributions(y, output)

    def __call__(self, z: Node, y: Node) -> Node:
        check_scores(z)
        return kl_divergence(z, y)  # type: ignore[no-any-return]
