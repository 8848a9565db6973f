"""AMSGrad."""

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
class AMSGrad(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,  v̌ ← max(v̌, v),  θ ← θ − lr m / (√v̌ + ε).

    This is Adam whose mean square never falls, so that a rare large gradient is not forgotten. The
    bias of the two means is not corrected.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the root.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    S. Reddi, S. Kale and S. Kumar, On the convergence of Adam and beyond, ICLR 2018, algorithm 2;
    ε as in S. Ruder, arXiv:1609.04747, section 4.9.

    Examples
    --------
    >>> theta, amsgrad = np.array([0.0]), AMSGrad()
    >>> slots = amsgrad.start(theta)
    >>> amsgrad.step(1, theta, np.array([1.0]), *slots.values())
    >>> theta.round(6)
    array([-0.003162])
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("m", "v", "vmax")

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array, vmax: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        np.maximum(vmax, v, out=vmax)  # v̌_t = max(v̌_{t-1}, v_t)
        theta -= self.lr * m / (np.sqrt(vmax) + self.eps)  # θ ← θ − lr m_t / (√v̌_t + ε)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        step = self.lr * new["m"] / (np.sqrt(new["vmax"]) + self.eps)
        return Said(
            moments(self, g, old)
            | {
                "vmax": [Part("max(old.vmax, v)", np.maximum(old["vmax"], new["v"]))],
                "theta": [Part("θ", theta), Part("−lr·m / (√vmax + ε)", -step)],
            }
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return AMSGrad as in each library. (In torch and keras it is an option of Adam.)"""
        return {
            "paper": AMSGrad(),
            "torch": AMSGradCorrected(),
            "keras": AMSGradEpsHat(eps=1e-7),
            "optax": AMSGradOfCorrected(),
        }


@final
class AMSGradCorrected(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,  v̌ ← max(v̌, v),
    θ ← θ − lr m / (1 − β1ᵗ) / (√(v̌ / (1 − β2ᵗ)) + ε).

    This is AMSGrad with the bias of m and of the maximum corrected, as in Adam.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the corrected root.
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("m", "v", "vmax")
    paper: ClassVar[type[Optimizer] | None] = AMSGrad

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array, vmax: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        np.maximum(vmax, v, out=vmax)  # v̌_t = max(v̌_{t-1}, v_t)
        m_hat = m / (1 - power(self.beta1, t))
        v_hat = vmax / (1 - power(self.beta2, t))
        theta -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        m_hat, v_hat = new["m"] / (1 - c1), new["vmax"] / (1 - c2)
        step = self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        return Said(
            moments(self, g, old)
            | {
                "vmax": [Part("max(old.vmax, v)", np.maximum(old["vmax"], new["v"]))],
                "theta": [Part("θ", theta), Part("−lr·m̂ / (√v̂ + ε)", -step)],
            },
            {"m̂": m_hat, "v̂": v_hat, "β1ᵗ": c1, "β2ᵗ": c2},
            ("m̂ = m / (1 − β1ᵗ)", "v̂ = vmax / (1 − β2ᵗ)"),
        )


@final
class AMSGradEpsHat(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,  v̌ ← max(v̌, v),
    θ ← θ − lr √(1 − β2ᵗ) / (1 − β1ᵗ) · m / (√v̌ + ε).

    This is AMSGrad with Adam's two corrections in the learning rate; ε is added before them.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the uncorrected root.
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("m", "v", "vmax")
    paper: ClassVar[type[Optimizer] | None] = AMSGrad

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array, vmax: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        np.maximum(vmax, v, out=vmax)  # v̌_t = max(v̌_{t-1}, v_t)
        lr = self.lr * math.sqrt(1 - power(self.beta2, t)) / (1 - power(self.beta1, t))
        theta -= lr * m / (np.sqrt(vmax) + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        lr = self.lr * math.sqrt(1 - c2) / (1 - c1)
        step = lr * new["m"] / (np.sqrt(new["vmax"]) + self.eps)
        return Said(
            moments(self, g, old)
            | {
                "vmax": [Part("max(old.vmax, v)", np.maximum(old["vmax"], new["v"]))],
                "theta": [Part("θ", theta), Part("−lrₜ·m / (√vmax + ε)", -step)],
            },
            {"lrₜ": lr, "β1ᵗ": c1, "β2ᵗ": c2},
            ("lrₜ = lr·√(1 − β2ᵗ) / (1 − β1ᵗ)",),
        )


@final
class AMSGradOfCorrected(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,  v̌ ← max(v̌, v / (1 − β2ᵗ)),
    θ ← θ − lr m / (1 − β1ᵗ) / (√v̌ + ε).

    This is AMSGrad with the maximum of the corrected mean square. The first gradients have more
    influence.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the root.
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("m", "v", "vmax")
    paper: ClassVar[type[Optimizer] | None] = AMSGrad

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array, vmax: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        np.maximum(vmax, v / (1 - power(self.beta2, t)), out=vmax)  # v̌_t = max(v̌_{t-1}, v̂_t)
        m_hat = m / (1 - power(self.beta1, t))
        theta -= self.lr * m_hat / (np.sqrt(vmax) + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        m_hat, v_hat = new["m"] / (1 - c1), new["v"] / (1 - c2)
        step = self.lr * m_hat / (np.sqrt(new["vmax"]) + self.eps)
        return Said(
            moments(self, g, old)
            | {
                "vmax": [Part("max(old.vmax, v̂)", np.maximum(old["vmax"], v_hat))],
                "theta": [Part("θ", theta), Part("−lr·m̂ / (√vmax + ε)", -step)],
            },
            {"m̂": m_hat, "v̂": v_hat, "β1ᵗ": c1, "β2ᵗ": c2},
            ("m̂ = m / (1 − β1ᵗ)", "v̂ = v / (1 − β2ᵗ)"),
        )
