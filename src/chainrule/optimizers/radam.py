"""RAdam."""

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Any, ClassVar, final

import numpy as np

from ..arrays import Array
from .base import LIMITS, Library, Limits, Number, Optimizer
from .scalar import power
from .terms import Part, Said, moments


@final
class RAdam(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
    θ ← θ − lr r m̂ √(1 − β2ᵗ) / (√v + ε) if ρ > threshold, else θ ← θ − lr m̂
    with  r = √((ρ − 4) (ρ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρ)),
    ρ = ρ∞ − 2 t β2ᵗ / (1 − β2ᵗ),  ρ∞ = 2 / (1 − β2) − 1.

    "RAdam" stands for rectified Adam. In the first steps v is the mean of a few squares, so its
    root is not reliable: the step is then momentum alone, and later r < 1 shortens it. So no
    warm-up of the learning rate is needed. m̂ is that of Adam.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate (the paper's α).
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the root. The paper has none; this is the one of its authors' program.
    threshold : number ≥ 4, or a schedule
        The mean of squares counts from the step at which ρ is above this; 4 is the least for
        which r exists.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    L. Liu, H. Jiang, P. He, W. Chen, X. Liu, J. Gao and J. Han, On the variance of the adaptive
    learning rate and beyond, ICLR 2020, algorithm 2.

    Examples
    --------
    >>> theta, radam = np.array([0.0]), RAdam()
    >>> slots = radam.start(theta)
    >>> radam.step(1, theta, np.array([0.1]), *slots.values())
    >>> theta.round(6)  # the first step is as long as the gradient says
    array([-0.0001])
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8
    threshold: Number = 4.0

    slots: ClassVar[tuple[str, ...]] = ("m", "v")
    limits: ClassVar[Limits] = LIMITS | {"threshold": ("≥ 4", lambda v: v >= 4)}

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        lr = self.lr / (1 - power(self.beta1, t))  # lr m̂ = lr m / (1 − β1ᵗ)
        r = rectified(self.beta2, t, self.threshold)
        if r > 0:
            lr = lr * r * math.sqrt(1 - power(self.beta2, t))
            theta -= lr * m / (np.sqrt(v) + self.eps)
        else:
            theta -= lr * m

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        r = rectified(self.beta2, t, self.threshold)
        m_hat = new["m"] / (1 - c1)
        names: dict[str, Any] = {"m̂": m_hat, "β1ᵗ": c1, "β2ᵗ": c2, "r": r}
        notes = ["m̂ = m / (1 − β1ᵗ)"]
        if r > 0:
            root = np.sqrt(new["v"]) + self.eps
            step = self.lr * r * math.sqrt(1 - c2) * m_hat / root
            part = Part("−lr·r·√(1 − β2ᵗ)·m̂ / (√v + ε)", -step)
        else:
            part = Part("−lr·m̂", -self.lr * m_hat)
        return Said(
            moments(self, g, old) | {"theta": [Part("θ", theta), part]}, names, tuple(notes)
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return RAdam as in each library. (Its authors' program is like torch.)"""
        return {
            "paper": RAdam(),
            "torch": RAdam(threshold=5.0),
            "optax": RAdamCorrected(threshold=5.0),
        }


@final
class RAdamCorrected(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
    θ ← θ − lr r m̂ / (√v̂ + ε) if ρ > threshold, else θ ← θ − lr m̂.

    This is RAdam with ε added to the corrected root, as in Adam. r and ρ are those of RAdam.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the corrected root.
    threshold : number ≥ 4, or a schedule
        The mean of squares counts from the step at which ρ is above this.
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8
    threshold: Number = 4.0

    slots: ClassVar[tuple[str, ...]] = ("m", "v")
    limits: ClassVar[Limits] = LIMITS | {"threshold": ("≥ 4", lambda v: v >= 4)}
    paper: ClassVar[type[Optimizer] | None] = RAdam

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        lr = self.lr / (1 - power(self.beta1, t))
        r = rectified(self.beta2, t, self.threshold)
        if r > 0:
            root = np.sqrt(v) * (1 / math.sqrt(1 - power(self.beta2, t)))  # √v̂
            theta -= lr * r * m / (root + self.eps)
        else:
            theta -= lr * m

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        r = rectified(self.beta2, t, self.threshold)
        m_hat = new["m"] / (1 - c1)
        names: dict[str, Any] = {"m̂": m_hat, "β1ᵗ": c1, "β2ᵗ": c2, "r": r}
        notes = ["m̂ = m / (1 − β1ᵗ)"]
        if r > 0:
            names["v̂"] = v_hat = new["v"] / (1 - c2)
            notes.append("v̂ = v / (1 − β2ᵗ)")
            step = self.lr * r * m_hat / (np.sqrt(v_hat) + self.eps)
            part = Part("−lr·r·m̂ / (√v̂ + ε)", -step)
        else:
            part = Part("−lr·m̂", -self.lr * m_hat)
        return Said(
            moments(self, g, old) | {"theta": [Part("θ", theta), part]}, names, tuple(notes)
        )


def rectified(beta2: float, t: int, threshold: float) -> float:
    """Return r of step t; 0 if ρ is not above the threshold."""
    b2t = power(beta2, t)
    rho_inf = 2 / (1 - beta2) - 1
    rho = rho_inf - 2 * t * b2t / (1 - b2t)
    if rho <= threshold:
        return 0.0
    # the variance of the root at this step, over the variance at the end
    return math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
