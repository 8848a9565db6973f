"""The Levenberg–Marquardt method: least squares on the whole data set, for small networks."""

from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import Any, ClassVar, Protocol, final

import numpy as np

from ..arrays import Array
from .whole_batch import WholeBatch

LARGEST = 1e10
"""With more damping than this no step can be told from none."""


class SquaresObjective(Protocol):
    """theta -> (loss, gradient), where the loss is a multiple of Σ e²."""

    def __call__(self, theta: Array) -> tuple[float, Array]: ...
    def normal_equations(self, theta: Array) -> tuple[Array, Array]:
        """Return Jᵀ J and Jᵀ e in float64, for J = ∂e/∂θ."""


class Residuals:
    """½ Σ e² of a plain function as an objective.

    Parameters
    ----------
    function : callable theta -> (e, J)
        The residuals (m,) and their Jacobian (m, n).
    """

    def __init__(self, function: Callable[[Array], tuple[Array, Array]]) -> None:
        self.function = function

    def __call__(self, theta: Array) -> tuple[float, Array]:
        e, J = self.function(theta)
        return 0.5 * float(e @ e), J.T @ e

    def normal_equations(self, theta: Array) -> tuple[Array, Array]:
        """Return Jᵀ J and Jᵀ e in float64."""
        e, J = (np.asarray(a, np.float64) for a in self.function(theta))
        return J.T @ J, J.T @ e


@final
class LevenbergMarquardt(WholeBatch):
    """θ ← θ − (Jᵀ J + μ I)⁻¹ Jᵀ e  with the residuals e = p − y and J = ∂e/∂θ; μ ← μ / factor if
    Σ e² falls, else μ ← μ · factor and the step is made again.

    With much damping μ it is steepest descent with short steps, with little it is the
    Gauss–Newton method, which converges quadratically where the residuals are small. It solves a
    system of P × P numbers for P parameters, so it is for small networks, and it needs a
    SquaredError as the loss and the whole data set (batch_size=None). The steps are computed in
    float64.

    Parameters
    ----------
    damping : number > 0
        First damping μ, in units of Σ e² over the rows. If a fit ends at a high loss, its first steps
        were so long that units are saturated: begin with more, such as 1.
    factor : number > 1
        By which μ falls and rises.
    tolerance : number ≥ 0
        Converged when no |gradient of L| is above this.

    Raises
    ------
    ParameterError
        A number is outside its range; in `fit`, another loss than one SquaredError, a penalty,
        random or batch-dependent layers, or more than 5,000 parameters.

    References
    ----------
    K. Levenberg, A method for the solution of certain non-linear problems in least squares,
    Quarterly of Applied Mathematics 2, 1944; D. Marquardt, An algorithm for least-squares
    estimation of nonlinear parameters, Journal of SIAM 11, 1963; M. Hagan and M. Menhaj, Training
    feedforward networks with the Marquardt algorithm, IEEE Transactions on Neural Networks 5, 1994,
    section III with μ = 0.01 and factor (β) 10.

    Examples
    --------
    >>> x, y = np.array([0.0, 1.0, 2.0]), np.array([2.0, 1.0, 0.5])
    >>> def fit(theta):  # y = a exp(b x)
    ...     a, b = theta
    ...     return a * np.exp(b * x) - y, np.stack([np.exp(b * x), a * x * np.exp(b * x)], 1)
    >>> theta = np.array([1.0, 0.0])
    >>> losses = LevenbergMarquardt().minimise(fit, theta)
    >>> theta.round(6), len(losses) < 10
    (array([ 2.      , -0.693147]), True)
    """

    _: KW_ONLY
    damping: float = 0.01
    factor: float = 10.0
    tolerance: float = 1e-6

    slots: ClassVar[tuple[str, ...]] = ("g", "loss", "damping", "iterations")
    least_squares: ClassVar[bool] = True

    def check(self) -> None:
        super().check()
        self.require_number("damping", "> 0", lambda v: v > 0, 0.01)
        self.require_number("factor", "> 1", lambda v: v > 1, 10.0)

    def start(self, theta: Array) -> dict[str, Array]:
        """Return a state with the first damping. It is plain arrays, so it can be saved."""
        return {
            "g": np.zeros_like(theta),
            "loss": np.array(0.0),
            "damping": np.array(float(self.damping)),
            "iterations": np.array(0),
        }

    def iterate(self, f: Any, theta: Array, state: dict[str, Array]) -> tuple[float, bool]:
        """Do one iteration; see `WholeBatch.iterate`.

        Parameters
        ----------
        f : callable theta -> (e, J), or a SquaresObjective
            Residuals (m,) and their Jacobian (m, n): the loss is ½ Σ e².
        """
        f = f if hasattr(f, "normal_equations") else Residuals(f)
        self.begin(f, theta, state)
        loss, mu = float(state["loss"]), float(state["damping"])
        if self.is_flat(state["g"]):
            return loss, True
        H, b = f.normal_equations(theta)
        while mu <= LARGEST:
            new = theta - _solved(H, b, mu).astype(theta.dtype)
            value, g = f(new)
            if value < loss:
                theta[:], state["g"][:] = new, g
                state["loss"][...] = value
                # below this, μ is lost among the digits of Jᵀ J
                state["damping"][...] = max(mu / self.factor, 1 / LARGEST**2)
                return float(value), self.is_flat(g)
            mu *= self.factor
        return loss, True  # nothing lower is near: converged within its digits


def _solved(H: Array, b: Array, mu: float) -> Array:
    """Return (H + μ I)⁻¹ b."""
    damped = H.copy()
    damped.flat[:: len(H) + 1] += mu
    try:
        step: Array = np.linalg.solve(damped, b)
    except np.linalg.LinAlgError:  # μ is lost among the digits of H: least squares instead
        step = np.linalg.lstsq(damped, b, rcond=None)[0]
    return step
