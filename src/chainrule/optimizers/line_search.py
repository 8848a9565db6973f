"""A line search with the strong Wolfe conditions.

Nocedal and Wright, Numerical optimization, 2nd edition, section 3.5.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from ..arrays import Array

DECREASE, CURVATURE = 1e-4, 0.9
"""c1 and c2: the book's numbers for quasi-Newton methods."""

EVALUATIONS = 30
"""After this many points the best one is taken."""


class Point(NamedTuple):
    """A point on the line: φ(α) = f(θ + α d), the slope φ'(α), and the gradient of f there."""

    alpha: float
    loss: float
    slope: float
    g: Array


def strong_wolfe(
    phi: Callable[[float], Point], origin: Point, alpha: float, curvature: float = CURVATURE
) -> Point | None:
    """Return a point with φ ≤ φ(0) + c1 α φ'(0) and |φ'| ≤ c2 |φ'(0)| (algorithm 3.5).

    The first guess is α; `curvature` is c2. The result is None if no point below the origin is found: then φ cannot
    fall further within its digits.
    """
    last = origin
    for evaluated in range(1, EVALUATIONS + 1):
        point = phi(alpha)
        if _too_high(point, origin) or (evaluated > 1 and point.loss >= last.loss):
            return _zoom(phi, origin, (last, point), EVALUATIONS - evaluated, curvature)
        if abs(point.slope) <= -curvature * origin.slope:
            return point
        if point.slope >= 0:
            return _zoom(phi, origin, (point, last), EVALUATIONS - evaluated, curvature)
        last, alpha = point, 2 * alpha
    return last


def _zoom(
    phi: Callable[[float], Point],
    origin: Point,
    ends: tuple[Point, Point],
    evaluations: int,
    curvature: float,
) -> Point | None:
    """Narrow the interval between the lowest good point and the other end (algorithm 3.6)."""
    low, high = ends
    for _ in range(evaluations):
        if low.alpha == high.alpha:  # no number is left between them
            break
        point = phi(_between(low, high))
        if _too_high(point, origin) or point.loss >= low.loss:
            high = point
            continue
        if abs(point.slope) <= -curvature * origin.slope:
            return point
        if point.slope * (high.alpha - low.alpha) >= 0:
            high = low
        low = point
    return low if low.loss < origin.loss else None


def _too_high(point: Point, origin: Point) -> bool:
    """Return True if φ is not finite, or fell by less than c1 times what the slope promises."""
    return (
        not point.loss <= origin.loss + DECREASE * point.alpha * origin.slope
        or not math.isfinite(point.slope)
    )


def _between(low: Point, high: Point) -> float:
    """Return the minimum of the cubic through both ends (equation 3.59).

    If it is not well inside the interval, return the middle.
    """
    middle, width = (low.alpha + high.alpha) / 2, high.alpha - low.alpha
    d1 = low.slope + high.slope - 3 * (low.loss - high.loss) / (low.alpha - high.alpha)
    root = d1 * d1 - low.slope * high.slope
    if not (math.isfinite(root) and root >= 0):
        return middle
    d2 = math.copysign(math.sqrt(root), width)
    below = high.slope - low.slope + 2 * d2
    alpha = high.alpha - width * (high.slope + d2 - d1) / below if below else middle
    return alpha if 0.1 <= (alpha - low.alpha) / width <= 0.9 else middle
