"""What all optimizers have that choose the points at which they need the loss of the whole set."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..arrays import Array
from ..errors import ParameterError, TrainingError
from .base import Optimizer

Objective = Callable[[Array], tuple[float, Array]]
"""theta -> (loss, gradient)."""


class WholeBatch(Optimizer, ABC):
    """An optimizer without its iteration. Abstract."""

    full_batch: ClassVar[bool] = True
    tolerance: float

    def check(self) -> None:
        super().check()
        self.require_number("tolerance", "≥ 0", lambda v: v >= 0, 1e-6)

    def step(self, t: int, theta: Array, g: Array, *slots: Any) -> None:
        """Raise ParameterError: the rule chooses the points at which it needs the loss."""
        raise ParameterError(
            f"{self!r}.step",
            "iterate(f, theta, state) or minimise(f, theta)",
            "step",
            "`fit` does it by itself.",
        )

    @abstractmethod
    def iterate(self, f: Any, theta: Array, state: dict[str, Array]) -> tuple[float, bool]:
        """Do one iteration, in place on theta and state.

        Parameters
        ----------
        f : callable theta -> (loss, gradient)
            The function to minimize.
        theta : array (n,)
            The starting point; afterwards, the new point.
        state : dict
            The result of `start`, or the state after the last iteration.

        Returns
        -------
        loss : float
            The loss at the new theta.
        converged : bool
            True if no |gradient| is above the tolerance, or if no lower point was found.

        Raises
        ------
        TrainingError
            The loss at the first point is not finite.
        """

    def along(self, g: Array, state: dict[str, Array]) -> Array | None:
        """Return the direction in which `iterate` will search; None: it does not search on a line.

        Parameters
        ----------
        g : array (n,)
            The gradient at the point.
        state : dict
            As for `iterate`; not changed.
        """
        return None

    def minimise(self, f: Any, theta: Array, *, iterations: int = 100) -> Array:
        """Iterate until convergence, in place on theta.

        Parameters
        ----------
        f : callable theta -> (loss, gradient)
            The function to minimize.
        theta : array (n,)
            The starting point; afterwards, the minimum.
        iterations : int
            Largest number of iterations, ≥ 0.

        Returns
        -------
        losses : array
            The loss after each iteration.

        Raises
        ------
        TrainingError
            The loss at the first point is not finite.
        """
        losses: list[float] = []
        state, converged = self.start(theta), False
        while len(losses) < iterations and not converged:
            loss, converged = self.iterate(f, theta, state)
            losses.append(loss)
        return np.array(losses)

    def begin(self, f: Objective, theta: Array, state: dict[str, Array]) -> None:
        """Put loss and g of the first point into the state; raise TrainingError if not finite."""
        if state["iterations"] == 0:
            state["loss"][...], state["g"][:] = f(theta.copy())
            if not np.isfinite(state["loss"]):
                message = f"the loss is {float(state['loss'])} at the first point"
                raise TrainingError(f"{type(self).__name__}: {message}. Begin where it is finite.")
        state["iterations"] += 1

    def is_flat(self, g: Array) -> bool:
        """Return True if no |gradient| is above the tolerance."""
        return bool(np.max(np.abs(g), initial=0.0) <= self.tolerance)
