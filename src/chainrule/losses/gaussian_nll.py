"""The likelihood of a normal distribution: the network gives its mean and its spread."""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ..arrays import Array
from ..errors import DataError, ShapeError
from ..graph.entries import Entry, Part
from ..graph.operation import op
from ..graph.program import Shape
from ..graph.tape import Node
from .base import Loss


def _halves(z: Array) -> tuple[Array, Array]:
    """Return the means and the logarithms of the variances, each (N, K)."""
    K = z.shape[1] // 2
    return z[:, :K], z[:, K:]


@op
def means_and_deviations(z: Array) -> Array:
    """p = concat(z[:K], exp(z[K:] / 2))"""
    means, logs = _halves(z)
    return np.concatenate((means, np.exp(logs / 2)), axis=1)


@means_and_deviations.gradient
def means_and_deviations_backward(dp: Array, p: Array, z: Array) -> tuple[Array]:
    """dz = concat(dp[:K], ½ dp[K:] p[K:])"""
    (d_means, d_deviations), (_, deviations) = _halves(dp), _halves(p)
    return (np.concatenate((d_means, d_deviations * deviations / 2), axis=1),)


@op
def gaussian_nll(z: Array, y: Array) -> Array:
    """l = ½ Σₖ (z[K:] + (y − z[:K])² exp(−z[K:]))"""
    means, logs = _halves(z)
    if y.shape != means.shape:
        raise ValueError(f"{y.shape} is not {means.shape}")
    l: Array = (logs + (y - means) ** 2 * np.exp(-logs)).sum(axis=1) / 2
    return l


@gaussian_nll.gradient
def gaussian_nll_backward(dl: Array, l: Array, z: Array, y: Array) -> tuple[Array, None]:
    """dz = dl concat((z[:K] − y) exp(−z[K:]), ½ (1 − (y − z[:K])² exp(−z[K:])))"""
    means, logs = _halves(z)
    precision = np.exp(-logs)
    d_logs = (1 - (y - means) ** 2 * precision) / 2
    return dl[:, None] * np.concatenate(((means - y) * precision, d_logs), axis=1), None


@gaussian_nll.terms("l")
def _terms(at: tuple[int, ...], arrays: Mapping[str, Array], **attrs: Any) -> Entry:
    (n,), (z, y) = at, (arrays["z"], arrays["y"])
    K = y.shape[1]
    k = np.arange(K)
    means, logs = z[n, :K].astype(np.float64), z[n, K:].astype(np.float64)
    values = (y[n] - means) ** 2 * np.exp(-logs) / 2
    index = {"y": (n, k), "z": (n, k), "v": (n, K + k)}
    squares = Part("½·(y − z)²·exp(−v)", index, values, labels={"v": "z"})
    return Entry([Part("½·z", {"z": (n, K + k)}, logs / 2), squares])


class GaussianNLL(Loss):
    """ℓ = ½ Σₖ (log σₖ² + (yₖ − μₖ)² / σₖ²): the network says how sure it is, row by row.

    The network gives 2 K numbers for K targets: the means μ, then log σ². `predict` gives μ and σ.
    (The constant ½ K log 2π is left out.) For a start with the right spread, scale the targets to
    variance 1.

    Parameters
    ----------
    reduction : {"mean", "sum"}
        Mean or sum over the rows.

    Shapes
    ------
    z (N, 2 K); y (N, K), or (N,) for K = 1.

    Raises
    ------
    ShapeError
        The outputs are not (N, 2 K).
    DataError
        The targets have another shape or are not finite.

    References
    ----------
    Nix & Weigend, "Estimating the mean and variance of the target probability distribution", IEEE
    ICNN 1994, eq. 5.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Identity(), loss=cr.GaussianNLL(), inputs=(2,))
    >>> float(net.loss_and_grad([[1.0, 0.0]], [3.0])[0]), net.predict([[1.0, 0.0]]).tolist()
    (2.0, [[1.0, 1.0]])
    """

    refuses = (means_and_deviations,)

    def link(self, z: Node) -> Node:
        return means_and_deviations(z)  # type: ignore[no-any-return]

    def target(self, output: Shape, y: Array | None) -> tuple[Shape, Literal["real", "index"]]:
        return (0, *(n // 2 for n in output[1:])), "real"

    def prepare(self, y: Array, output: Shape) -> Array:
        got: Any = np.asarray(y)
        if got.ndim == 2 and got.shape[1:] == output[1:] and output[1] > 1:
            rule, remedy = f"{output[1] // 2} targets a row", "Half of the outputs are log σ²."
            raise DataError("y", rule, f"{got.shape[1]}", remedy)
        return super().prepare(y, (0, *(n // 2 for n in output[1:])))

    def __call__(self, z: Node, y: Node) -> Node:
        remedy = "End with Dense(2 * K) for K targets: K means, then K numbers log σ²."
        z.expect(2, "(N, 2 K)", remedy)
        if z.shape[1] % 2:
            raise ShapeError(z.tape.where(), "an even number of outputs", z.value.shown, remedy)
        return gaussian_nll(z, y)  # type: ignore[no-any-return]
