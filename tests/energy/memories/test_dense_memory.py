"""Dense associative memories: published numbers, loops as oracles, falling energies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.energy import DenseAssociativeMemory

SEEDS = st.integers(0, 10**6)


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


F = {
    "polynomial": lambda x, n: float(x) ** n,
    "rectified": lambda x, n: float(max(x, 0)) ** n,
    "exponential": lambda x, n: np.exp(x),
}


@given(st.sampled_from(sorted(F)), st.integers(2, 5), st.integers(1, 5), st.integers(1, 9), SEEDS)
def test_a_dense_update_is_the_papers_difference(function, n, M, N, seed):
    x, s = signs(seed, M, N), signs(seed + 1, N)
    memory = DenseAssociativeMemory(n, function=function).store(x)
    expected = -sum(F[function](x[m] @ s, n) for m in range(M))
    np.testing.assert_allclose(memory.energy(s), expected, rtol=1e-13)
    new = s.astype(int).copy()
    for i in cr.random.permutation((0, 0), N):
        pull = 0.0
        for m in range(M):
            rest = sum(x[m, j] * new[j] for j in range(N) if j != i)
            pull += F[function](x[m, i] + rest, n) - F[function](-x[m, i] + rest, n)
        if abs(pull) > 1e-9:
            new[i] = 1 if pull > 0 else -1
    np.testing.assert_array_equal(memory.update(s), new)


@given(st.integers(2, 4), st.integers(1, 6), st.integers(1, 12), SEEDS)
def test_dense_energy_never_rises(n, M, N, seed):
    memory = DenseAssociativeMemory(n, seed=3).store(signs(seed, M, N))
    path = memory.recall(signs(seed + 1, N))
    assert path.ended == "fixed point"
    assert (np.diff(path.energies) < 0).all()
    np.testing.assert_array_equal(memory.predict(path.states[0]), path.state)
    np.testing.assert_array_equal(memory.update(path.state), path.state)


def test_the_power_two_is_the_classical_network():
    x, starts = signs(0, 3, 31), signs(1, 8, 31)
    dense = DenseAssociativeMemory(2).store(x)
    classical = cr.Hopfield().store(x)
    np.testing.assert_array_equal(dense.predict(starts), classical.predict(starts))
    # E = −Σ (ξ·s)² = −2 N (½ s·W s) − M N, since W leaves out the diagonal
    np.testing.assert_allclose(dense.energy(starts), 2 * 31 * classical.energy(starts) - 3 * 31)


@pytest.mark.parametrize(
    ("K", "low", "high"),
    [
        (180, 0, 3e-4),
        (361, 4e-4, 3.5e-3),
        pytest.param(723, 1.4e-2, 2.3e-2, marks=pytest.mark.slow),
    ],
)
def test_bit_errors_of_the_cubic_memory(K, low, high):
    """N = 100, n = 3: measured 0, 1.9e-3 and 1.88e-2, theory 8.8e-6, 1.3e-3 and 1.85e-2."""
    x = signs(K, K, 100)
    assert low <= (DenseAssociativeMemory(3).store(x).update(x) != x).mean() <= high


def test_the_exponential_memory_holds_two_to_the_half_n():
    x = signs(0, 1024, 20)
    memory = DenseAssociativeMemory(function="exponential").store(x)
    assert (memory.update(x[:400]) != x[:400]).mean() < 2e-3


def test_zero_and_one_come_back_as_such():
    memory = DenseAssociativeMemory().store([[1, 0, 1, 1], [0, 0, 1, 0]])
    assert memory.predict([[1, 0, 1, 1]]).tolist() == [[1, 0, 1, 1]]
    assert memory.patterns.tolist() == [[1, 0, 1, 1], [0, 0, 1, 0]]
    assert memory.recall([1, 0, 1, 1]).overlaps.tolist() == [[1.0, 0.0]]
    assert "polynomial n=3, 2 patterns" in repr(memory)
    assert DenseAssociativeMemory(sweeps=1).store(signs(0, 2, 9)).recall(signs(5, 9)).ended in (
        "limit",
        "fixed point",
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: DenseAssociativeMemory(1), cr.ParameterError, "n must be"),
        (
            lambda: DenseAssociativeMemory(function="cubic"),
            cr.ParameterError,
            "function must be one of",
        ),
        (lambda: DenseAssociativeMemory(sweeps=0), cr.ParameterError, "sweeps must be"),
        (
            lambda: DenseAssociativeMemory(400).store(signs(0, 2, 9)),
            cr.ParameterError,
            "beyond float64",
        ),
        (lambda: DenseAssociativeMemory().update([1]), cr.NotBuiltError, "store"),
        (
            lambda: DenseAssociativeMemory().store(signs(0, 2, 9)).recall(signs(0, 2, 9)),
            cr.ShapeError,
            "one state",
        ),
        (lambda: DenseAssociativeMemory().store([[1, 3]]), cr.DataError, "the value 3"),
    ],
)
def test_what_cannot_be_is_said(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)
