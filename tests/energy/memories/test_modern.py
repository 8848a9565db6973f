"""Modern Hopfield networks: attention, published numbers, falling energies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.energy import ModernHopfield

SEEDS = st.integers(0, 10**6)


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


@given(st.floats(0.05, 8), st.integers(1, 6), st.integers(1, 7), SEEDS)
def test_modern_energy_never_rises_and_has_its_bounds(beta, M, d, seed):
    rng = np.random.RandomState(seed)
    X = rng.randn(M, d)
    memory = ModernHopfield(beta, steps=50).store(X)
    start = X[0] + 0.3 * rng.randn(d)
    R = np.linalg.norm(X, axis=1).max()
    path = memory.recall(start)
    assert (np.diff(path.energies) <= 1e-12 * (1 + R * R)).all()
    inside = memory.energy(
        memory.update(start)
    )  # the hull of the patterns lies inside the ball of radius R
    assert -1e-12 <= inside <= 2 * R * R + 1e-12
    lse = np.log(sum(np.exp(beta * (x @ start)) for x in X)) / beta
    np.testing.assert_allclose(
        memory.energy(start), -lse + start @ start / 2 + np.log(M) / beta + R * R / 2, atol=1e-9
    )
    np.testing.assert_allclose(memory.attention(start).sum(), 1)


def test_one_update_is_attention():
    rng = np.random.RandomState(0)
    queries, keys = rng.randn(5, 16), rng.randn(9, 16)
    scores = queries @ keys.T / 4
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(
        ModernHopfield(1 / 4).store(keys).update(queries), weights @ keys, atol=1e-14
    )


@pytest.mark.parametrize(
    ("beta", "N", "recalled", "error"),
    [(1.0, 1000, 1.0, 8.6e-6), (1 / 8, 1000, 0.0, 6.8), (1 / 8, 100, 1.0, 3.9)],
)
def test_one_update_recalls_from_a_fifth_of_flips(beta, N, recalled, error):
    """d = 64, just 12 bits flipped; the error is the median distance after one update."""
    x = signs(0, N, 64).astype(float)
    noisy, rng = x.copy(), np.random.RandomState(1)
    for s in noisy:
        s[rng.permutation(64)[:12]] *= -1
    new = ModernHopfield(beta).store(x).update(noisy)
    assert abs((np.sign(new) == x).all(axis=1).mean() - recalled) <= 0.02
    distance = np.median(np.linalg.norm(new - x, axis=1))
    assert abs(distance / error - 1) < (0.25 if error < 1 else 0.05)


def test_three_kinds_of_fixed_point():
    X = np.array([[3.0, 0.3], [3.0, -0.3], [-3.0, 0.0], [0.0, 3.0]])

    def kind(beta):
        memory = ModernHopfield(beta).store(X)
        return memory.kind(memory.recall([2.9, 0.1]).state)

    assert kind(30.0) == "pattern 0"
    assert kind(1.0) == "metastable: 0 1"
    assert kind(0.01) == "global mean"


def test_separation_and_the_error_after_one_update():
    X = signs(3, 20, 64).astype(float)
    memory = ModernHopfield(1.0).store(X)
    products = X @ X.T
    expected = [
        products[i, i] - max(products[i, j] for j in range(20) if j != i) for i in range(20)
    ]
    np.testing.assert_allclose(memory.separation(), expected)
    moved = np.linalg.norm(memory.update(X) - X, axis=1)
    assert (moved <= memory.error_bound() + 1e-14).all()
    assert (memory.error_bound(0.1) > memory.error_bound()).all()
    assert ModernHopfield().store([[1.0, 2.0]]).separation().tolist() == [np.inf]


def test_a_recall_may_reach_its_limit():
    memory = ModernHopfield(2.0, steps=1).store([[1.0, 0.0], [0.0, 1.0]])
    assert memory.recall([0.5, 0.4]).ended == "limit"
    assert memory.predict([[0.5, 0.4]]).shape == (1, 2)
    assert "2 patterns" in repr(memory)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ModernHopfield(0), cr.ParameterError, "beta must be"),
        (lambda: ModernHopfield(steps=0), cr.ParameterError, "steps must be"),
        (lambda: ModernHopfield(tolerance=-1), cr.ParameterError, "tolerance must be"),
        (lambda: ModernHopfield().energy([1.0]), cr.NotBuiltError, "store"),
        (lambda: ModernHopfield().store([[1.0, 2.0], [3.0]]), cr.DataError, "all of one length"),
        (lambda: ModernHopfield().store([[np.inf]]), cr.DataError, "finite"),
        (lambda: ModernHopfield().store([]), cr.ShapeError, "at least one row"),
        (
            lambda: ModernHopfield().store([[1.0, 2.0]]).update([1.0]),
            cr.ShapeError,
            "rows of 2 numbers",
        ),
        (
            lambda: ModernHopfield().store([[1.0]]).recall([[1.0], [2.0]]),
            cr.ShapeError,
            "one state",
        ),
    ],
)
def test_what_cannot_be_is_said(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)
