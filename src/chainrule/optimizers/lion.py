"""Lion."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .terms import Part, Said, decayed


@final
class Lion(Optimizer):
    """θ ← θ − lr (sign(β1 m + (1 − β1) g) + λ θ),  m ← β2 m + (1 − β2) g.

    "Lion" stands for evolved sign momentum: a search among programs found it. Each weight moves by
    lr in every step, so lr is three to ten times smaller than that of AdamW, and the weight decay
    as many times larger. It has one slot, Adam has two.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate (the paper's η); it also multiplies the decay.
    beta1 : number in [0, 1), or a schedule
        Share of m in the direction of the step.
    beta2 : number in [0, 1), or a schedule
        Decay of the mean of g.
    weight_decay : number ≥ 0, or a schedule
        Rate λ of the weight decay.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    X. Chen, C. Liang, D. Huang, E. Real, K. Wang, Y. Liu, H. Pham, X. Dong, T. Luong, C.-J. Hsieh,
    Y. Lu and Q. Le, Symbolic discovery of optimization algorithms, NeurIPS 2023, algorithm 2; lr
    and weight_decay as in the authors' program.

    Examples
    --------
    >>> theta, lion = np.array([0.0, 0.0]), Lion()
    >>> slots = lion.start(theta)
    >>> lion.step(1, theta, np.array([5.0, -0.01]), *slots.values())
    >>> theta
    array([-0.0001,  0.0001])
    """

    lr: Number = 0.0001
    _: KW_ONLY
    beta1: Number = 0.9
    beta2: Number = 0.99
    weight_decay: Number = 0.0

    slots: ClassVar[tuple[str, ...]] = ("m",)
    hides_overflow: ClassVar[bool] = True  # the sign of an infinite gradient is finite

    def step(self, t: int, theta: Array, g: Array, m: Array) -> None:
        ahead = m + (1 - self.beta1) * (g - m)  # c_t = β1 m_{t-1} + (1 − β1) g
        theta -= self.lr * (np.sign(ahead) + self.weight_decay * theta)
        m += (1 - self.beta2) * (g - m)  # m_t = β2 m_{t-1} + (1 − β2) g

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        ahead = old["m"] + (1 - self.beta1) * (g - old["m"])
        return Said(
            {
                "theta": [
                    Part("θ", theta),
                    Part("−lr·sign(c)", -self.lr * np.sign(ahead)),
                    Part("−lr·λ·θ", -self.lr * self.weight_decay * theta),
                ],
                "m": decayed("m", "β2", self.beta2, old["m"], "g", g),
            },
            {"c": ahead},
            ("c = β1·old.m + (1 − β1)·g",),
        )

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return Lion as in each library."""
        return {
            "paper": Lion(),
            "keras": Lion(lr=0.001),
            "optax": Lion(weight_decay=0.001),
        }
