"""Second opinions on a network's gradients, and its second derivatives, on its score Program."""

from __future__ import annotations

from typing import Any

from ..arrays import Array
from ..engines import second_opinions as checks
from ..model import scoring
from ..model.model import Model


def check_gradients(
    model: Model, X: Any, y: Any, method: checks.Method, engine: checks.Whose
) -> checks.GradientReport:
    """Compare every gradient with a second opinion, in float64."""
    program, theta, inputs, built = scoring.score_inputs(model, X, y)
    report = checks.check_gradients(program, theta, inputs, method=method, engine=engine)
    model.adopt(built)
    return report


def hvp(model: Model, v: Any, X: Any = None, y: Any = None) -> Array:
    """Return H v, the second derivative of L along v."""
    data = scoring.data_or_last(model.last_data, X, y)
    program, theta, inputs, built = scoring.score_inputs(model, *data)
    found = checks.hvp(program, theta, inputs, v)
    model.adopt(built)
    return found


def sharpness(model: Model, X: Any = None, y: Any = None) -> float:
    """Return the largest eigenvalue of the Hessian of L."""
    data = scoring.data_or_last(model.last_data, X, y)
    program, theta, inputs, built = scoring.score_inputs(model, *data)
    found = checks.sharpness(program, theta, inputs)
    model.adopt(built)
    return found
