"""L-BFGS: a quasi-Newton method for the whole data set at once."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .base import Library, Number, Optimizer
from .line_search import Point, strong_wolfe
from .whole_batch import Objective, WholeBatch


class QuasiNewton(WholeBatch, ABC):
    """L-BFGS without its rule for the length of a step. Abstract."""

    slots: ClassVar[tuple[str, ...]] = ("s", "y", "g", "loss", "pairs", "iterations")
    least_curvature: ClassVar[float] = 0.0
    """A pair is kept if s·y is above this."""
    history: int

    def check(self) -> None:
        super().check()
        self.require_size("history", "The usual value is 10.")

    def start(self, theta: Array) -> dict[str, Array]:
        """Return a state without pairs. It is plain arrays, so it can be saved and loaded."""
        memory = (self.history, theta.size)
        return {
            "s": np.zeros(memory, theta.dtype),
            "y": np.zeros(memory, theta.dtype),
            "g": np.zeros_like(theta),
            "loss": np.array(0.0),
            "pairs": np.array(0),
            "iterations": np.array(0),
        }

    def along(self, g: Array, state: dict[str, Array]) -> Array:
        return direction(g, state)

    def iterate(self, f: Objective, theta: Array, state: dict[str, Array]) -> tuple[float, bool]:
        self.begin(f, theta, state)
        loss, g = float(state["loss"]), state["g"]
        if self.is_flat(g):
            return loss, True
        d = direction(g, state)

        def phi(alpha: float) -> Point:
            value, gradient = f(theta + alpha * d)
            return Point(alpha, float(value), float(gradient @ d), np.array(gradient))

        origin = Point(0.0, loss, float(g @ d), g.copy())
        new = self.search(phi, origin, first=state["pairs"] == 0)
        if new is None:
            stuck = state["pairs"] == 0  # steepest descent did not find a lower point either
            state["pairs"][...] = 0
            return loss, bool(stuck)
        remember(new.alpha * d, new.g - g, state, self.least_curvature)
        theta += new.alpha * d
        state["loss"][...], g[:] = new.loss, new.g
        return new.loss, self.is_flat(g)

    @abstractmethod
    def search(self, phi: Callable[[float], Point], origin: Point, first: bool) -> Point | None:
        """Return the next point on the line, or None if no lower point is found."""


@final
class LBFGS(QuasiNewton):
    """θ ← θ − α H g: H from the last `history` pairs s = Δθ, y = Δg (algorithm 7.4), α by a
    strong Wolfe line search.

    H approximates the inverse of the second derivatives, from the changes of the gradient along the
    way. Every step needs the whole data set (batch_size=None).

    Parameters
    ----------
    history : int ≥ 1
        Number of pairs that are kept.
    tolerance : number ≥ 0
        Converged when no |gradient| is above this.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    J. Nocedal and S. Wright, Numerical optimization, 2nd edition, 2006: algorithm 7.5, with
    algorithms 3.5 and 3.6 for the step length.

    Examples
    --------
    >>> def bowl(theta):
    ...     return (theta**2 * [1, 10]).sum(), 2 * theta * [1, 10]
    >>> theta = np.array([3.0, -1.0])
    >>> losses = LBFGS().minimise(bowl, theta)
    >>> bool(losses[-1] < 1e-12), len(losses) < 10
    (True, True)
    """

    _: KW_ONLY
    history: int = 10
    tolerance: float = 1e-6

    def search(self, phi: Callable[[float], Point], origin: Point, first: bool) -> Point | None:
        # With pairs, d has the right length. Without them d = −g, whose length is arbitrary.
        alpha = min(1.0, 1 / float(np.linalg.norm(origin.g))) if first else 1.0
        return strong_wolfe(phi, origin, alpha)

    @classmethod
    def profiles(cls) -> dict[Library, Optimizer]:
        """Return L-BFGS as in each library that has the same line search.

        Optax and SciPy (scikit-learn's solver) have their own line searches.
        """
        return {"paper": LBFGS(), "torch": LBFGSFixedStep()}


@final
class LBFGSFixedStep(QuasiNewton):
    """θ ← θ − lr H g: H from the last `history` pairs s = Δθ, y = Δg; the first step is
    lr min(1, 1 / Σ|g|) long.

    This is L-BFGS without a line search. A pair is kept if s·y > 1e-10.

    Parameters
    ----------
    lr : number > 0
        Length of a step in units of H g.
    history : int ≥ 1
        Number of pairs that are kept.
    tolerance : number ≥ 0
        Converged when no |gradient| is above this.
    """

    lr: Number = 1.0
    _: KW_ONLY
    history: int = 100
    tolerance: float = 1e-7

    least_curvature: ClassVar[float] = 1e-10
    paper: ClassVar[type[Optimizer] | None] = LBFGS

    def search(self, phi: Callable[[float], Point], origin: Point, first: bool) -> Point | None:
        return phi(self.lr * min(1.0, 1 / float(np.abs(origin.g).sum())) if first else self.lr)


def direction(g: Array, state: dict[str, Array]) -> Array:
    """Return −H g by the two-loop recursion (algorithm 7.4)."""
    pairs, history = int(state["pairs"]), len(state["s"])
    kept = [
        (state["s"][k % history], state["y"][k % history])
        for k in range(max(0, pairs - history), pairs)
    ]
    q, alphas = g.copy(), []
    for s, y in reversed(kept):
        alphas.append(s @ q / (s @ y))  # α_i = ρ_i s_iᵀ q
        q -= alphas[-1] * y  # q ← q − α_i y_i
    if kept:
        s, y = kept[-1]
        q *= s @ y / (y @ y)  # r = γ q, equation (7.20)
    for (s, y), alpha in zip(kept, reversed(alphas), strict=True):
        q += s * (alpha - y @ q / (s @ y))  # r ← r + s_i (α_i − β)
    return -q


def remember(s: Array, y: Array, state: dict[str, Array], least_curvature: float) -> None:
    """Replace the oldest pair by this one, unless the loss curves downward between the points."""
    if s @ y > least_curvature:
        k = int(state["pairs"]) % len(state["s"])
        state["s"][k], state["y"][k] = s, y
        state["pairs"] += 1
