"""Adam."""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .scalar import power
from .terms import Part, Said, moments


@final
class Adam(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,  θ ← θ − lr m̂ / (√v̂ + ε)
    with  m̂ = m / (1 − β1ᵗ),  v̂ = v / (1 − β2ᵗ).

    "Adam" stands for adaptive moments. A step is the mean of the gradients over the root of their
    mean square, so it is about lr in every weight.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate (the paper's α).
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the root, so that a gradient that was always 0 causes no 0 / 0.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    D. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1.

    Examples
    --------
    >>> theta, adam = np.array([0.0]), Adam()
    >>> slots = adam.start(theta)
    >>> adam.step(1, theta, np.array([1.0]), *slots.values())
    >>> theta.round(6)
    array([-0.001])
    >>> print(Adam.like("keras").differences())  # doctest: +ELLIPSIS
    Adam differs from the paper:
      paper:  m ← β1 m + (1 − β1) g, ...
      here:   ...θ ← θ − lr √(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε).
      eps = 1e-07 (paper: 1e-08)
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        # m̂ = m / (1 − β1ᵗ): the means began at 0, and this corrects their bias
        m_hat = m * (1 / (1 - power(self.beta1, t)))
        root = np.sqrt(v) * (1 / math.sqrt(1 - power(self.beta2, t)))  # √v̂, v̂ = v / (1 − β2ᵗ)
        # θ ← θ − lr m̂ / (√v̂ + ε): the only division of arrays
        theta -= self.lr * m_hat / (root + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        m_hat, v_hat = new["m"] / (1 - c1), new["v"] / (1 - c2)
        step = self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return Said(
            moments(self, g, old) | {"theta": [Part("θ", theta), Part("−lr·m̂ / (√v̂ + ε)", -step)]},
            {"m̂": m_hat, "v̂": v_hat, "β1ᵗ": c1, "β2ᵗ": c2},
            ("m̂ = m / (1 − β1ᵗ)", "v̂ = v / (1 − β2ᵗ)"),
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return Adam as in each library."""
        return {
            "paper": Adam(),
            "torch": Adam(),
            "keras": AdamEpsHat(eps=1e-7),
            "tf1": AdamEpsHat(),
            "optax": Adam(),
            "sklearn": AdamEpsHat(),
        }


@final
class AdamEpsHat(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
    θ ← θ − lr √(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε).

    This is Adam as reordered at the end of section 2 of the paper ("epsilon hat"). The same ε has
    more influence on the first steps.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε̂ added to the root before the bias is corrected.
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("m", "v")
    paper: ClassVar[type[Optimizer] | None] = Adam

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        lr = self.lr * math.sqrt(1 - power(self.beta2, t)) / (1 - power(self.beta1, t))
        # θ ← θ − lr √(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε̂)
        theta -= lr * m / (np.sqrt(v) + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        lr = self.lr * math.sqrt(1 - c2) / (1 - c1)
        step = lr * new["m"] / (np.sqrt(new["v"]) + self.eps)
        return Said(
            moments(self, g, old) | {"theta": [Part("θ", theta), Part("−lrₜ·m / (√v + ε)", -step)]},
            {"lrₜ": lr, "β1ᵗ": c1, "β2ᵗ": c2},
            ("lrₜ = lr·√(1 − β2ᵗ) / (1 − β1ᵗ)",),
        )
