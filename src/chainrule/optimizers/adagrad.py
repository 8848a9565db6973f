"""Adagrad."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import LIMITS, Library, Limits, Number, Optimizer
from .terms import Part, Said


@final
class Adagrad(Optimizer):
    """G ← G + g²,  θ ← θ − lr g / √(G + ε).

    Every weight has its own rate, which falls with all gradients so far: frequent features get
    small steps, rare ones large steps.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    eps : number ≥ 0, or a schedule
        Constant ε inside the root. It may be 0 only with an initial accumulator.
    initial_accumulator : number ≥ 0
        Starting value of G.

    Raises
    ------
    ParameterError
        A number is outside its range, or eps and initial_accumulator are both 0.

    References
    ----------
    J. Duchi, E. Hazan and Y. Singer, Adaptive subgradient methods for online learning and
    stochastic optimization, JMLR 12, 2011; the place of ε and the default numbers are those of
    S. Ruder, arXiv:1609.04747, section 4.3.

    Examples
    --------
    >>> theta, adagrad = np.zeros(2), Adagrad()
    >>> slots = adagrad.start(theta)
    >>> adagrad.step(1, theta, np.array([1.0, 0.01]), *slots.values())
    >>> theta.round(5)
    array([-0.01, -0.01])
    """

    lr: Number = 0.01
    _: KW_ONLY
    eps: Number = 1e-8
    initial_accumulator: float = 0.0

    slots: ClassVar[tuple[str, ...]] = ("G",)
    limits: ClassVar[Limits] = LIMITS | {"eps": ("≥ 0", lambda v: v >= 0)}

    def check(self) -> None:
        super().check()
        self.require_number("initial_accumulator", "≥ 0", lambda v: v >= 0, 0.0)
        if self.initial_accumulator == 0:  # without ε, 0 / √0 is not a number
            self.require(
                "eps",
                "> 0 when initial_accumulator is 0",
                lambda v: v != 0,
                "The usual value is 1e-08.",
            )

    def start(self, theta: Array) -> dict[str, Array]:
        slots = super().start(theta)
        slots["G"][...] = self.initial_accumulator
        return slots

    def step(self, t: int, theta: Array, g: Array, G: Array) -> None:
        G += g * g  # G_t = G_{t-1} + g²
        theta -= self.lr * g / np.sqrt(G + self.eps)  # θ ← θ − lr g / √(G_t + ε)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        step = self.lr * g / np.sqrt(new["G"] + self.eps)
        return Said(
            {
                "G": [Part("old.G", old["G"]), Part("g²", g * g)],
                "theta": [Part("θ", theta), Part("−lr·g / √(G + ε)", -step)],
            }
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return Adagrad as in each library."""
        return {
            "paper": Adagrad(),
            "torch": AdagradEpsOutside(),
            "keras": Adagrad(lr=0.001, eps=1e-7, initial_accumulator=0.1),
            "tf1": Adagrad(eps=0.0, initial_accumulator=0.1),
            "optax": Adagrad(eps=1e-7, initial_accumulator=0.1),
        }


@final
class AdagradEpsOutside(Optimizer):
    """G ← G + g²,  θ ← θ − lr g / (√G + ε).

    This is Adagrad with ε outside the root.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    eps : number > 0, or a schedule
        Constant ε added to the root.
    """

    lr: Number = 0.01
    _: KW_ONLY
    eps: Number = 1e-10

    slots: ClassVar[tuple[str, ...]] = ("G",)
    paper: ClassVar[type[Optimizer] | None] = Adagrad

    def step(self, t: int, theta: Array, g: Array, G: Array) -> None:
        G += g * g  # G_t = G_{t-1} + g²
        theta -= self.lr * g / (np.sqrt(G) + self.eps)  # θ ← θ − lr g / (√G_t + ε)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        step = self.lr * g / (np.sqrt(new["G"]) + self.eps)
        return Said(
            {
                "G": [Part("old.G", old["G"]), Part("g²", g * g)],
                "theta": [Part("θ", theta), Part("−lr·g / (√G + ε)", -step)],
            }
        )
