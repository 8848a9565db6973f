"""Muon."""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import LIMITS, Limits, Number, Optimizer
from .lamb import length
from .scalar import power
from .terms import Part, Said, decayed, moments

STEPS = 5
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
SMALL = 1e-7
"""The steps, the coefficients a, b, c and the ε of the Newton–Schulz iteration, as published."""


@final
class Muon(Optimizer):
    """m ← μ m + (1 − μ) g,  θ ← θ − lr (√max(1, columns / rows) O + λ θ),
    O = NS(μ m + (1 − μ) g) for a hidden matrix of weights; AdamW with the learning rate
    adamw_ratio · lr for any other tensor.

    "Muon" stands for momentum orthogonalized by Newton–Schulz. If G = U S Vᵀ, then NS(G) is
    about U Vᵀ: the step has the directions of the momentum, all with about the same strength. From
    X = G / (‖G‖ + 10⁻⁷), NS repeats five times  A = X Xᵀ,  X ← a X + (b A + c A A) X  with
    a = 3.4445, b = −4.7750, c = 2.0315.

    Hidden matrices are all weights with two or more axes but those of the last layer and of
    embeddings; a kernel (..., in, out) counts as the matrix (... · in, out). Biases, gains,
    embeddings and the last layer are trained by AdamW, as the author advises. `cr.train` and
    RBMs have no layers, so there it is AdamW alone.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate of matrices; it also multiplies the decay.
    momentum : number in [0, 1), or a schedule
        Decay μ of the mean of g, for matrices.
    weight_decay : number ≥ 0, or a schedule
        Rate λ of the weight decay, for all tensors.
    adamw_ratio : number > 0, or a schedule
        Learning rate of AdamW, as a share of lr. (0.015 · 0.02 = 0.0003)
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g², for AdamW.
    eps : number > 0, or a schedule
        Constant ε of AdamW.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    K. Jordan, Y. Jin, V. Boza, J. You, F. Cesista, L. Newhouse and J. Bernstein, Muon: an optimizer
    for hidden layers in neural networks, 2024, algorithm 2 with Nesterov's momentum; the numbers
    are those of its program (Muon with auxiliary Adam).

    Examples
    --------
    >>> W, muon = np.zeros((2, 2)), Muon()
    >>> slots = muon.start(W)
    >>> muon.step(1, W, np.diag([3.0, 1.0]), *slots.values())
    >>> np.diag(W).round(3)  # NS makes numbers of about 1 of the singular values 3 and 1
    array([-0.015, -0.023])
    """

    lr: Number = 0.02
    _: KW_ONLY
    momentum: Number = 0.95
    weight_decay: Number = 0.0
    adamw_ratio: Number = 0.015
    beta1: Number = 0.9
    beta2: Number = 0.95
    eps: Number = 1e-10

    slots: ClassVar[tuple[str, ...]] = ("m", "v")
    by_tensor: ClassVar[bool] = True
    limits: ClassVar[Limits] = LIMITS | {"adamw_ratio": ("> 0", lambda v: v > 0)}

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        if theta.ndim == 2:
            self._matrix(theta, g, m)
        else:
            self._adamw(t, theta, g, m, v)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        if theta.ndim == 2:
            return self._terms_of_matrix(theta, g, old, new)
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        m_hat, v_hat = new["m"] / (1 - c1), new["v"] / (1 - c2)
        lr = self.lr * self.adamw_ratio
        step, decay = lr * m_hat / (np.sqrt(v_hat) + self.eps), lr * self.weight_decay * theta
        return Said(
            moments(self, g, old)
            | {
                "theta": [
                    Part("θ", theta),
                    Part("−lr·adamw_ratio·m̂ / (√v̂ + ε)", -step),
                    Part("−lr·adamw_ratio·λ·θ", -decay),
                ]
            },
            {"m̂": m_hat, "v̂": v_hat, "β1ᵗ": c1, "β2ᵗ": c2},
            ("m̂ = m / (1 − β1ᵗ)", "v̂ = v / (1 − β2ᵗ)"),
        )

    def _matrix(self, theta: Array, g: Array, m: Array) -> None:
        rows, columns = theta.shape
        m += (1 - self.momentum) * (g - m)  # m_t = μ m_{t-1} + (1 − μ) g
        ahead = m + (1 - self.momentum) * (g - m)  # μ m_t + (1 − μ) g
        scale = math.sqrt(max(1.0, columns / rows))
        theta -= self.lr * (scale * orthogonal(ahead) + self.weight_decay * theta)

    def _terms_of_matrix(
        self, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        rows, columns = theta.shape
        ahead = new["m"] + (1 - self.momentum) * (g - new["m"])
        scale, O = math.sqrt(max(1.0, columns / rows)), orthogonal(ahead)
        return Said(
            {
                "m": decayed("m", "μ", self.momentum, old["m"], "g", g),
                "theta": [
                    Part("θ", theta),
                    Part("−lr·s·O", -self.lr * scale * O),
                    Part("−lr·λ·θ", -self.lr * self.weight_decay * theta),
                ],
            },
            {"O": O, "s": scale, "rows": rows, "columns": columns},
            (
                "O is NS(μ·m + (1 − μ)·g) of the whole matrix",
                "s = √max(1, columns / rows)",
            ),
        )

    def _adamw(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        m_hat = m * (1 / (1 - power(self.beta1, t)))  # m̂ = m / (1 − β1ᵗ)
        root = np.sqrt(v) * (1 / math.sqrt(1 - power(self.beta2, t)))  # √v̂, v̂ = v / (1 − β2ᵗ)
        lr = self.lr * self.adamw_ratio
        theta -= lr * (m_hat / (root + self.eps) + self.weight_decay * theta)


def orthogonal(G: Array) -> Array:
    """Return about U Vᵀ of the matrix G = U S Vᵀ, by Newton–Schulz."""
    a, b, c = COEFFICIENTS
    X = G * (1 / (length(G) + SMALL))  # no singular value is above 1
    for _ in range(STEPS):
        if len(X) <= X.shape[1]:
            A = X @ X.T
            X = a * X + (b * A + c * (A @ A)) @ X
        else:  # the same for the transpose, whose products are smaller
            A = X.T @ X
            X = a * X + X @ (b * A + c * (A @ A))
    return X
