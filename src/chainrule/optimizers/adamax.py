"""AdaMax."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .scalar import power
from .terms import Part, Said, decayed


@final
class AdaMax(Optimizer):
    """m ← β1 m + (1 − β1) g,  u ← max(β2 u, |g|),  θ ← θ − lr / (1 − β1ᵗ) m / u.

    This is Adam with the maximum norm instead of the mean square. No step is longer than about lr.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the largest |g|.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    D. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 2.

    Examples
    --------
    >>> theta, adamax = np.zeros(2), AdaMax()
    >>> slots = adamax.start(theta)
    >>> adamax.step(1, theta, np.array([1.0, 0.0]), *slots.values())
    >>> theta.round(6)
    array([-0.002,  0.   ])
    """

    lr: Number = 0.002
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999

    slots: ClassVar[tuple[str, ...]] = ("m", "u")
    hides_overflow = True

    def step(self, t: int, theta: Array, g: Array, m: Array, u: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        np.maximum(self.beta2 * u, np.abs(g), out=u)  # u_t = max(β2 u_{t-1}, |g|)
        # 0 / 0: a weight that has had no gradient yet stays
        ratio = np.divide(m, u, out=np.zeros_like(m), where=u > 0)
        theta -= self.lr / (1 - power(self.beta1, t)) * ratio  # θ ← θ − lr / (1 − β1ᵗ) m_t / u_t

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1 = power(self.beta1, t)
        largest = np.maximum(self.beta2 * old["u"], np.abs(g))
        u = new["u"]
        # 0 / 0: a weight that has had no gradient yet stays
        ratio = np.divide(new["m"], u, out=np.zeros_like(u), where=u > 0)
        step = self.lr / (1 - c1) * ratio
        return Said(
            {
                "m": decayed("m", "β1", self.beta1, old["m"], "g", g),
                "u": [Part("max(β2·old.u, |g|)", largest)],
                "theta": [Part("θ", theta), Part("−lr / (1 − β1ᵗ)·m / u", -step)],
            },
            {"β1ᵗ": c1},
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return AdaMax as in each library."""
        return {
            "paper": AdaMax(),
            "torch": AdaMaxEpsInside(),
            "keras": AdaMaxEpsOutside(),
            "optax": AdaMaxEpsInside(),
        }


@final
class AdaMaxEpsInside(Optimizer):
    """m ← β1 m + (1 − β1) g,  u ← max(β2 u, |g| + ε),  θ ← θ − lr / (1 − β1ᵗ) m / u.

    This is AdaMax with ε added to every |g|, inside the maximum.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the largest |g|.
    eps : number > 0, or a schedule
        Constant ε.
    """

    lr: Number = 0.002
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("m", "u")
    paper: ClassVar[type[Optimizer] | None] = AdaMax

    def step(self, t: int, theta: Array, g: Array, m: Array, u: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        np.maximum(self.beta2 * u, np.abs(g) + self.eps, out=u)  # u_t = max(β2 u_{t-1}, |g| + ε)
        theta -= self.lr / (1 - power(self.beta1, t)) * m / u  # θ ← θ − lr / (1 − β1ᵗ) m_t / u_t

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1 = power(self.beta1, t)
        largest = np.maximum(self.beta2 * old["u"], np.abs(g) + self.eps)
        ratio = new["m"] / new["u"]
        step = self.lr / (1 - c1) * ratio
        return Said(
            {
                "m": decayed("m", "β1", self.beta1, old["m"], "g", g),
                "u": [Part("max(β2·old.u, |g| + ε)", largest)],
                "theta": [Part("θ", theta), Part("−lr / (1 − β1ᵗ)·m / u", -step)],
            },
            {"β1ᵗ": c1},
        )


@final
class AdaMaxEpsOutside(Optimizer):
    """m ← β1 m + (1 − β1) g,  u ← max(β2 u, |g|),  θ ← θ − lr / (1 − β1ᵗ) m / (u + ε).

    This is AdaMax with ε added to the maximum.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the largest |g|.
    eps : number > 0, or a schedule
        Constant ε.
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-7

    slots: ClassVar[tuple[str, ...]] = ("m", "u")
    paper: ClassVar[type[Optimizer] | None] = AdaMax

    def step(self, t: int, theta: Array, g: Array, m: Array, u: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        np.maximum(self.beta2 * u, np.abs(g), out=u)  # u_t = max(β2 u_{t-1}, |g|)
        # θ ← θ − lr / (1 − β1ᵗ) m_t / (u_t + ε)
        theta -= self.lr / (1 - power(self.beta1, t)) * m / (u + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1 = power(self.beta1, t)
        largest = np.maximum(self.beta2 * old["u"], np.abs(g))
        ratio = new["m"] / (new["u"] + self.eps)
        step = self.lr / (1 - c1) * ratio
        return Said(
            {
                "m": decayed("m", "β1", self.beta1, old["m"], "g", g),
                "u": [Part("max(β2·old.u, |g|)", largest)],
                "theta": [Part("θ", theta), Part("−lr / (1 − β1ᵗ)·m / (u + ε)", -step)],
            },
            {"β1ᵗ": c1},
        )
