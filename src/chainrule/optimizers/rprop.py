"""Rprop."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .terms import Part, Said


class Resilient(Optimizer, ABC):
    """The hyperparameters that the rules of this file share. Abstract."""

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
    """Δ ← min(η⁺ Δ, Δmax) where g keeps its sign, max(η⁻ Δ, Δmin) where it changes,
    θ ← θ − sign(g) Δ.

    "Rprop" stands for resilient propagation. Every weight has its own step, which depends on the
    signs of its gradients and not on their size. Use it on the whole data set
    (batch_size=None): in a mini-batch, signs change by chance.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Δ of the first step. It is read only once.
    grow : number > 1
        Factor η⁺ of a step that keeps its sign.
    shrink : number > 0 and < 1
        Factor η⁻ of a step whose sign changes.
    smallest, largest : number > 0
        Limits Δmin and Δmax of a step.

    Raises
    ------
    ParameterError
        A number is outside its range, or smallest > largest.

    References
    ----------
    M. Riedmiller and H. Braun, A direct adaptive method for faster backpropagation learning: the
    RPROP algorithm, IEEE ICNN 1993; this form, without weight backtracking, is Rprop⁻ in C. Igel
    and M. Hüsken, Empirical evaluation of the improved Rprop learning algorithms, Neurocomputing
    50, 2003, algorithm 2.

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
        # 1: the sign is kept, −1: it has changed, 0: one of the two gradients is 0
        same = np.sign(g) * np.sign(g_last)
        delta[:] = np.clip(delta * _factor(self, same), self.smallest, self.largest)
        theta -= np.sign(g) * delta  # θ ← θ − sign(g) Δ
        g_last[:] = g

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        parts, delta = _sizes(self, t, g, old, "g_last")
        moves = [Part("θ", theta), Part("−sign(g)·delta", -np.sign(g) * new["delta"])]
        return Said(
            {"delta": parts, "theta": moves, "g_last": [Part("g", g)]}, {"old.delta": delta}
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return Rprop as in each library."""
        return {"paper": Rprop(), "torch": RpropPausing(lr=0.01), "optax": RpropOneLate()}


@final
class RpropPausing(Resilient):
    """Δ ← min(η⁺ Δ, Δmax) where g keeps its sign, max(η⁻ Δ, Δmin) and g ← 0 where it changes,
    θ ← θ − sign(g) Δ.

    This is Rprop that does not move after a change of sign, and then leaves the size of the step
    unchanged once (iRprop⁻).

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Δ of the first step. It is read only once.
    grow, shrink, smallest, largest : number
        The factors η⁺ and η⁻ and the limits Δmin and Δmax.
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

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        parts, delta = _sizes(self, t, g, old, "g_last")
        turned = np.sign(g) * np.sign(old["g_last"]) < 0
        kept = [Part("g", g, ~turned), Part("0", np.zeros_like(g), turned)]
        moves = [
            Part("θ", theta),
            Part("−sign(g_last)·delta", -np.sign(new["g_last"]) * new["delta"]),
        ]
        return Said({"delta": parts, "g_last": kept, "theta": moves}, {"old.delta": delta})


@final
class RpropOneLate(Resilient):
    """Δ ← min(η⁺ Δ, Δmax) where g keeps its sign, max(η⁻ Δ, Δmin) where it changes,
    d_t = sign(g) Δ, or 0 where it changes,  θ ← θ − d_{t−1}, or no move where the sign changes.

    This is Rprop as Optax 0.2 computes it: each move is that of the step before, and the first step
    moves nothing.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Δ of the first step. It is read only once.
    grow, shrink, smallest, largest : number
        The factors η⁺ and η⁻ and the limits Δmin and Δmax.
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

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        parts, delta = _sizes(self, t, g, old, "d_last")
        same = np.sign(g) * np.sign(old["d_last"])
        parts = [parts[0], parts[1], Part("old.delta", delta, same == 0)]
        turned, zero = same < 0, np.zeros_like(g)
        moves = [
            Part("θ", theta),
            Part("−old.d_last", -old["d_last"], ~turned),
            Part("0", zero, turned),
        ]
        last = [
            Part("sign(g)·delta", np.sign(g) * new["delta"], ~turned),
            Part("0", zero, turned),
        ]
        return Said({"delta": parts, "theta": moves, "d_last": last}, {"old.delta": delta})


def _factor(rule: Resilient, same: Array) -> Array:
    """Return η⁺ where the sign is kept, η⁻ where it has changed, 1 where one gradient was 0."""
    factor = np.ones_like(same)
    factor[same > 0] = rule.grow
    factor[same < 0] = rule.shrink
    return factor


def _sizes(
    rule: Resilient, t: int, g: Array, old: Mapping[str, Array], last: str
) -> tuple[list[Part], Array]:
    """Return the terms of the new Δ, one for each entry, and the old Δ."""
    same = np.sign(g) * np.sign(old[last])
    delta = np.full_like(old["delta"], rule.lr) if t == 1 else old["delta"]  # Δ_0
    size = np.clip(delta * _factor(rule, same), rule.smallest, rule.largest)
    return [
        Part("min(max(η⁺·old.delta, smallest), largest)", size, same > 0),
        Part("min(max(η⁻·old.delta, smallest), largest)", size, same < 0),
        Part("min(max(old.delta, smallest), largest)", size, same == 0),
    ], delta
