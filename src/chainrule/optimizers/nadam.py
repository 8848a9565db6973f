"""Nadam."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .scalar import power, real_power
from .terms import Part, Said, moments


@final
class Nadam(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
    θ ← θ − lr (β1 m̂ + (1 − β1) g / (1 − β1ᵗ)) / (√v̂ + ε).

    This is Adam with Nesterov's momentum: the new gradient counts at once, as if one more step had
    been made with it. m̂ and v̂ are those of Adam. Three different algorithms are called "Nadam";
    this one is from Ruder's survey, and `like` gives the others.

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
    T. Dozat, Incorporating Nesterov momentum into Adam, ICLR workshop, 2016; S. Ruder,
    arXiv:1609.04747, section 4.8, last equation.

    Examples
    --------
    >>> theta, nadam = np.array([0.0]), Nadam()
    >>> slots = nadam.start(theta)
    >>> nadam.step(1, theta, np.array([1.0]), *slots.values())
    >>> theta.round(6)
    array([-0.0019])
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
        c = 1 - power(self.beta1, t)
        ahead = self.beta1 * m / c + (1 - self.beta1) * g / c  # β1 m̂ + (1 − β1) g / (1 − β1ᵗ)
        v_hat = v / (1 - power(self.beta2, t))
        theta -= self.lr * ahead / (np.sqrt(v_hat) + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        m_hat, v_hat = new["m"] / (1 - c1), new["v"] / (1 - c2)
        root = np.sqrt(v_hat) + self.eps
        return Said(
            moments(self, g, old)
            | {
                "theta": [
                    Part("θ", theta),
                    Part("−lr·β1·m̂ / (√v̂ + ε)", -self.lr * self.beta1 * m_hat / root),
                    Part(
                        "−lr·(1 − β1)·g / (1 − β1ᵗ) / (√v̂ + ε)",
                        -self.lr * (1 - self.beta1) * g / (1 - c1) / root,
                    ),
                ]
            },
            {"m̂": m_hat, "v̂": v_hat, "β1ᵗ": c1, "β2ᵗ": c2},
            ("m̂ = m / (1 − β1ᵗ)", "v̂ = v / (1 − β2ᵗ)"),
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return Nadam as in each library."""
        return {
            "paper": Nadam(),
            "torch": NadamScheduled(lr=0.002, momentum_decay=0.004),
            "keras": NadamScheduled(eps=1e-7),
            "optax": NadamNextStep(),
        }


@final
class NadamNextStep(Optimizer):
    """m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
    θ ← θ − lr (β1 m / (1 − β1ᵗ⁺¹) + (1 − β1) g / (1 − β1ᵗ)) / (√v̂ + ε).

    This is Dozat's Nadam with a constant β1: m is corrected like the mean of the next step.

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

    slots: ClassVar[tuple[str, ...]] = ("m", "v")
    paper: ClassVar[type[Optimizer] | None] = Nadam

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array) -> None:
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        m_next = self.beta1 * m / (1 - power(self.beta1, t + 1))
        ahead = m_next + (1 - self.beta1) * g / (1 - power(self.beta1, t))
        v_hat = v / (1 - power(self.beta2, t))
        theta -= self.lr * ahead / (np.sqrt(v_hat) + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        c1, c2 = power(self.beta1, t), power(self.beta2, t)
        v_hat = new["v"] / (1 - c2)
        root = np.sqrt(v_hat) + self.eps
        return Said(
            moments(self, g, old)
            | {
                "theta": [
                    Part("θ", theta),
                    Part(
                        "−lr·β1·m / (1 − β1·β1ᵗ) / (√v̂ + ε)",
                        -self.lr * self.beta1 * new["m"] / (1 - self.beta1 * c1) / root,
                    ),
                    Part(
                        "−lr·(1 − β1)·g / (1 − β1ᵗ) / (√v̂ + ε)",
                        -self.lr * (1 - self.beta1) * g / (1 - c1) / root,
                    ),
                ]
            },
            {"v̂": v_hat, "β1ᵗ": c1, "β2ᵗ": c2},
            ("v̂ = v / (1 − β2ᵗ)",),
        )


@final
class NadamScheduled(Optimizer):
    """μ_t = β1 (1 − 0.96^(ψ t) / 2),  P_t = μ_1 ... μ_t,
    m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
    θ ← θ − lr (μ_{t+1} m / (1 − P_{t+1}) + (1 − μ_t) g / (1 − P_t)) / (√v̂ + ε).

    This is Dozat's Nadam with a momentum that grows from β1 / 2 to β1.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    beta1, beta2 : number in [0, 1), or a schedule
        Decay of the mean of g, and of the mean of g².
    eps : number > 0, or a schedule
        Constant ε added to the root.
    momentum_decay : number ≥ 0
        Rate ψ at which the momentum grows.
    """

    lr: Number = 0.001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.999
    eps: Number = 1e-8
    momentum_decay: float = 1.0

    slots: ClassVar[tuple[str, ...]] = ("m", "v", "P")
    paper: ClassVar[type[Optimizer] | None] = Nadam

    def check(self) -> None:
        super().check()
        self.require_number("momentum_decay", "≥ 0", lambda v: v >= 0, 1.0)

    def start(self, theta: Array) -> dict[str, Array]:
        slots = super().start(theta)
        slots["P"][...] = 1
        return slots

    def step(self, t: int, theta: Array, g: Array, m: Array, v: Array, P: Array) -> None:
        decay = self.momentum_decay
        mu = self.beta1 * (1 - 0.5 * real_power(0.96, decay * t))  # μ_t
        mu_next = self.beta1 * (1 - 0.5 * real_power(0.96, decay * (t + 1)))  # μ_{t+1}
        P *= mu  # P_t = μ_1 ... μ_t, the same number everywhere
        m += (1 - self.beta1) * (g - m)  # m_t = β1 m_{t-1} + (1 − β1) g
        v += (1 - self.beta2) * (g * g - v)  # v_t = β2 v_{t-1} + (1 − β2) g²
        ahead = mu_next * m / (1 - P * mu_next) + (1 - mu) * g / (1 - P)
        v_hat = v / (1 - power(self.beta2, t))
        theta -= self.lr * ahead / (np.sqrt(v_hat) + self.eps)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        decay, P = self.momentum_decay, new["P"]
        mu = self.beta1 * (1 - 0.5 * real_power(0.96, decay * t))  # μ_t
        mu_next = self.beta1 * (1 - 0.5 * real_power(0.96, decay * (t + 1)))  # μ_{t+1}
        c2 = power(self.beta2, t)
        v_hat = new["v"] / (1 - c2)
        step = self.lr / (np.sqrt(v_hat) + self.eps)
        return Said(
            moments(self, g, old)
            | {
                "P": [Part("μₜ·old.P", mu * old["P"])],
                "theta": [
                    Part("θ", theta),
                    Part(
                        "−lr·ν·m / (1 − P·ν) / (√v̂ + ε)",
                        -step * (mu_next * new["m"] / (1 - P * mu_next)),
                    ),
                    Part("−lr·(1 − μₜ)·g / (1 − P) / (√v̂ + ε)", -step * ((1 - mu) * g / (1 - P))),
                ],
            },
            {"v̂": v_hat, "β2ᵗ": c2, "μₜ": mu, "ν": mu_next},
            ("v̂ = v / (1 − β2ᵗ)", "ν is μₜ of the next step"),
        )
