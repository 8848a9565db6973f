"""Second opinions on a network's gradients, and its second derivatives: `checks`, on the network's own score Program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arrays import Array
from ..engines import second_opinions as checks
from ..model import scoring

if TYPE_CHECKING:
    from ..network import Network


def check_gradients(
    net: Network,
    X: Any,
    y: Any,
    *,
    method: checks.Method = None,
    engine: checks.Whose = "reference",
) -> checks.GradientReport:
    """Compare every gradient with a second opinion, in float64; the report names the worst entry.

    Parameters
    ----------
    X, y : arrays
        Rows and targets, as for `fit`; a few rows are enough.
    method : {"complex", "central"}, optional
        Im L(θ + i h eⱼ) / h, or (L(θ + h eⱼ) − L(θ − h eⱼ)) / 2h. Without it the complex step, unless an op is not analytic.
    engine : {"reference", "native"}
        Whose gradient is checked.

    Returns
    -------
    GradientReport
        `.passed`, `.worst` (relative to the largest |g|), `.where`; printed, it is a sentence.

    Raises
    ------
    ParameterError
        Another method or engine, or the complex step for C.
    ShapeError, DataError
        Data that do not fit the network.

    References
    ----------
    Squire & Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40, 1998, eq. 6.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(3), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError())
    >>> net.check_gradients(*cr.datasets.xor()).passed
    True
    """
    program, inputs = scoring.score_inputs(net, X, y)
    return checks.check_gradients(program, net.theta, inputs, method=method, engine=engine)


def hvp(net: Network, v: Any, X: Any = None, y: Any = None) -> Array:
    """H v = ∂²L/∂θ² v, the second derivative of L along v, without a second-derivative code: Im g(θ + i h v) / h.

    Parameters
    ----------
    v : array
        Of the shape of `theta`.
    X, y : arrays, optional
        Rows and targets; without them those of the last `fit`.

    Returns
    -------
    array
        Of the shape of `theta`, 0 for state.

    Raises
    ------
    NotBuiltError
        Neither data nor a `fit` before.
    ParameterError
        An op that is not analytic.
    ShapeError
        v of another shape.

    References
    ----------
    Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6, 1994, section 2: the same product, by another way.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(1,))  # L = Σₙ (w x + b − y)² / N
    >>> net.hvp([1.0, 0.0], [[1.0], [3.0]], [0.0, 0.0]).tolist()  # 2 (x², x), mean over rows
    [10.0, 4.0]
    """
    program, inputs = scoring.score_inputs(net, *scoring.data_or_last(net._data, X, y))
    return checks.hvp(program, net.theta, inputs, v)


def sharpness(net: Network, X: Any = None, y: Any = None) -> float:
    """The largest eigenvalue of H = ∂²L/∂θ²: gradient descent on L is stable while lr < 2 / sharpness.

    Parameters
    ----------
    X, y : arrays, optional
        Rows and targets; without them those of the last `fit`.

    Returns
    -------
    float
        In units of L; negative only where L curves down in every direction.

    Raises
    ------
    NotBuiltError
        Neither data nor a `fit` before.
    ParameterError
        An op that is not analytic.
    TrainingError
        The iteration does not settle.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network(cr.Dense(1, bias=False), loss=cr.SquaredError(), inputs=(1,))
    >>> round(net.sharpness([[1.0], [3.0]], [0.0, 0.0]), 9)  # 2 · mean of x²
    10.0
    """
    program, inputs = scoring.score_inputs(net, *scoring.data_or_last(net._data, X, y))
    return checks.sharpness(program, net.theta, inputs)
