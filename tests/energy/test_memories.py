"""Dense, modern, continuous and bidirectional memories: published numbers, loops as oracles, energies that never rise."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.energy import BAM, ContinuousHopfield, DenseAssociativeMemory, ModernHopfield

SEEDS = st.integers(0, 10**6)


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


# ---------------------------------------------------------------- dense


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


# ---------------------------------------------------------------- modern


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


# ---------------------------------------------------------------- continuous


def test_the_papers_two_neurons():
    network = ContinuousHopfield.from_weights([[0, 1], [1, 0]], gain=1.4)
    path = network.recall([0.2, -0.05])
    np.testing.assert_allclose(path.energies[[0, -1]], [0.04572797, -0.05300983], atol=5e-9)
    np.testing.assert_allclose(network.outputs(path.state), [0.57287298] * 2, atol=1e-7)
    assert np.diff(path.energies).max() <= 2e-16
    assert path.ended == "fixed point"


def test_both_signs_are_stable_and_the_gain_must_exceed_one():
    network = ContinuousHopfield.from_weights([[0, 1], [1, 0]], gain=1.4, step=0.1)
    np.testing.assert_allclose(
        network.outputs(network.recall([-0.2, 0.05]).state), [-0.57287298] * 2, atol=1e-7
    )
    low = ContinuousHopfield.from_weights([[0, 1], [1, 0]], gain=0.9, step=0.1)
    np.testing.assert_allclose(low.recall([0.2, 0.1]).state, 0, atol=1e-6)


@given(
    st.integers(1, 6),
    st.floats(0.3, 20),
    st.sampled_from(["atan", "tanh"]),
    st.floats(0.001, 1.0),
    SEEDS,
)
def test_continuous_energy_never_rises(N, gain, response, step, seed):
    rng = np.random.RandomState(seed)
    T = rng.randn(N, N)
    network = ContinuousHopfield.from_weights(
        T + T.T,
        gain=gain,
        response=response,
        step=step,
        steps=60,
        inputs=rng.randn(N),
        resistance=0.7,
        capacitance=1.3,
    )
    path = network.recall(0.3 * rng.randn(N))
    assert (np.diff(path.energies) <= 0).all()


@pytest.mark.parametrize("response", ["atan", "tanh"])
def test_the_slope_is_the_energys(response):
    """C du_i/dt = −∂E/∂V_i, by central differences in V."""
    rng = np.random.RandomState(0)
    T = rng.randn(4, 4)
    network = ContinuousHopfield.from_weights(
        T + T.T, gain=1.2, response=response, inputs=0.3, resistance=0.8, capacitance=1.5
    )
    u = rng.randn(4) * 0.4
    inverse = {
        "atan": lambda V: np.tan(np.pi * V / 2) * 2 / (np.pi * 1.2),
        "tanh": lambda V: np.arctanh(V) / 1.2,
    }[response]
    V = network.outputs(u)
    for i in range(4):
        step = np.eye(4)[i] * 1e-5
        slope = (network.energy(inverse(V + step)) - network.energy(inverse(V - step))) / 2e-5
        np.testing.assert_allclose(-slope / 1.5, network.slope(u[None])[0, i], rtol=1e-6, atol=1e-8)


def test_a_high_gain_recalls_like_two_state_units():
    x = signs(0, 2, 30)
    network = ContinuousHopfield(20.0, step=0.05).store(x)
    noisy = x[0].copy()
    noisy[:4] *= -1
    path = network.recall(0.05 * noisy)
    np.testing.assert_array_equal(np.sign(path.state), x[0])
    assert path.overlaps[-1][0] == 1
    assert network.update(0.05 * noisy).shape == (30,)
    assert "30 units" in repr(network)


# ---------------------------------------------------------------- bidirectional


@given(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9), SEEDS)
def test_pairs_fall_to_rest(M, N, U, seed):
    memory = BAM().store(signs(seed, M, N), signs(seed + 1, M, U))
    path = memory.recall(signs(seed + 2, N))
    assert path.ended == "fixed point"
    assert (np.diff(path.energies) < 0).all()
    assert path.energies[-1] == memory.energy(path.state, path.partner)
    for x, y in pairwise(zip(path.states, path.partners, strict=True)):
        assert (x[0] != y[0]).any() or (x[1] != y[1]).any()


def test_a_few_pairs_recall_each_other():
    x, y = signs(0, 3, 40), signs(1, 3, 25)
    memory = BAM().store(x, (y + 1) // 2)
    noisy = x.copy()
    noisy[:, :4] *= -1
    np.testing.assert_array_equal(memory.predict(noisy), (y + 1) // 2)
    np.testing.assert_array_equal(memory.recall(noisy[1]).state, x[1])
    np.testing.assert_array_equal(memory.weights, y.T @ x)
    assert "40 <-> 25" in repr(memory)


# ---------------------------------------------------------------- refusals


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
        (lambda: ContinuousHopfield(0), cr.ParameterError, "gain must be"),
        (lambda: ContinuousHopfield(response="relu"), cr.ParameterError, "response must be"),
        (lambda: ContinuousHopfield(steps=0), cr.ParameterError, "steps must be"),
        (lambda: ContinuousHopfield().energy([1.0]), cr.NotBuiltError, "store"),
        (
            lambda: ContinuousHopfield.from_weights([[0, 1], [0, 0]]),
            cr.ParameterError,
            "not symmetric",
        ),
        (lambda: ContinuousHopfield.from_weights([[0, 1]]), cr.ShapeError, "(N, N)"),
        (
            lambda: ContinuousHopfield(inputs=[1.0, 2.0]).store(signs(0, 1, 3)),
            cr.ShapeError,
            "one number, or 3",
        ),
        (
            lambda: ContinuousHopfield().store(signs(0, 1, 3)).recall(np.ones((2, 3))),
            cr.ShapeError,
            "one state",
        ),
        (lambda: BAM(rounds=0), cr.ParameterError, "rounds must be"),
        (lambda: BAM().recall([1]), cr.NotBuiltError, "store"),
        (lambda: BAM().store([[1, -1]], [[1], [-1]]), cr.ShapeError, "one partner for each state"),
        (
            lambda: BAM().store([[1, -1]], [[1]]).recall([[1, 1], [1, -1]]),
            cr.ShapeError,
            "one state",
        ),
    ],
)
def test_what_cannot_be_is_said(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)
