"""Rprop."""

from abc import ABC
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer


class Resilient(Optimizer, ABC):
    """The numbers that the rules of this file share."""

    lr: Number = 0.1
    _: KW_ONLY
    grow: float = 1.2
    shrink: float = 0.5
    smallest: float = 1e-6
    largest: float = 50.0

    def check(self) -> None:
        super().check()
        self.require_number("grow", "> 1", lambda v: v > 1, 1.2)
        self.require_number("shrink", "> 0 and < 1", lambda v: 0 < v < 1, 0.5)
        self.require_number("smallest", "> 0", lambda v: v > 0, 1e-6)
        self.require_number("largest", "≥ smallest", lambda v: v >= self.smallest, 50.0)


@final
class Rprop(Resilient):
    """Δ ← min(η⁺ Δ, Δmax) where g keeps its sign, max(η⁻ Δ, Δmin) where it changes,  θ ← θ − sign(g) Δ.

    Resilient propagation: every weight has its own step, which follows the signs of its gradient and not their size. For the
    whole set at once (batch_size=None); a mini-batch changes signs by chance.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Δ of the first step; it is not read again.
    grow : number > 1
        η⁺.
    shrink : number > 0 and < 1
        η⁻.
    smallest, largest : number > 0
        Δmin and Δmax.

    Raises
    ------
    ParameterError
        For a number outside its range, and for smallest > largest.

    References
    ----------
    M. Riedmiller and H. Braun, A direct adaptive method for faster backpropagation learning: the RPROP algorithm, IEEE ICNN
    1993; this form, without weight backtracking, is Rprop⁻ in C. Igel and M. Hüsken, Empirical evaluation of the improved Rprop
    learning algorithms, Neurocomputing 50, 2003, algorithm 2.

    Examples
    --------
    >>> theta, rprop = np.zeros(2), Rprop(lr=0.1)
    >>> slots = rprop.start(theta)
    >>> rprop.step(1, theta, np.array([5.0, -0.01]), *slots.values())
    >>> rprop.step(2, theta, np.array([5.0, 0.01]), *slots.values())
    >>> theta
    array([-0.22,  0.05])
    """

    slots: ClassVar[tuple[str, ...]] = ("delta", "g_last")
    hides_overflow = True

    def step(self, t: int, theta: Array, g: Array, delta: Array, g_last: Array) -> None:
        if t == 1:
            delta[:] = self.lr  # Δ_0
        same = np.sign(g) * np.sign(
            g_last
        )  # 1: the sign is kept, −1: it has changed, 0: one of them is 0
        delta[:] = np.clip(delta * _factor(self, same), self.smallest, self.largest)
        theta -= np.sign(g) * delta  # θ ← θ − sign(g) Δ
        g_last[:] = g

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Rprop in each library."""
        return {"paper": Rprop(), "torch": RpropPausing(lr=0.01), "optax": RpropOneLate()}


@final
class RpropPausing(Resilient):
    """Δ ← min(η⁺ Δ, Δmax) where g keeps its sign, max(η⁻ Δ, Δmin) and g ← 0 where it changes,  θ ← θ − sign(g) Δ.

    Rprop that skips the move after a change of sign, and lets the step alone once more after it (iRprop⁻).

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Δ of the first step; it is not read again.
    grow, shrink, smallest, largest : number
        η⁺, η⁻, Δmin, Δmax.
    """

    slots: ClassVar[tuple[str, ...]] = ("delta", "g_last")
    hides_overflow = True
    paper: ClassVar[type[Optimizer] | None] = Rprop

    def step(self, t: int, theta: Array, g: Array, delta: Array, g_last: Array) -> None:
        if t == 1:
            delta[:] = self.lr  # Δ_0
        same = np.sign(g) * np.sign(g_last)
        delta[:] = np.clip(delta * _factor(self, same), self.smallest, self.largest)
        g_last[:] = np.where(same < 0, 0, g)  # g ← 0 where the sign has changed
        theta -= np.sign(g_last) * delta  # θ ← θ − sign(g) Δ


@final
class RpropOneLate(Resilient):
    """Δ ← min(η⁺ Δ, Δmax) where g keeps its sign, max(η⁻ Δ, Δmin) where it changes,  d_t = sign(g) Δ, or 0 where it changes,
    θ ← θ − d_{t−1}, or no move where the sign changes.

    Rprop as Optax 0.2 computes it: each move is that of the step before, and the first step moves nothing.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Δ of the first step; it is not read again.
    grow, shrink, smallest, largest : number
        η⁺, η⁻, Δmin, Δmax.
    """

    slots: ClassVar[tuple[str, ...]] = ("delta", "d_last")
    hides_overflow = True
    paper: ClassVar[type[Optimizer] | None] = Rprop

    def step(self, t: int, theta: Array, g: Array, delta: Array, d_last: Array) -> None:
        if t == 1:
            delta[:] = self.lr  # Δ_0
        same = np.sign(g) * np.sign(d_last)
        moved = np.clip(delta * _factor(self, same), self.smallest, self.largest)
        delta[:] = np.where(same == 0, delta, moved)
        theta -= np.where(same < 0, 0, d_last)  # θ ← θ − d_{t−1}
        d_last[:] = np.where(same < 0, 0, np.sign(g) * delta)  # d_t


def _factor(rule: Resilient, same: Array) -> Array:
    """η⁺ where the sign is kept, η⁻ where it has changed, 1 where there is none."""
    factor = np.ones_like(same)
    factor[same > 0] = rule.grow
    factor[same < 0] = rule.shrink
    return factor
