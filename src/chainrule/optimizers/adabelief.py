"""AdaBelief."""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .scalar import power
from .terms import Part, Said, decayed


@final
class AdaBelief(Optimizer):
    """m ← β1 m + (1 − β1) g,  s ← β2 s + (1 − β2) (g − m)² + ε,  θ ← θ − lr m̂ / (√ŝ + ε)
    with  m̂ = m / (1 − β1ᵗ),  ŝ = s / (1 − β2ᵗ).

    Adam divides by the size of the gradient, AdaBelief by its surprise: how far it lies from its
    own mean m. Where the gradients agree, the step is long, even if they are large.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate (the paper's α).
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of (g − m)².
    eps : number > 0, or a schedule
        Constant ε added to s in each step, and to the root.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    J. Zhuang, T. Tang, Y. Ding, S. Tatikonda, N. Dvornek, X. Papademetris and J. Duncan, AdaBelief
    optimizer: adapting stepsizes by the belief in observed gradients, NeurIPS 2020, algorithm 2.

    Examples
    --------
    >>> theta, rule = np.array([0.0]), AdaBelief()
    >>> slots = rule.start(theta)
    >>> rule.step(1, theta, np.array([1.0]), *slots.values())
    >>> theta.round(6)  # m̂ = 1, √ŝ = 0.9
    array([-0.001111])
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("m", "s")

    def step(self, t: int, theta: Array, g: Array, m: Array, s: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        surprise = g - m
        # s_t = β2 s_{t-1} + (1 − β2) (g − m_t)² + ε
        s += (1 - self.beta2) * (surprise * surprise - s) + self.eps
        m_hat = m * (1 / (1 - power(self.beta1, t)))  # m̂ = m / (1 − β1ᵗ)
        root = np.sqrt(s) * (1 / math.sqrt(1 - power(self.beta2, t)))  # √ŝ, ŝ = s / (1 − β2ᵗ)
        theta -= self.lr * m_hat / (root + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        m_hat, s_hat = new["m"] / (1 - c1), new["s"] / (1 - c2)
        surprise = g - new["m"]
        squares = surprise * surprise
        step = self.lr * m_hat / (np.sqrt(s_hat) + self.eps)
        return Said(
            {
                "m": decayed("m", "β1", self.beta1, old["m"], "g", g),
                "s": [
                    *decayed("s", "β2", self.beta2, old["s"], "(g − m)²", squares),
                    Part("ε", np.full_like(g, self.eps)),
                ],
                "theta": [Part("θ", theta), Part("−lr·m̂ / (√ŝ + ε)", -step)],
            },
            {"m̂": m_hat, "ŝ": s_hat, "β1ᵗ": c1, "β2ᵗ": c2},
            ("m̂ = m / (1 − β1ᵗ)", "ŝ = s / (1 − β2ᵗ)"),
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return AdaBelief as in each library."""
        return {"paper": AdaBelief(), "optax": AdaBelief(eps=1e-16)}
