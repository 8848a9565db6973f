"""What points.py promises."""

import numpy as np
import pytest

from chainrule import datasets
from chainrule.errors import ParameterError

PLANES = {"moons": datasets.moons, "circles": datasets.circles, "spirals": datasets.spirals}


@pytest.mark.parametrize("name", PLANES)
def test_points_follow_from_their_seed_alone(name):
    np.random.seed(0)
    X, y = PLANES[name](60, seed=3)
    np.random.seed(1)
    again, _ = PLANES[name](60, seed=3)
    other, _ = PLANES[name](60, seed=4)
    assert X.shape == (60, 2) and X.dtype == np.float64 and y.dtype == np.int64
    assert np.array_equal(X, again) and not np.isclose(X, other).any()
    assert np.array_equal(PLANES[name](20, seed=3)[0], X[:20]), (
        "a larger set begins with the smaller one"
    )
    assert np.bincount(y).tolist() == [30, 30]


@pytest.mark.parametrize("name", PLANES)
def test_noise_is_normal_noise_of_that_deviation(name):
    clean, noisy = (PLANES[name](4000, noise=noise)[0] for noise in (0, 0.3))
    assert np.std(noisy - clean) == pytest.approx(0.3, rel=0.05)
    assert abs(np.mean(noisy - clean)) < 0.02


def test_moons_lie_on_their_half_circles():
    X, y = datasets.moons(500, noise=0)
    outer, inner = X[y == 0], X[y == 1]
    assert np.allclose(np.hypot(*outer.T), 1) and (outer[:, 1] >= 0).all()
    assert np.allclose(np.hypot(*(inner - [1, 0.5]).T), 1) and (inner[:, 1] <= 0.5).all()
    assert outer[:, 0].min() < -0.99 and inner[:, 0].max() > 1.99, "the whole arc is used"


def test_circles_have_their_radius():
    X, y = datasets.circles(500, noise=0)
    assert np.allclose(np.hypot(*X.T), np.where(y == 0, 1, 0.5))


@pytest.mark.parametrize("arms", [1, 2, 3, 5])
def test_spiral_arms_are_one_arm_turned(arms):
    X, y = datasets.spirals(arms * 100, arms=arms, noise=0)
    r, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    turned = (angle - 2 * np.pi * y / arms - 2 * np.pi * (r - 0.1) / 0.9) / (2 * np.pi)
    assert np.bincount(y).tolist() == [100] * arms
    assert np.allclose(turned, np.round(turned))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.moons(0), r"moons\(n=0\): n must be a whole number ≥ 1"),
        (lambda: datasets.circles(2.5), r"circles\(n=2.5\)"),
        (lambda: datasets.moons(noise=-1), r"moons\(noise=-1\): noise must be a number ≥ 0"),
        (lambda: datasets.moons(noise=float("nan")), r"moons\(noise=nan\)"),
        (lambda: datasets.spirals(seed=-1), r"spirals\(seed=-1\): seed must be a whole number"),
        (lambda: datasets.spirals(seed=2**32), r"spirals\(seed=4294967296\)"),
        (lambda: datasets.spirals(arms=0), r"spirals\(arms=0\): arms must be a whole number ≥ 1"),
        (lambda: datasets.moons("ten"), r"moons\(n='ten'\)"),
    ],
)
def test_bad_numbers_are_named(call, message):
    with pytest.raises(ParameterError, match=message):
        call()
