"""Levenberg–Marquardt: linear least squares in one step, curves as SciPy fits them."""

import numpy as np
import pytest

from chainrule.errors import ParameterError, TrainingError
from chainrule.optimizers import LevenbergMarquardt

RNG = np.random.default_rng(0)
X = np.linspace(0, 4, 30)


def decay(theta):
    a, b, c = theta
    e = a * np.exp(-b * X) + c - Y
    J = np.stack([np.exp(-b * X), -a * X * np.exp(-b * X), np.ones_like(X)], 1)
    return e, J


Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.05 * RNG.normal(size=30)
WAVE = 1.5 * np.sin(1.2 * X + 0.4) + 0.05 * RNG.normal(size=30)


def wave(theta):
    a, b, c = theta
    e = a * np.sin(b * X + c) - WAVE
    phase = b * X + c
    return e, np.stack([np.sin(phase), a * X * np.cos(phase), a * np.cos(phase)], 1)


@pytest.mark.parametrize("curve", [decay, wave], ids=lambda f: f.__name__)
def test_curves_are_fitted_as_scipy_fits_them(curve):
    optimize = pytest.importorskip("scipy.optimize")
    start = np.array([1.0, 1.0, 1.0])
    theirs = optimize.least_squares(
        lambda v: curve(v)[0], start, lambda v: curve(v)[1], method="lm", xtol=1e-12, ftol=1e-12
    )
    theta = start.copy()
    losses = LevenbergMarquardt(tolerance=1e-10).minimise(curve, theta)
    assert theta == pytest.approx(theirs.x, abs=1e-7)
    assert losses[-1] == pytest.approx(theirs.cost, rel=1e-10)
    assert (np.diff(losses) <= 0).all()


def test_linear_least_squares_take_one_step():
    A, b = RNG.normal(size=(20, 5)), RNG.normal(size=20)
    theta = np.zeros(5)
    losses = LevenbergMarquardt(damping=1e-13, tolerance=1e-9).minimise(
        lambda v: (A @ v - b, A), theta
    )
    assert len(losses) == 1
    assert theta == pytest.approx(np.linalg.lstsq(A, b, rcond=None)[0], abs=1e-10)


def test_it_converges_quadratically_where_residuals_vanish():
    """Near the end the number of correct digits about doubles at each step."""
    exact = np.array([2.0, 0.7])

    def f(v):
        e = v[0] * np.exp(-v[1] * X) - exact[0] * np.exp(-exact[1] * X)
        return e, np.stack([np.exp(-v[1] * X), -v[0] * X * np.exp(-v[1] * X)], 1)

    rule, theta = LevenbergMarquardt(damping=1e-6, tolerance=0), np.array([1.9, 0.75])
    state, errors = rule.start(theta), []
    for _ in range(4):
        rule.iterate(f, theta, state)
        errors.append(np.abs(theta - exact).max())
    assert errors[1] < 2 * errors[0] ** 2 and errors[2] < 2 * errors[1] ** 2


def test_damping_falls_and_rises_by_the_factor():
    rule, theta = LevenbergMarquardt(damping=0.1, factor=5), np.array([1.0, 1.0, 1.0])
    state = rule.start(theta)
    rule.iterate(decay, theta, state)
    assert float(state["damping"]) == pytest.approx(0.02)

    def steep(v):  # from 3 the undamped step would go to −17
        return np.array([np.arctan(v[0])]), np.array([[1 / (1 + v[0] ** 2)]])

    theta, state = np.array([3.0]), LevenbergMarquardt(damping=1e-6).start(np.zeros(1))
    loss, _ = LevenbergMarquardt(damping=1e-6).iterate(steep, theta, state)
    assert loss < 0.5 * np.arctan(3) ** 2 and float(state["damping"]) > 1e-6


def test_parameters_that_do_nothing_stay():
    theta = np.array([1.0, 7.0])
    LevenbergMarquardt().minimise(lambda v: (v[:1] - 2, np.array([[1.0, 0.0]])), theta)
    assert theta == pytest.approx([2, 7], abs=1e-5) and theta[1] == 7


def test_it_ends_where_nothing_is_lower():
    theta = np.array([1.0, 1.0, 1.0])
    losses = LevenbergMarquardt(tolerance=0).minimise(decay, theta, iterations=500)
    assert len(losses) < 500


@pytest.mark.parametrize("cut", [1, 3])
def test_it_goes_on_from_a_checkpoint(cut):
    rule, whole, parts = LevenbergMarquardt(), np.ones(3), np.ones(3)
    state, other = rule.start(whole), rule.start(parts)
    for _ in range(5):
        rule.iterate(decay, whole, state)
    for k in range(5):
        if k == cut:
            other = {name: np.array(value.tolist(), value.dtype) for name, value in other.items()}
        rule.iterate(decay, parts, other)
    assert whole.tobytes() == parts.tobytes()


def test_what_it_refuses():
    with pytest.raises(TrainingError, match="the loss is inf at the first point"):
        LevenbergMarquardt().minimise(lambda v: (np.array([np.inf]), np.ones((1, 1))), np.ones(1))
    with pytest.raises(ParameterError, match="factor must be a number > 1"):
        LevenbergMarquardt(factor=1)
    with pytest.raises(ParameterError, match="minimise"):
        LevenbergMarquardt().step(1, np.zeros(2), np.zeros(2))
