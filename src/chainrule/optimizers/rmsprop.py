"""RMSprop."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .terms import Part, Said, decayed


@final
class RMSprop(Optimizer):
    """E[g²] ← ρ E[g²] + (1 − ρ) g²,  b ← μ b + lr g / √(E[g²] + ε),  θ ← θ − b.

    Each gradient is divided by the root of the mean square of the last ones. With `centered` it is
    divided by their standard deviation: E[g²] − E[g]² replaces E[g²].

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate. It is inside the sum of the momentum.
    rho : number in [0, 1), or a schedule
        Decay ρ of the means.
    momentum : number in [0, 1), or a schedule
        Momentum μ; 0 is the rule of the lecture.
    centered : bool
        True: subtract the square of the mean gradient.
    eps : number > 0, or a schedule
        Constant ε inside the root.
    initial_accumulator : number ≥ 0
        Starting value of E[g²].

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    G. Hinton, Neural networks for machine learning, lecture 6e, 2012; S. Ruder, arXiv:1609.04747,
    section 4.5; momentum and centering: A. Graves, Generating sequences with recurrent neural
    networks, arXiv:1308.0850, equations (38) to (41).

    Examples
    --------
    >>> theta, rmsprop = np.array([0.0]), RMSprop()
    >>> slots = rmsprop.start(theta)
    >>> rmsprop.step(1, theta, np.array([1.0]), *slots.values())
    >>> theta.round(6)
    array([-0.003162])
    """

    lr: Number = 0.001
    _: KW_ONLY
    rho: Number = 0.9
    momentum: Number = 0.0
    centered: bool = False
    eps: Number = 1e-8
    initial_accumulator: float = 0.0

    slots: ClassVar[tuple[str, ...]] = ("Eg2", "Eg", "b")

    def check(self) -> None:
        super().check()
        self.require(
            "centered", "True or False", lambda v: isinstance(v, bool), "The usual value is False."
        )
        self.require_number("initial_accumulator", "≥ 0", lambda v: v >= 0, 0.0)

    def start(self, theta: Array) -> dict[str, Array]:
        slots = super().start(theta)
        slots["Eg2"][...] = self.initial_accumulator
        return slots

    def step(self, t: int, theta: Array, g: Array, Eg2: Array, Eg: Array, b: Array) -> None:
        spread = _spread(self.rho, self.centered, g, Eg2, Eg)
        b *= self.momentum
        b += self.lr * g / np.sqrt(spread + self.eps)  # b_t = μ b_{t-1} + lr g / √(E[g²]_t + ε)
        theta -= b  # θ ← θ − b_t

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        parts, spread, symbol, notes = _said(self.rho, self.centered, g, old, new)
        push = self.lr * g / np.sqrt(spread + self.eps)
        return Said(
            parts
            | {
                "b": [
                    Part("μ·old.b", self.momentum * old["b"]),
                    Part(f"lr·g / √({symbol} + ε)", push),
                ],
                "theta": [Part("θ", theta), Part("−b", -new["b"])],
            },
            {"σ²": spread},
            notes,
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return RMSprop as in each library."""
        return {
            "paper": RMSprop(),
            "torch": RMSpropEpsOutside(),
            "keras": RMSprop(eps=1e-7),
            "tf1": RMSprop(eps=1e-10, initial_accumulator=1.0),
            "optax": RMSprop(),
        }


@final
class RMSpropEpsOutside(Optimizer):
    """E[g²] ← ρ E[g²] + (1 − ρ) g²,  b ← μ b + g / (√E[g²] + ε),  θ ← θ − lr b.

    This is RMSprop with ε outside the root and the learning rate outside the momentum's sum.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    rho : number in [0, 1), or a schedule
        Decay ρ of the means (PyTorch's alpha).
    momentum : number in [0, 1), or a schedule
        Momentum μ.
    centered : bool
        True: subtract the square of the mean gradient.
    eps : number > 0, or a schedule
        Constant ε added to the root.
    """

    lr: Number = 0.01
    _: KW_ONLY
    rho: Number = 0.99
    momentum: Number = 0.0
    centered: bool = False
    eps: Number = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("Eg2", "Eg", "b")
    paper: ClassVar[type[Optimizer] | None] = RMSprop

    def check(self) -> None:
        super().check()
        self.require(
            "centered", "True or False", lambda v: isinstance(v, bool), "The usual value is False."
        )

    def step(self, t: int, theta: Array, g: Array, Eg2: Array, Eg: Array, b: Array) -> None:
        spread = _spread(self.rho, self.centered, g, Eg2, Eg)
        b *= self.momentum
        b += g / (np.sqrt(spread) + self.eps)  # b_t = μ b_{t-1} + g / (√E[g²]_t + ε)
        theta -= self.lr * b  # θ ← θ − lr b_t

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        parts, spread, symbol, notes = _said(self.rho, self.centered, g, old, new)
        push = g / (np.sqrt(spread) + self.eps)
        return Said(
            parts
            | {
                "b": [
                    Part("μ·old.b", self.momentum * old["b"]),
                    Part(f"g / (√{symbol} + ε)", push),
                ],
                "theta": [Part("θ", theta), Part("−lr·b", -self.lr * new["b"])],
            },
            {"σ²": spread},
            notes,
        )


def _spread(rho: float, centered: bool, g: Array, Eg2: Array, Eg: Array) -> Array:
    """Return E[g²], or E[g²] − E[g]² if centered, and update the means."""
    Eg2 += (1 - rho) * (g * g - Eg2)  # E[g²]_t = ρ E[g²]_{t-1} + (1 − ρ) g²
    if not centered:
        return Eg2
    Eg += (1 - rho) * (g - Eg)  # E[g]_t = ρ E[g]_{t-1} + (1 − ρ) g
    variance: Array = np.maximum(Eg2 - Eg * Eg, 0)  # only rounding can make a variance negative
    return variance


def _said(
    rho: float, centered: bool, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
) -> tuple[dict[str, list[Part]], Array, str, tuple[str, ...]]:
    """Return the terms of the means, what is under the root, its symbol, and its equation."""
    parts = {"Eg2": decayed("Eg2", "ρ", rho, old["Eg2"], "g²", g * g)}
    if not centered:
        return parts, new["Eg2"], "Eg2", ()
    parts["Eg"] = decayed("Eg", "ρ", rho, old["Eg"], "g", g)
    variance = np.maximum(new["Eg2"] - new["Eg"] * new["Eg"], 0)
    return parts, variance, "σ²", ("σ² = max(Eg2 − Eg², 0)",)
