"""Gradient descent with Nesterov's momentum."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

from ..arrays import Array
from .base import Library, Number, Optimizer
from .terms import Part, Said


@final
class Nesterov(Optimizer):
    """v ← μ v + lr g,  θ ← θ − (μ v + lr g).

    This is momentum whose gradient is taken where the ball is about to be:
    v ← μ v + lr ∇J(θ − μ v), θ ← θ − v. As every library does, we store the look-ahead point
    φ = θ − μ v instead of θ. For φ the paper's rule is the one above. It gives the same sequence of
    points for any sequence of learning rates and a constant μ.

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
    Y. Nesterov, A method for solving a convex programming problem with convergence rate O(1/k²),
    Soviet Mathematics Doklady 27, 1983; I. Sutskever et al., On the importance of initialization
    and momentum in deep learning, ICML 2013, equations (3) and (4); S. Ruder, arXiv:1609.04747,
    section 4.2.

    Examples
    --------
    >>> import numpy as np
    >>> theta, nesterov = np.array([1.0]), Nesterov(lr=0.1)
    >>> nesterov.step(1, theta, np.array([1.0]), *nesterov.start(theta).values())
    >>> theta
    array([0.81])
    """

    lr: Number = 0.01
    _: KW_ONLY
    momentum: Number = 0.9

    slots: ClassVar[tuple[str, ...]] = ("v",)

    def step(self, t: int, theta: Array, g: Array, v: Array) -> None:
        v *= self.momentum
        v += self.lr * g  # v_t = μ v_{t-1} + lr g
        theta -= self.momentum * v + self.lr * g  # φ ← φ − (μ v_t + lr g)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        return Said(
            {
                "v": [Part("μ·old.v", self.momentum * old["v"]), Part("lr·g", self.lr * g)],
                "theta": [
                    Part("θ", theta),
                    Part("−μ·v", -self.momentum * new["v"]),
                    Part("−lr·g", -self.lr * g),
                ],
            }
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return Nesterov's momentum of each library's SGD.

        If momentum is off by default, chainrule's default is kept.
        """
        return {
            "paper": Nesterov(),
            "torch": NesterovRateOutside(lr=0.001),
            "keras": Nesterov(lr=0.01),
            "tf1": NesterovRateOutside(),
            "optax": NesterovRateOutside(),
            "sklearn": Nesterov(lr=0.001),
        }


@final
class NesterovRateOutside(Optimizer):
    """b ← μ b + g,  θ ← θ − lr (g + μ b).

    This is Nesterov's momentum with the learning rate outside the sum. At a constant rate v = lr b,
    and the points are the same. A new rate also affects old gradients.

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
    paper: ClassVar[type[Optimizer] | None] = Nesterov

    def step(self, t: int, theta: Array, g: Array, b: Array) -> None:
        b *= self.momentum
        b += g  # b_t = μ b_{t-1} + g
        theta -= self.lr * (g + self.momentum * b)  # φ ← φ − lr (g + μ b_t)

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        return Said(
            {
                "b": [Part("μ·old.b", self.momentum * old["b"]), Part("g", g)],
                "theta": [
                    Part("θ", theta),
                    Part("−lr·g", -self.lr * g),
                    Part("−lr·μ·b", -self.lr * self.momentum * new["b"]),
                ],
            }
        )
