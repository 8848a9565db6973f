"""Conjugate gradients: two nonlinear methods for the whole data set at once."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import ClassVar, final

import numpy as np

from ..arrays import Array
from .line_search import Point, strong_wolfe
from .whole_batch import Objective, WholeBatch


class ConjugateGradients(WholeBatch, ABC):
    """Conjugate gradients without the rule for β. Abstract."""

    slots: ClassVar[tuple[str, ...]] = ("d", "g", "loss", "slope", "taken", "iterations")
    curvature: float

    def check(self) -> None:
        super().check()
        self.require_number("curvature", "> 0 and < 0.5", lambda v: 0 < v < 0.5, 0.1)

    def start(self, theta: Array) -> dict[str, Array]:
        """Return a state without a direction. It is plain arrays, so it can be saved and loaded."""
        return {
            "d": np.zeros_like(theta),  # the next direction
            "g": np.zeros_like(theta),
            "loss": np.array(0.0),
            "slope": np.array(0.0),  # α gᵀd of the last step
            "taken": np.array(0),  # directions since the last steepest descent
            "iterations": np.array(0),
        }

    def along(self, g: Array, state: dict[str, Array]) -> Array:
        d: Array = state["d"] if g @ state["d"] < 0 else -g
        return d

    def iterate(self, f: Objective, theta: Array, state: dict[str, Array]) -> tuple[float, bool]:
        self.begin(f, theta, state)
        loss, g, d = float(state["loss"]), state["g"], state["d"]
        if self.is_flat(g):
            return loss, True
        if not g @ d < 0:  # the first direction, or one that rises
            d[:], state["taken"][...] = -g, 0

        def phi(alpha: float) -> Point:
            value, gradient = f(theta + alpha * d)
            return Point(alpha, float(value), float(gradient @ d), np.array(gradient))

        origin = Point(0.0, loss, float(g @ d), g.copy())
        new = self._search(phi, origin, state)
        if new is None:
            stuck = state["taken"] == 0  # steepest descent did not find a lower point either
            d[:] = 0
            return loss, bool(stuck)
        theta += new.alpha * d
        beta = self.beta(new.g, g)
        state["slope"][...] = new.alpha * origin.slope
        state["taken"] += 1
        if beta == 0 or state["taken"] >= len(g):  # after n steps the directions are used up
            d[:] = 0
        else:
            d[:] = beta * d - new.g  # d_{k+1} = −g_{k+1} + β d_k
        state["loss"][...], g[:] = new.loss, new.g
        return new.loss, self.is_flat(g)

    def _search(
        self, phi: Callable[[float], Point], origin: Point, state: dict[str, Array]
    ) -> Point | None:
        """Return the next point; the first guess changes the loss as much as the last step."""
        if state["taken"] and state["slope"] < 0:
            alpha = float(state["slope"]) / origin.slope  # section 3.5, initial step length
        else:
            alpha = min(1.0, 1 / float(np.linalg.norm(origin.g)))
        return strong_wolfe(phi, origin, alpha, self.curvature)

    @abstractmethod
    def beta(self, new: Array, old: Array) -> float:
        """Return β from the new gradient and the old one."""


@final
class PolakRibiere(ConjugateGradients):
    """θ ← θ + α d,  d ← −g + β d  with  β = max(0, gᵀ (g − g₋) / ‖g₋‖²), and α by a strong
    Wolfe line search.

    g₋ is the gradient before the step. Where the gradient hardly changes β is 0 and the method
    begins again by itself, so it is the usual choice. It has one vector of memory besides g, which
    is less than L-BFGS. Every step needs the whole data set (batch_size=None).

    Parameters
    ----------
    curvature : number > 0 and < 0.5
        c2 of the line search: the slope that is left, as a share of the slope before.
    tolerance : number ≥ 0
        Converged when no |gradient| is above this.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    E. Polak and G. Ribière, Note sur la convergence de méthodes de directions conjuguées, Revue
    française d'informatique et de recherche opérationnelle 3, 1969; J. Nocedal and S. Wright,
    Numerical optimization, 2nd edition, 2006: algorithm 5.4 with equations (5.44) and (5.45).

    Examples
    --------
    >>> def bowl(theta):
    ...     return (theta**2 * [1, 10]).sum(), 2 * theta * [1, 10]
    >>> theta = np.array([3.0, -1.0])
    >>> losses = PolakRibiere().minimise(bowl, theta)
    >>> bool(losses[-1] < 1e-12), len(losses) < 15
    (True, True)
    """

    _: KW_ONLY
    curvature: float = 0.1
    tolerance: float = 1e-6

    def beta(self, new: Array, old: Array) -> float:
        return max(0.0, float(new @ (new - old)) / float(old @ old))


@final
class FletcherReeves(ConjugateGradients):
    """θ ← θ + α d,  d ← −g + β d  with  β = ‖g‖² / ‖g₋‖², and α by a strong Wolfe line search.

    g₋ is the gradient before the step. If two gradients in a row are far from orthogonal, β is 0
    and the method begins again. Every step needs the whole data set (batch_size=None).

    Parameters
    ----------
    curvature : number > 0 and < 0.5
        c2 of the line search: the slope that is left, as a share of the slope before.
    tolerance : number ≥ 0
        Converged when no |gradient| is above this.

    Raises
    ------
    ParameterError
        A number is outside its range.

    References
    ----------
    R. Fletcher and C. Reeves, Function minimization by conjugate gradients, The Computer Journal 7,
    1964; J. Nocedal and S. Wright, Numerical optimization, 2nd edition, 2006: algorithm 5.4 with
    equation (5.41a), and the restart of equation (5.52).

    Examples
    --------
    >>> def bowl(theta):
    ...     return (theta**2 * [1, 10]).sum(), 2 * theta * [1, 10]
    >>> theta = np.array([3.0, -1.0])
    >>> losses = FletcherReeves().minimise(bowl, theta)
    >>> bool(losses[-1] < 1e-12), len(losses) < 15
    (True, True)
    """

    _: KW_ONLY
    curvature: float = 0.1
    tolerance: float = 1e-6

    def beta(self, new: Array, old: Array) -> float:
        if abs(float(new @ old)) >= 0.1 * float(new @ new):  # equation (5.52) with ν = 0.1
            return 0.0
        return float(new @ new) / float(old @ old)
