"""The cross-entropy of class scores. Its link is the softmax."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Any, Literal

import numpy as np

from ..arrays import Array
from ..graph.entries import Entry, Part
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from ..ops.log_softmax import log_softmax
from ..ops.softmax import NOTE, exponentials, softmax
from .base import Loss
from .classes import check_distributions, check_labels, check_range, check_scores


@op
def softmax_cross_entropy(z: Array, y: Array) -> Array:
    """l = log Σₖ exp(z) − z[y]"""
    check_range(z, y)
    at_label: Array = log_softmax.forward(z)[np.arange(len(z)), y]
    return -at_label


@softmax_cross_entropy.gradient
def softmax_cross_entropy_backward(dl: Array, l: Array, z: Array, y: Array) -> tuple[Array, None]:
    """dz = dl (softmax(z) − onehot(y))"""
    dz = softmax.forward(z)
    dz[np.arange(len(z)), y] -= 1
    return dl[:, None] * dz, None


@op
def smoothed_cross_entropy(z: Array, y: Array, rate: float) -> Array:
    """l = log Σₖ exp(z) − (1 − rate) z[y] − rate Σₖ z / K"""
    check_range(z, y)
    log_p = log_softmax.forward(z)
    loss: Array = -(1 - rate) * log_p[np.arange(len(z)), y] - rate * (
        log_p.sum(axis=1) / z.shape[1]
    )
    return loss


@smoothed_cross_entropy.gradient
def smoothed_cross_entropy_backward(
    dl: Array, l: Array, z: Array, y: Array, rate: float
) -> tuple[Array, None]:
    """dz = dl (softmax(z) − (1 − rate) onehot(y) − rate / K)"""
    dz = softmax.forward(z) - rate / z.shape[1]
    dz[np.arange(len(z)), y] -= 1 - rate
    return dl[:, None] * dz, None


@op
def distribution_cross_entropy(z: Array, y: Array) -> Array:
    """l = −Σₖ y log softmax(z)"""
    loss: Array = -(y * log_softmax.forward(z)).sum(axis=1)
    return loss


@distribution_cross_entropy.gradient
def distribution_cross_entropy_backward(
    dl: Array, l: Array, z: Array, y: Array
) -> tuple[Array, None]:
    """dz = dl (softmax(z) Σₖ y − y)"""
    return dl[:, None] * (softmax.forward(z) * y.sum(axis=1, keepdims=True) - y), None


@op
def smooth(y: Array, rate: float) -> Array:
    """t = (1 − rate) y + rate / K"""
    t: Array = (1 - rate) * y + rate / y.shape[1]
    return t


@smooth.gradient
def smooth_backward(dt: Array, t: Array, y: Array, rate: float) -> tuple[Array]:
    """dy = dt (1 − rate)"""
    return (dt * (1 - rate),)


@softmax_cross_entropy.shows("p", softmax)
@smoothed_cross_entropy.shows("p", softmax)
@distribution_cross_entropy.shows("p", softmax)
def _probabilities(arrays: Mapping[str, Array], **attrs: Any) -> Array:
    """softmax(z)"""
    return softmax.forward(arrays["z"])


def _targets(y: Array, shape: tuple[int, ...], rate: float = 0.0) -> Array:
    """Return the targets of each class, (N, K), for class numbers."""
    t = np.full(shape, rate / shape[1])
    t[np.arange(len(y)), y] += 1 - rate
    return t


def scores_slope(at: tuple[int, ...], arrays: Mapping[str, Array], target: Array) -> Entry:
    """Return the term dl (softmax(z) Σ t − t) of dz[n, k], for targets t of one row."""
    n, k = at
    s, total = softmax.forward(arrays["z"][n : n + 1])[0, k], target.sum()
    value = np.float64(arrays["dl"][n]) * (s * total - target[k])
    whole = abs(total - 1) < 1e-12
    form = "dl·(s − t)" if whole else "dl·(s·u − t)"
    index = {"dl": (n,), "s": at, "t": at} | ({} if whole else {"u": (n,)})
    labels = {"s": "softmax(z)", "t": "target", "u": "Σₖ y"}
    inner = {"s": s, "t": target[k], "u": total}
    return Entry([Part(form, index, value, "", inner, labels)])


def cross_terms(at: tuple[int, ...], arrays: Mapping[str, Array], target: Array) -> Part:
    """Return the terms −t log softmax(z) of the loss of a row."""
    (n,) = at
    q = log_softmax.forward(arrays["z"][n : n + 1])[0]
    index = (n, np.arange(len(q)))
    labels = {"t": "target", "q": "log softmax(z)"}
    return Part("−t·q", {"t": index, "q": index}, -target * q, "", {"t": target, "q": q}, labels)


@softmax_cross_entropy.terms("l")
def _log_of_sum(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    z, n = arrays["z"], at[0]
    label = (n, int(arrays["y"][n]))
    part, e, most = exponentials(label, z)
    total, here = e.sum(), {"z": label}
    result, inner = most + np.log(total) - z[label], {"m": most, "t": total}
    then = Part("max + log sum − z", here, result, "m + log t − z", inner)
    size = float(abs(most) + abs(np.log(total)) + abs(z[label]))
    return Entry([part], float(total), then, size, NOTE)


@softmax_cross_entropy.terms("dz")
def _label_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    n = at[0]
    return scores_slope(at, arrays, _targets(arrays["y"][n : n + 1], (1, arrays["z"].shape[1]))[0])


@smoothed_cross_entropy.terms("l")
def _smoothed(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    n, shape = at[0], (1, arrays["z"].shape[1])
    return Entry(
        [cross_terms(at, arrays, _targets(arrays["y"][n : n + 1], shape, attrs["rate"])[0])]
    )


@smoothed_cross_entropy.terms("dz")
def _smoothed_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    n, shape = at[0], (1, arrays["z"].shape[1])
    return scores_slope(at, arrays, _targets(arrays["y"][n : n + 1], shape, attrs["rate"])[0])


@smooth.terms("t")
def _spread(at: tuple[int, ...], arrays: Mapping[str, Array], rate: float) -> Entry:
    y = arrays["y"]
    K = y.shape[1]
    own = Part("(1 − rate)·y", {"y": at}, (1 - rate) * np.float64(y[at]))
    return Entry([own, Part("rate / K", {}, rate / K, f"rate / {K}")])


@distribution_cross_entropy.terms("l")
def _distribution(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    return Entry([cross_terms(at, arrays, arrays["y"][at[0]])])


@distribution_cross_entropy.terms("dz")
def _distribution_slope(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    return scores_slope(at, arrays, arrays["y"][at[0]])


class SoftmaxCrossEntropy(Loss):
    """ℓ = log Σₖ exp zₖ − z_y, which is −log softmax(z)_y, in a form that never takes log 0.

    The network gives the scores z; `predict` gives softmax(z). Targets are class numbers, or rows
    of K probabilities (one-hot or not), for which ℓ = −Σₖ yₖ log softmax(z)ₖ.

    Parameters
    ----------
    label_smoothing : float
        Fraction of each target that is spread over all classes, from 0 to below 1.
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    z (N, K) with K ≥ 2; y (N,) of whole numbers from 0 to K − 1, or (N, K).

    Raises
    ------
    ParameterError
        label_smoothing is outside [0, 1).
    ShapeError
        The outputs are not (N, K) with K ≥ 2.
    DataError
        A class number is outside 0 to K − 1, or a row of targets is not a distribution.

    References
    ----------
    Bishop, "Pattern recognition and machine learning", 2006, eq. 4.108. Smoothing: Szegedy,
    Vanhoucke, Ioffe, Shlens & Wojna, "Rethinking the inception architecture", CVPR 2016,
    section 7.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.SoftmaxCrossEntropy(), inputs=(2,))
    >>> float(net.loss_and_grad([[1000.0, 0.0]], [1])[0]), net.predict([[0.0, 0.0]]).tolist()
    (1000.0, [[0.5, 0.5]])
    """

    _: KW_ONLY
    label_smoothing: float = 0.0

    refuses = (softmax, log_softmax)

    def check(self) -> None:
        self.require_number("label_smoothing", "from 0 to below 1", lambda v: 0 <= v < 1, 0.1)

    def link(self, z: Node) -> Node:
        return softmax(z)  # type: ignore[no-any-return]

    def target(self, output: Shape, y: Array | None) -> tuple[Shape, Literal["real", "index"]]:
        return (output, "real") if y is not None and y.ndim == len(output) else ((0,), "index")

    def prepare(self, y: Array, output: Shape) -> Array:
        return check_distributions(y, output) if y.ndim == 2 else check_labels(y, output)

    def __call__(self, z: Node, y: Node) -> Node:
        check_scores(z)
        rate = float(self.label_smoothing)
        if y.value.number == "index":
            loss = smoothed_cross_entropy(z, y, rate=rate) if rate else softmax_cross_entropy(z, y)
        else:
            loss = distribution_cross_entropy(z, smooth(y, rate=rate) if rate else y)
        return loss  # type: ignore[no-any-return]
