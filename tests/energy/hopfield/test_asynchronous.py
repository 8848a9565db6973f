"""The sweeps in C against NumPy and plain loops, bit for bit; energies that never rise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy.hopfield.asynchronous import settle, visits
from chainrule.energy.hopfield.couplings import Couplings
from chainrule.engines import native

ENGINES = ["reference", *(["native"] if native.available() else [])]
compiled = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


def patterns(seed, M, N):
    return np.where(np.random.RandomState(seed).random_sample((M, N)) < 0.5, 1.0, -1.0)


def orders(order, seed, sweeps, N):
    """The order of each sweep, in the pieces in which `settle` asks for it."""
    found, some = [], 4
    while len(found) < sweeps:
        some = min(some, sweeps - len(found))
        piece = visits(order, seed, len(found), some, N)
        found += [piece[k % len(piece)] for k in range(some)]
        some *= 2
    return found


@pytest.mark.parametrize("engine", ENGINES)
@given(
    st.integers(1, 7),
    st.integers(1, 20),
    st.sampled_from(["random", "fixed"]),
    st.integers(0, 10**6),
)
def test_whole_weights_give_the_bits_of_a_plain_loop(engine, M, N, order, seed):
    """The loop is over N·W, whole numbers, whose sums are exact: so a field of 0 is 0 in both."""
    net = cr.Hopfield(order=order, seed=seed % 99, engine=engine).store(patterns(seed, M, N))
    counts = np.rint(N * net.weights)
    starts = patterns(seed + 1, 6, N)
    ends = [
        naive.recall(counts, np.zeros(N), s, orders(order, seed % 99, 100, N))[0] for s in starts
    ]
    np.testing.assert_array_equal(net.predict(starts), ends)


@pytest.mark.parametrize("engine", ENGINES)
def test_where_one_over_n_is_exact_the_loop_may_use_the_weights(engine):
    """N = 256 and θ = 1/16: k / N is exact in float64, and so is every sum of them."""
    x = patterns(0, 30, 256)
    net = cr.Hopfield(order="random", thresholds=1 / 16, seed=5, engine=engine).store(x)
    starts = patterns(1, 8, 256)
    ends = [
        naive.recall(net.weights, net.thresholds, s, orders("random", 5, 100, 256))[0]
        for s in starts
    ]
    np.testing.assert_array_equal(net.predict(starts), ends)


@compiled
def test_a_thousand_units_and_fifty_patterns():
    x = patterns(0, 50, 1000)
    net = cr.Hopfield(order="random", seed=1, engine="native").store(x)
    probes = x[:20].copy()
    rng = np.random.RandomState(2)
    for probe in probes:
        probe[rng.permutation(1000)[:100]] *= -1
    counts, order = np.rint(1000 * net.weights), orders("random", 1, 100, 1000)
    ends = [naive.recall(counts, np.zeros(1000), s, order)[0] for s in probes[:4]]
    np.testing.assert_array_equal(net.predict(probes)[:4], ends)
    np.testing.assert_array_equal(net.predict(probes), x[:20])


@compiled
@given(st.integers(1, 24), st.booleans(), st.booleans(), st.integers(0, 10**6))
def test_both_engines_give_the_same_bits(N, symmetric, zeros, seed):
    rng = np.random.RandomState(seed)
    W = rng.randn(N, N) if not zeros else rng.randint(-1, 2, (N, N)) / 3
    W = (W + W.T) / 2 if symmetric else W
    couplings = Couplings(W, rng.randn(N) * 0.3)
    for k, start in enumerate(patterns(seed + 1, 3, N)):
        pair = [
            settle(
                couplings, start[None], order="random", seed=k, sweeps=9, record=True, engine=engine
            )
            for engine in ("native", "reference")
        ]
        for name in ("signs", "settled", "sweeps", "flips"):
            np.testing.assert_array_equal(getattr(pair[0], name), getattr(pair[1], name))


@compiled
def test_both_engines_agree_on_perceptron_weights():
    """Whole numbers, and not symmetric: rows to begin with, columns at each flip."""
    x = patterns(3, 20, 40)
    starts = patterns(4, 10, 40)
    ends = [
        cr.Hopfield(rule="perceptron", engine=engine).store(x).predict(starts) for engine in ENGINES
    ]
    np.testing.assert_array_equal(*ends)


@compiled
@pytest.mark.parametrize("whole", [True, False])
def test_the_same_bits_with_every_instruction_set(whole):
    x, ends = patterns(0, 9, 77), []
    couplings = cr.Hopfield(rule="hebb" if whole else "storkey").store(x).couplings
    receive, send = couplings.as_sent
    assert (receive is not None) == whole
    order = visits("random", 0, 0, 8, 77)
    for instructions in native.instruction_sets():
        s, flips = patterns(1, 1, 77).astype(np.int16), np.zeros(8 * 77, np.int32)
        flipped, swept = np.zeros(1, np.int64), np.zeros(1, np.int32)
        native.native_code.hopfield(
            f"f64_{instructions}",
            77,
            1,
            8,
            receive,
            send,
            np.zeros(77),
            order,
            s,
            flips,
            flipped,
            swept,
        )
        ends.append((s.tolist(), flips[: flipped[0]].tolist(), swept[0]))
    assert all(end == ends[0] for end in ends)
    assert ends[0][2] > 1


@pytest.mark.parametrize("engine", ENGINES)
@given(st.integers(2, 12), st.sampled_from(["random", "fixed"]), st.integers(0, 10**6))
def test_energy_never_rises_along_an_asynchronous_recall(engine, N, order, seed):
    """Symmetric weights, diagonal ≥ 0. Whole numbers below 2**20: every sum is exact."""
    rng = np.random.RandomState(seed)
    W = rng.randint(-1000, 1001, (N, N)).astype(float)
    W = W + W.T
    np.fill_diagonal(W, rng.randint(0, 2000, N))
    theta = rng.randint(-500, 501, N).astype(float)
    net = cr.Hopfield.from_weights(W, thresholds=theta, order=order, seed=seed % 7, engine=engine)
    path = net.recall(patterns(seed + 1, 1, N)[0])
    assert path.ended == "fixed point"
    assert (np.diff(path.energies) < 0).all()  # each flip is one downwards: at 0 a unit stays
    np.testing.assert_array_equal(path.energies, [naive.energy(W, theta, s) for s in path.states])
    assert net.stable(path.state)


@given(st.integers(2, 15), st.integers(0, 10**6))
def test_energy_never_rises_with_any_real_weights(N, seed):
    rng = np.random.RandomState(seed)
    W = rng.randn(N, N)
    W = (W + W.T) / 2
    np.fill_diagonal(W, np.abs(np.diag(W)))
    net = cr.Hopfield.from_weights(W, thresholds=rng.randn(N))
    path = net.recall(patterns(seed, 1, N)[0])
    assert path.ended == "fixed point"
    assert (np.diff(path.energies) <= 1e-12).all()
    np.testing.assert_allclose(path.energies, net.energy(path.states), atol=1e-12)


def test_a_negative_diagonal_can_make_energy_rise():
    """Why the diagonal must not be negative: the unit flips for ever, against its own memory."""
    net = cr.Hopfield.from_weights([[-1.0]], sweeps=5)
    assert net.recall([1]).ended == "limit"


def test_the_order_of_a_sweep_is_keyed_and_whole():
    for N in (1, 5, 33):
        rows = visits("random", 7, 2, 3, N)
        assert (np.sort(rows, axis=1) == np.arange(N)).all()
        np.testing.assert_array_equal(rows[1], cr.random.permutation((7, 3), N))
    assert visits("fixed", 0, 0, 4, 3).tolist() == [[0, 1, 2]]
