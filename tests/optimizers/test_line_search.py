"""The line search: the Wolfe conditions, and lines that have no such point."""

import math

import numpy as np
import pytest

from chainrule.optimizers.line_search import CURVATURE, DECREASE, Point, strong_wolfe

LINES = {
    "quadratic": lambda a: ((a - 3) ** 2, 2 * (a - 3)),
    "far": lambda a: ((a - 400) ** 2 / 100, (a - 400) / 50),
    "near": lambda a: (1e6 * (a - 1e-4) ** 2, 2e6 * (a - 1e-4)),
    "bent": lambda a: (
        math.sin(5 * a) - 6 * a * math.exp(-a),
        5 * math.cos(5 * a) - 6 * (1 - a) * math.exp(-a),
    ),
    "quartic": lambda a: (a**4 - 3 * a**2 - a, 4 * a**3 - 6 * a - 1),
    "moré-thuente-1": lambda a: (-a / (a * a + 2), (a * a - 2) / (a * a + 2) ** 2),
    "moré-thuente-2": lambda a: (
        (a + 0.004) ** 5 - 2 * (a + 0.004) ** 4,
        5 * (a + 0.004) ** 4 - 8 * (a + 0.004) ** 3,
    ),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("first", [1e-3, 0.1, 1.0, 10.0, 100.0])
def test_the_line_search_meets_both_wolfe_conditions(name, first):
    line = LINES[name]
    phi = lambda a: Point(a, *line(a), g=np.zeros(1))
    origin = phi(0.0)
    assert origin.slope < 0
    point = strong_wolfe(phi, origin, first)
    assert point.loss <= origin.loss + DECREASE * point.alpha * origin.slope
    assert abs(point.slope) <= CURVATURE * abs(origin.slope)


def test_the_line_search_without_end_returns_its_best():
    phi = lambda a: Point(a, -a, -1.0, g=np.zeros(1))
    point = strong_wolfe(phi, phi(0.0), 1.0)
    assert point.alpha == 2.0**29


def test_the_line_search_says_when_there_is_nothing_lower():
    phi = lambda a: Point(a, 1.0 if a else 0.0, -1.0, g=np.zeros(1))
    assert strong_wolfe(phi, phi(0.0), 1.0) is None


def test_the_line_search_halves_its_way_back_from_a_wall():
    phi = lambda a: Point(
        a, *((a - 2) ** 2, 2 * (a - 2)) if a < 3 else (math.inf, math.nan), g=np.zeros(1)
    )
    assert strong_wolfe(phi, phi(0.0), 10.0).alpha == 2.5


def test_an_interval_without_a_number_inside_ends_the_search():
    """Rounding can bring both ends together; a cubic through one point would divide by zero."""

    def phi(alpha):
        return Point(alpha, float(alpha > 0), -1.0, np.zeros(1))

    assert strong_wolfe(phi, phi(0.0), 5e-324) is None
