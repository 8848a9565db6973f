"""LAMB."""

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
class LAMB(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
    θ ← θ − lr ‖θ‖ / ‖u‖ · u  with  u = m̂ / (√v̂ + ε) + λ θ, for each tensor with its own norms.

    "LAMB" stands for layer-wise adaptive moments for batch training. Every tensor moves by lr times
    its own length, so one learning rate suits all layers, also in very large batches. m̂ and v̂ are
    as in Adam. A tensor that is all zeros, or has u = 0, takes ‖θ‖ / ‖u‖ = 1.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate (the paper's η).
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
    Y. You, J. Li, S. Reddi, J. Hseu, S. Kumar, S. Bhojanapalli, X. Song, J. Demmel, K. Keutzer and
    C.-J. Hsieh, Large batch optimization for deep learning: training BERT in 76 minutes, ICLR 2020,
    algorithm 2 with φ(z) = z; the ratio 1 as in the authors' program.

    Examples
    --------
    >>> theta, lamb = np.array([3.0, 4.0]), LAMB(lr=0.1, weight_decay=0)
    >>> slots = lamb.start(theta)
    >>> lamb.step(1, theta, np.array([1.0, 1.0]), *slots.values())
    >>> theta.round(3)  # it moved by 0.1 · 5
    array([2.646, 3.646])
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-6
    weight_decay: Number = 0.01

    slots: ClassVar[tuple[str, ...]] = ("m", "v")
    by_tensor: ClassVar[bool] = True

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        m_hat = m * (1 / (1 - power(self.beta1, t)))  # m̂ = m / (1 − β1ᵗ)
        root = np.sqrt(v) * (1 / math.sqrt(1 - power(self.beta2, t)))  # √v̂, v̂ = v / (1 − β2ᵗ)
        u = m_hat / (root + self.eps) + self.weight_decay * theta
        long, short = length(theta), length(u)
        ratio = long / short if long > 0 and short > 0 else 1.0
        theta -= (self.lr * ratio) * u

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        m_hat, v_hat = new["m"] / (1 - c1), new["v"] / (1 - c2)
        step = m_hat / (np.sqrt(v_hat) + self.eps)
        u = step + self.weight_decay * theta
        long, short = length(theta), length(u)
        ratio = long / short if long > 0 and short > 0 else 1.0
        scale = self.lr * ratio
        return Said(
            moments(self, g, old)
            | {
                "theta": [
                    Part("θ", theta),
                    Part("−lr·ratio·m̂ / (√v̂ + ε)", -scale * step),
                    Part("−lr·ratio·λ·θ", -scale * self.weight_decay * theta),
                ]
            },
            {
                "m̂": m_hat,
                "v̂": v_hat,
                "β1ᵗ": c1,
                "β2ᵗ": c2,
                "ratio": ratio,
                "‖θ‖": long,
                "‖u‖": short,
            },
            ("m̂ = m / (1 − β1ᵗ)", "v̂ = v / (1 − β2ᵗ)", "ratio = ‖θ‖ / ‖u‖"),
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return LAMB as in each library."""
        return {
            "paper": LAMB(),
            "keras": LAMB(eps=1e-7, weight_decay=0.0),
            "optax": LAMB(weight_decay=0.0),
        }


def length(x: Array) -> float:
    """Return ‖x‖ of one tensor, summed in float64."""
    return math.sqrt(float(np.square(x, dtype=np.float64).sum()))
