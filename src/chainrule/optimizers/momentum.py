"""Gradient descent with momentum."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

from ..arrays import Array
from .base import Library, Number, Optimizer
from .terms import Part, Said


@final
class Momentum(Optimizer):
    """v ← μ v + lr g,  θ ← θ − v.

    Like a heavy ball: a step is a decaying sum of all earlier gradient steps.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate. It is inside the sum: a new rate affects only new gradients.
    momentum : number in [0, 1), or a schedule
        Decay μ of the last step.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    N. Qian, On the momentum term in gradient descent learning algorithms, Neural Networks 12, 1999,
    equation (2);
    S. Ruder, arXiv:1609.04747, section 4.1.

    Examples
    --------
    >>> import numpy as np
    >>> theta, momentum = np.array([1.0]), Momentum(lr=0.1)
    >>> slots = momentum.start(theta)
    >>> momentum.step(1, theta, np.array([1.0]), *slots.values())
    >>> momentum.step(2, theta, np.array([1.0]), *slots.values())
    >>> slots
    {'v': array([0.19])}
    """

    lr: Number = 0.01
    _: KW_ONLY
    momentum: Number = 0.9

    slots: ClassVar[tuple[str, ...]] = ("v",)

    def step(self, t: int, theta: Array, g: Array, v: Array) -> None:
        v *= self.momentum
        v += self.lr * g  # v_t = μ v_{t-1} + lr g
        theta -= v  # θ ← θ − v_t

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        return Said(
            {
                "v": [Part("μ·old.v", self.momentum * old["v"]), Part("lr·g", self.lr * g)],
                "theta": [Part("θ", theta), Part("−v", -new["v"])],
            }
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return each library's SGD momentum, or chainrule's default if it is off by default."""
        return {
            "paper": Momentum(),
            "torch": MomentumRateOutside(lr=0.001),
            "keras": Momentum(lr=0.01),
            "tf1": MomentumRateOutside(),
            "optax": MomentumRateOutside(),
            "sklearn": Momentum(lr=0.001),
        }


@final
class MomentumRateOutside(Optimizer):
    """b ← μ b + g,  θ ← θ − lr b.

    This is momentum with the learning rate outside the sum: a new rate also affects old gradients.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.
    momentum : number in [0, 1), or a schedule
        Decay μ of the last sum.
    """

    lr: Number = 0.01
    _: KW_ONLY
    momentum: Number = 0.9

    slots: ClassVar[tuple[str, ...]] = ("b",)
    paper: ClassVar[type[Optimizer] | None] = Momentum

    def step(self, t: int, theta: Array, g: Array, b: Array) -> None:
        b *= self.momentum
        b += g  # b_t = μ b_{t-1} + g
        theta -= self.lr * b  # θ ← θ − lr b_t

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        return Said(
            {
                "b": [Part("μ·old.b", self.momentum * old["b"]), Part("g", g)],
                "theta": [Part("θ", theta), Part("−lr·b", -self.lr * new["b"])],
            }
        )
