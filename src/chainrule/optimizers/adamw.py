"""AdamW."""

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
class AdamW(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,  θ ← θ − lr (m̂ / (√v̂ + ε) + λ θ).

    This is Adam with decoupled weight decay: an L2 penalty would add λ θ to g, and the root would
    then divide it. m̂ and v̂ are as in Adam.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate; it also multiplies the decay.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the root.
    weight_decay : number ≥ 0, or a schedule
        Rate λ of the weight decay.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    I. Loshchilov and F. Hutter, Decoupled weight decay regularization, ICLR 2019, algorithm 2.

    Examples
    --------
    >>> theta, adamw = np.array([1.0]), AdamW(lr=0.1)
    >>> slots = adamw.start(theta)
    >>> adamw.step(1, theta, np.array([0.0]), *slots.values())
    >>> theta
    array([0.999])
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8
    weight_decay: Number = 0.01

    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        m_hat = m * (1 / (1 - power(self.beta1, t)))  # m̂ = m / (1 − β1ᵗ)
        root = np.sqrt(v) * (1 / math.sqrt(1 - power(self.beta2, t)))  # √v̂, v̂ = v / (1 − β2ᵗ)
        theta -= self.lr * (m_hat / (root + self.eps) + self.weight_decay * theta)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        m_hat, v_hat = new["m"] / (1 - c1), new["v"] / (1 - c2)
        step = self.lr * (m_hat / (np.sqrt(v_hat) + self.eps))
        decay = self.lr * self.weight_decay * theta
        return Said(
            moments(self, g, old)
            | {
                "theta": [
                    Part("θ", theta),
                    Part("−lr·m̂ / (√v̂ + ε)", -step),
                    Part("−lr·λ·θ", -decay),
                ]
            },
            {"m̂": m_hat, "v̂": v_hat, "β1ᵗ": c1, "β2ᵗ": c2},
            ("m̂ = m / (1 − β1ᵗ)", "v̂ = v / (1 − β2ᵗ)"),
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return AdamW as in each library."""
        return {
            "paper": AdamW(),
            "torch": AdamW(),
            "keras": AdamWEpsHat(eps=1e-7, weight_decay=0.004),
            "optax": AdamW(weight_decay=1e-4),
        }


@final
class AdamWEpsHat(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
    θ ← θ − lr √(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v + ε) − lr λ θ.

    This is AdamW with ε added before the bias is corrected.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate; it also multiplies the decay.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the uncorrected root.
    weight_decay : number ≥ 0, or a schedule
        Rate λ of the weight decay.
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8
    weight_decay: Number = 0.01

    slots: ClassVar[tuple[str, ...]] = ("m", "v")
    paper: ClassVar[type[Optimizer] | None] = AdamW

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        lr = self.lr * math.sqrt(1 - power(self.beta2, t)) / (1 - power(self.beta1, t))
        theta -= lr * m / (np.sqrt(v) + self.eps) + self.lr * self.weight_decay * theta

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        lr = self.lr * math.sqrt(1 - c2) / (1 - c1)
        step = lr * new["m"] / (np.sqrt(new["v"]) + self.eps)
        decay = self.lr * self.weight_decay * theta
        return Said(
            moments(self, g, old)
            | {
                "theta": [
                    Part("θ", theta),
                    Part("−lrₜ·m / (√v + ε)", -step),
                    Part("−lr·λ·θ", -decay),
                ]
            },
            {"lrₜ": lr, "β1ᵗ": c1, "β2ᵗ": c2},
            ("lrₜ = lr·√(1 − β2ᵗ) / (1 − β1ᵗ)",),
        )
