"""Adadelta, and Adadelta with a learning rate."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .terms import Part, Said, decayed


@final
class Adadelta(Optimizer):
    """E[g²] ← ρ E[g²] + (1 − ρ) g²,  Δ = √(E[Δ²] + ε) / √(E[g²] + ε) g,
    E[Δ²] ← ρ E[Δ²] + (1 − ρ) Δ²,  θ ← θ − Δ.

    The root of the mean square of the last steps replaces a learning rate, so that a step has the
    unit of θ. It begins slowly: the first steps are about √ε.

    Parameters
    ----------
    rho : number in [0, 1), or a schedule
        Decay ρ of both mean squares.
    eps : number > 0, or a schedule
        Constant ε inside both roots.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    M. Zeiler, ADADELTA: an adaptive learning rate method, arXiv:1212.5701, algorithm 1.

    Examples
    --------
    >>> theta, adadelta = np.array([0.0]), Adadelta()
    >>> slots = adadelta.start(theta)
    >>> adadelta.step(1, theta, np.array([1.0]), *slots.values())
    >>> theta.round(6)
    array([-0.004472])
    """

    _: KW_ONLY
    rho: Number = 0.95
    eps: Number = 1e-6

    slots: ClassVar[tuple[str, ...]] = ("Eg2", "Ed2")

    def step(self, t: int, theta: Array, g: Array, Eg2: Array, Ed2: Array) -> None:
        theta -= _delta(self.rho, self.eps, g, Eg2, Ed2)  # θ ← θ − Δ

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        delta = np.sqrt(old["Ed2"] + self.eps) / np.sqrt(new["Eg2"] + self.eps) * g
        return Said(
            {
                "Eg2": decayed("Eg2", "ρ", self.rho, old["Eg2"], "g²", g * g),
                "Ed2": decayed("Ed2", "ρ", self.rho, old["Ed2"], "Δ²", delta * delta),
                "theta": [Part("θ", theta), Part("−Δ", -delta)],
            },
            {"Δ": delta},
            ("Δ = √(old.Ed2 + ε) / √(Eg2 + ε)·g",),
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return Adadelta as in each library.

        (`optax.adadelta()` with its own default rate, None, goes uphill; here the rate is 1.)
        """
        return {
            "paper": Adadelta(),
            "torch": AdadeltaWithRate(rho=0.9),
            "keras": AdadeltaWithRate(lr=0.001, eps=1e-7),
            "tf1": AdadeltaWithRate(lr=0.001, eps=1e-8),
            "optax": AdadeltaWithRate(rho=0.9),
        }


@final
class AdadeltaWithRate(Optimizer):
    """E[g²] ← ρ E[g²] + (1 − ρ) g²,  Δ = √(E[Δ²] + ε) / √(E[g²] + ε) g,
    E[Δ²] ← ρ E[Δ²] + (1 − ρ) Δ²,  θ ← θ − lr Δ.

    This is Adadelta with a learning rate. E[Δ²] collects the step without the rate.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate; 1 is the paper's rule.
    rho : number in [0, 1), or a schedule
        Decay ρ of both mean squares.
    eps : number > 0, or a schedule
        Constant ε inside both roots.
    """

    lr: Number = 1.0
    _: KW_ONLY
    rho: Number = 0.95
    eps: Number = 1e-6

    slots: ClassVar[tuple[str, ...]] = ("Eg2", "Ed2")
    paper: ClassVar[type[Optimizer] | None] = Adadelta

    def step(self, t: int, theta: Array, g: Array, Eg2: Array, Ed2: Array) -> None:
        theta -= self.lr * _delta(self.rho, self.eps, g, Eg2, Ed2)  # θ ← θ − lr Δ

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        delta = np.sqrt(old["Ed2"] + self.eps) / np.sqrt(new["Eg2"] + self.eps) * g
        return Said(
            {
                "Eg2": decayed("Eg2", "ρ", self.rho, old["Eg2"], "g²", g * g),
                "Ed2": decayed("Ed2", "ρ", self.rho, old["Ed2"], "Δ²", delta * delta),
                "theta": [Part("θ", theta), Part("−lr·Δ", -self.lr * delta)],
            },
            {"Δ": delta},
            ("Δ = √(old.Ed2 + ε) / √(Eg2 + ε)·g",),
        )


def _delta(rho: float, eps: float, g: Array, Eg2: Array, Ed2: Array) -> Array:
    """Return Δ_t = RMS[Δ]_{t-1} / RMS[g]_t g, and update both mean squares."""
    Eg2 += (1 - rho) * (g * g - Eg2)  # E[g²]_t = ρ E[g²]_{t-1} + (1 − ρ) g²
    delta: Array = np.sqrt(Ed2 + eps) / np.sqrt(Eg2 + eps) * g
    Ed2 += (1 - rho) * (delta * delta - Ed2)  # E[Δ²]_t = ρ E[Δ²]_{t-1} + (1 − ρ) Δ²
    return delta
