"""Stochastic gradient descent."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import final

from ..arrays import Array
from .base import Library, Number, Optimizer
from .terms import Part, Said


@final
class SGD(Optimizer):
    """θ ← θ − lr g.

    Gradient descent on the whole set, on mini-batches or on single rows, by `fit(batch_size=...)`.

    Parameters
    ----------
    lr : number > 0, or a schedule step -> number ≥ 0
        Learning rate.

    Raises
    ------
    ParameterError
        lr is neither a number > 0 nor a schedule.

    References
    ----------
    H. Robbins and S. Monro, A stochastic approximation method, Annals of Mathematical Statistics
    22, 1951, equation (8).

    Examples
    --------
    >>> import numpy as np
    >>> theta = np.array([1.0, 2.0])
    >>> SGD(lr=0.5).step(1, theta, np.array([1.0, 0.0]))
    >>> theta
    array([0.5, 2. ])
    """

    lr: Number = 0.01
    _: KW_ONLY

    def step(self, t: int, theta: Array, g: Array) -> None:
        theta -= self.lr * g  # θ ← θ − lr g

    def terms(
        self, t: int, theta: Array, g: Array, old: Mapping[str, Array], new: Mapping[str, Array]
    ) -> Said:
        return Said({"theta": [Part("θ", theta), Part("−lr·g", -self.lr * g)]})

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return plain descent as in each library, without its momentum."""
        return {
            "paper": SGD(),
            "torch": SGD(lr=0.001),
            "keras": SGD(lr=0.01),
            "tf1": SGD(),
            "optax": SGD(),
            "sklearn": SGD(lr=0.001),
        }
