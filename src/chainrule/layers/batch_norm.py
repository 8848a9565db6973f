"""Batch normalization, as three ordinary ops: two sums over rows and a row op."""

import math
from dataclasses import KW_ONLY
from typing import ClassVar

import numpy as np

from ..arrays import Array
from ..errors import ShapeError
from ..graph.initializers import Constant, Zeros
from ..graph.operation import op
from ..graph.tape import Node
from ..ops.sums import all_but_last, count_positions, mean_rows, variance_rows
from .base import Layer


@op
def normalise(x: Array, mu: Array, v: Array, gamma: Array, beta: Array, eps: float) -> Array:
    """u = gamma (x − mu) / sqrt(v + eps) + beta"""
    u: Array = gamma * (x - mu) / np.sqrt(v + eps) + beta
    return u


@normalise.gradient
def normalise_backward(
    du: Array, u: Array, x: Array, mu: Array, v: Array, gamma: Array, beta: Array, eps: float
) -> tuple[Array, ...]:
    """dx = du gamma / sqrt(v + eps),   dmu = −Σₙ du gamma / sqrt(v + eps),
    dv = −½ Σₙ du gamma (x − mu) / sqrt(v + eps)³,
    dgamma = Σₙ du (x − mu) / sqrt(v + eps),   dbeta = Σₙ du"""
    rows = all_but_last(x)
    scaled = du * gamma / np.sqrt(v + eps)
    dv = -(scaled * (x - mu)).sum(axis=rows) / (2 * (v + eps))
    dgamma = (du * (x - mu)).sum(axis=rows) / np.sqrt(v + eps)
    return scaled, -scaled.sum(axis=rows), dv, dgamma, du.sum(axis=rows)


class BatchNorm(Layer):
    """u = γ (x − μ) / √(v + ε) + β for each channel, the last axis.

    In training μ and v are the mean and variance of the batch. In predict and score they are
    running statistics, which move after each training step: running += rate (batch − running).

    The statistics of a few rows are far from those of the data. With one row every u is β; with
    two, every (u − β) / γ is about ±1, whatever the rows hold. So a small last batch is harmful:
    1122 rows in batches of 32 end with a batch of two. `fit` warns of it, and
    `fit(drop_last=True)` leaves that batch out.

    Parameters
    ----------
    rate : float
        How far the running statistics move toward those of the batch, 0 < rate ≤ 1.
    eps : float
        Added to the variance, ε > 0, in the unit of the variance.
    trainable : bool
        False: γ and β stay 1 and 0 until `net.thaw`.
    name : str
        The layer's path; by default batch_norm1, ...

    Shapes
    ------
    (N, D), (N, T, D) or (N, H, W, C), unchanged.
    gamma, beta, running_mean and running_variance: (D,) or (C,).

    Raises
    ------
    ParameterError
        A setting is outside its range.
    ShapeError
        The input has no channels.

    References
    ----------
    Ioffe & Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2. (The running variance
    here is the biased one.)

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.BatchNorm(), loss=cr.SquaredError(), inputs=(3,))
    >>> list(net.parameters), list(net.state)
    (['gamma1', 'beta1'], ['running_mean1', 'running_variance1'])
    """

    foreign: ClassVar[dict[str, str]] = {
        "momentum": "rate: what the new value counts, 1 − Keras's momentum, PyTorch's own"
    }

    _: KW_ONLY
    rate: float = 0.1
    eps: float = 1e-5
    trainable: bool = True

    def check(self) -> None:
        self.require_number("rate", "from above 0 to 1", lambda v: 0 < v <= 1, 0.1)
        self.require_number("eps", "> 0", lambda v: v > 0, 1e-5)
        self.require("trainable", "True or False", lambda v: isinstance(v, bool), "")

    def __call__(self, x: Node) -> Node:
        if len(x.shape) < 2:
            raise ShapeError(
                x.tape.where(),
                "input with channels, (N, D)",
                x.value.shown,
                "Put Reshape(1) before it.",
            )
        channels, eps = x.shape[-1:], float(self.eps)
        gamma = x.tape.param("gamma", channels, Constant(1.0), trainable=self.trainable)
        beta = x.tape.param("beta", channels, Zeros(), trainable=self.trainable)
        mean = x.tape.state("running_mean", channels, Zeros())
        variance = x.tape.state("running_variance", channels, Constant(1.0))
        if x.tape.mode != "train":
            return normalise(x, mean, variance, gamma, beta, eps=eps)  # type: ignore[no-any-return]
        N = x.tape.input("N", ())
        if (positions := math.prod(x.shape[1:-1])) > 1:  # each position of an image counts as a row
            N = count_positions(N, positions=positions)
        mu = mean_rows(x, N)
        v = variance_rows(x, mu, N)
        x.tape.move(mean, to=mu, rate=float(self.rate))
        x.tape.move(variance, to=v, rate=float(self.rate))
        return normalise(x, mu, v, gamma, beta, eps=eps)  # type: ignore[no-any-return]
