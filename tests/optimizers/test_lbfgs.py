"""L-BFGS: known minima, checkpoints, and losses that are not finite."""

import math

import numpy as np
import pytest

from chainrule.errors import ParameterError, TrainingError
from chainrule.optimizers import LBFGS, Adam
from chainrule.optimizers.lbfgs import direction, remember


def rosenbrock(theta):
    x, y = theta
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2, np.array(
        [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]
    )


def test_lbfgs_finds_the_end_of_the_valley():
    theta = np.array([-1.2, 1.0])
    losses = LBFGS(tolerance=1e-9).minimise(rosenbrock, theta)
    assert theta == pytest.approx([1, 1], abs=1e-8) and len(losses) < 60
    assert (np.diff(losses) <= 0).all()


def test_lbfgs_solves_a_quadratic_of_any_size():
    curvature = np.geomspace(1, 1e3, 40)
    theta = np.ones(40)
    losses = LBFGS().minimise(
        lambda v: (0.5 * curvature @ (v * v), curvature * v), theta, iterations=400
    )
    assert np.abs(theta).max() < 1e-6 and len(losses) < 300  # as SciPy: 250


def test_lbfgs_agrees_with_the_inverse_hessian_of_bfgs():
    """The same as Nocedal and Wright (6.17) on whole matrices, from γ I and the same pairs."""
    rng = np.random.default_rng(0)
    state, pairs = LBFGS(history=3).start(np.zeros(6)), []
    for _ in range(5):
        s = rng.standard_normal(6)
        pairs.append((s, s * np.arange(1, 7) + 0.01 * s.sum()))
        remember(*pairs[-1], state, 0.0)
    pairs = pairs[-3:]
    s, y = pairs[-1]
    H = s @ y / (y @ y) * np.eye(6)
    for s, y in pairs:
        V = np.eye(6) - np.outer(y, s) / (s @ y)
        H = V.T @ H @ V + np.outer(s, s) / (s @ y)
    g = rng.standard_normal(6)
    assert np.abs(direction(g, state) + H @ g).max() < 1e-12


@pytest.mark.parametrize("cut", [0, 1, 3, 15])
def test_lbfgs_goes_on_from_a_checkpoint(cut):
    rule, whole, parts = LBFGS(history=4), np.array([-1.2, 1.0]), np.array([-1.2, 1.0])
    state, other = rule.start(whole), rule.start(parts)
    for _ in range(20):
        rule.iterate(rosenbrock, whole, state)
    for _ in range(cut):
        rule.iterate(rosenbrock, parts, other)
    other = {name: np.array(value.tolist(), value.dtype) for name, value in other.items()}
    for _ in range(20 - cut):
        rule.iterate(rosenbrock, parts, other)
    assert whole.tobytes() == parts.tobytes()
    assert all(state[name].tobytes() == other[name].tobytes() for name in rule.slots)


def test_lbfgs_in_float32():
    theta = np.array([-1.2, 1.0], "float32")
    rule = LBFGS(tolerance=1e-4)
    losses = rule.minimise(lambda v: (rosenbrock(v)[0], rosenbrock(v)[1].astype("float32")), theta)
    assert theta.dtype == "float32" and theta == pytest.approx([1, 1], abs=1e-2)
    assert losses[-1] < 1e-5 and rule.start(theta)["s"].dtype == "float32"


def test_lbfgs_ends_where_nothing_is_lower():
    """If the tolerance cannot be met: no pairs, steepest descent, and then convergence."""
    theta = np.array([-1.2, 1.0])
    losses = LBFGS(tolerance=0).minimise(rosenbrock, theta, iterations=500)
    assert len(losses) < 500 and theta == pytest.approx([1, 1], abs=1e-6)


def test_lbfgs_forgets_its_pairs_before_it_gives_up():
    """A loss with two digits: at some point no step in any direction is lower."""
    rule, theta = LBFGS(tolerance=0), np.array([2.0, -1.0])
    coarse = lambda v: (round(float(v @ v * 3 + v[0]), 2), 6 * v + [1, 0] + 0.01 * np.sin(1e3 * v))
    state, ends = rule.start(theta), []
    while not ends or not ends[-1][1]:
        before = theta.copy()
        ends.append((int(state["pairs"]), rule.iterate(coarse, theta, state)[1]))
        assert len(ends) < 100
    assert (theta == before).all() and state["pairs"] == 0
    assert (
        ends[-1][0] == 0 and ends[-2][0] > 0
    )  # the last but one forgot its pairs, the last tried −g


def test_lbfgs_at_a_minimum_stays():
    theta = np.ones(2)
    rule = LBFGS()
    state = rule.start(theta)
    assert rule.iterate(rosenbrock, theta, state) == (0.0, True)
    assert (theta == 1).all() and LBFGS().minimise(rosenbrock, theta, iterations=0).shape == (0,)


def test_lbfgs_walks_around_losses_that_are_not_finite():
    def walled(v):
        if v[0] >= 2:
            return math.inf, np.full(1, math.nan)
        return float(v[0] ** 2 - math.log(2 - v[0])), np.array([2 * v[0] + 1 / (2 - v[0])])

    theta = np.array([1.9])
    LBFGS().minimise(walled, theta)
    assert theta[0] == pytest.approx((4 - math.sqrt(24)) / 4, abs=1e-6)  # 2 v + 1 / (2 − v) = 0
    for name in ("paper", "torch"):
        with pytest.raises(TrainingError, match="the loss is inf at the first point"):
            LBFGS.like(name).minimise(walled, np.array([3.0]))


def test_lbfgs_has_no_step():
    with pytest.raises(ParameterError, match=r"iterate\(f, theta, state\) or minimise\(f, theta\)"):
        LBFGS().step(1, np.zeros(2), np.zeros(2))
    assert LBFGS.full_batch and not Adam.full_batch
    for bad in ({"history": 0}, {"history": 2.5}, {"tolerance": -1}):
        with pytest.raises(ParameterError):
            LBFGS(**bad)


def test_lbfgs_keeps_no_pair_that_curves_downwards():
    state = LBFGS().start(np.zeros(2))
    remember(np.ones(2), -np.ones(2), state, 0.0)
    assert state["pairs"] == 0
    theta = np.array([0.1])  # −cos has negative curvature beyond π/2; a fixed step does not check
    rule = LBFGS.like("torch", lr=0.5)
    losses = rule.minimise(
        lambda v: (-math.cos(v[0] + 2.5), np.array([math.sin(v[0] + 2.5)])), theta
    )
    assert losses[-1] == pytest.approx(-1)
