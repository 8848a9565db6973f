"""Landscapes against loops over every state; the 14 attractors of the three digits; names, passes, maps, cuts and tours."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy import TourNetwork, landscape, max_cut, plane
from chainrule.energy.landscape.names import names_of

SEEDS = st.integers(0, 10**6)


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


def weights(seed, N):
    W = np.random.RandomState(seed).randn(N, N)
    W = W + W.T
    np.fill_diagonal(W, 0)
    return W


# ---------------------------------------------------------------- every state


@given(st.integers(1, 7), SEEDS)
def test_every_state_is_looked_at(N, seed):
    W, theta = weights(seed, N), np.random.RandomState(seed).randn(N)
    found = landscape(W, thresholds=theta)
    states = naive.every_state(N)
    energies = np.array([naive.energy(W, theta, s) for s in states])
    np.testing.assert_allclose(found.energies, energies, atol=1e-12)

    def lowest_neighbour(k):
        near = [k ^ 1 << i for i in range(N)]
        best = min(near, key=lambda n: energies[n])
        return best if energies[best] < energies[k] - 1e-12 else k

    ends = []
    for k in range(2**N):
        while (down := lowest_neighbour(k)) != k:
            k = down
        ends.append(k)
    minima = sorted(set(ends), key=lambda k: energies[k])
    np.testing.assert_array_equal(found.attractors, states[minima])
    np.testing.assert_allclose(found.depths, energies[minima], atol=1e-12)
    np.testing.assert_array_equal(found.basins, [ends.count(k) for k in minima])
    assert cr.Hopfield.from_weights(W, thresholds=theta).stable(found.attractors).all()
    assert found.exact
    assert set(found.names) == {"other"}


@given(st.integers(1, 5), st.integers(2, 8), SEEDS)
def test_hebbs_energies_are_the_networks_own(M, N, seed):
    net = cr.Hopfield().store(signs(seed, M, N))
    np.testing.assert_array_equal(landscape(net).energies, net.energy(naive.every_state(N)))


@given(st.integers(2, 6), SEEDS)
def test_passes_are_the_lowest_of_all_paths(N, seed):
    """A path from a to b stays below h if both lie in one piece of {E ≤ h}: pieces found by walking."""
    W = weights(seed, N)
    found = landscape(W)

    def reachable(start, h):
        seen, todo = {start}, [start]
        while todo:
            k = todo.pop()
            for n in (k ^ 1 << i for i in range(N)):
                if n not in seen and found.energies[n] <= h:
                    seen.add(n)
                    todo.append(n)
        return seen

    numbers = [int(sum(1 << i for i in range(N) if s[i] > 0)) for s in found.attractors]
    for (a, start), (b, end) in product(enumerate(numbers), repeat=2):
        if a != b:
            lowest = min(
                h
                for h in found.energies
                if h >= found.energies[start] and end in reachable(start, h)
            )
            assert found.saddles[a, b] == lowest
            np.testing.assert_allclose(found.barriers[a, b], lowest - found.depths[a])
    assert (np.diag(found.barriers) == 0).all()


def test_valleys_of_one_network_by_name():
    x = signs(0, 3, 16)
    net = cr.Hopfield().store(x)
    found = landscape(net)
    for k, pattern in enumerate(x):
        if net.stable(pattern):
            assert found.names[found.index(pattern)] == f"memory {k}"
            assert found.names[found.index(-pattern)] == f"inverse of {k}"
    assert found.basins.sum() == 2**16
    assert len(found.table().splitlines()) == 1 + len(found.names)
    assert "all 65536 states" in repr(found)


def test_twenty_units_are_quick_enough_to_be_exact():
    found = landscape(cr.Hopfield().store(signs(1, 3, 20)))
    assert found.energies.shape == (2**20,)
    assert found.exact


# ---------------------------------------------------------------- samples


@pytest.fixture(scope="module")
def three_digits():
    return landscape(cr.Hopfield().store(naive.digits()), starts=20_000)


def test_the_fourteen_attractors_of_the_three_digits(three_digits):
    """The list is complete: 3 patterns, 3 negatives and the 8 sign mixtures, with their energies and shares."""
    x = 2 * naive.digits() - 1
    expected = {}
    for p in x:
        expected[tuple(p)], expected[tuple(-p)] = "pattern", "pattern"
    for a, b, c in product((1, -1), repeat=3):
        expected[tuple(np.sign(a * x[0] + b * x[1] + c * x[2]))] = "near" if b == c else "far"
    states = 2 * three_digits.attractors - 1
    assert {tuple(s) for s in states} == set(expected)
    assert len(states) == 14
    share = three_digits.basins / 20_000
    W = naive.hebb(x)
    for s, E, p in zip(states, three_digits.depths, share, strict=True):
        kind, smallest = expected[tuple(s)], (W @ s * s).min()
        if kind == "near":
            assert (E, round(smallest, 9)) == (-11.7, 0.3)
            assert 0.025 < p < 0.035
        elif kind == "far":
            assert (E, round(smallest, 9)) == (-8.7, 0.1)
            assert 0.006 < p < 0.012
        else:
            assert E in (-13.5, -14.1)
            assert 0.13 < p < 0.15


def test_the_names_of_the_fourteen(three_digits):
    names = three_digits.names
    assert sorted(n for n in names if not n.startswith("mixture")) == sorted(
        [*(f"memory {k}" for k in range(3)), *(f"inverse of {k}" for k in range(3))]
    )
    assert sorted(n for n in names if n.startswith("mixture")) == sorted(
        f"mixture {a}0 {b}1 {c}2" for a, b, c in product("+−", repeat=3)
    )
    assert not three_digits.exact
    assert three_digits.energies is None
    assert "20000 starts" in repr(three_digits)


def test_mixtures_of_many_memories_are_named():
    """N = 1000: sign(ξ1 + ξ2 + ξ3) overlaps ½ with each and is stable, at E/N = −0.365 against −0.499."""
    x = signs(0, 10, 1000)
    net = cr.Hopfield().store(x)
    three = np.sign(x[1] + x[2] - x[3])
    assert names_of(np.array([three, -x[4], x[5], signs(9, 1000)]), x) == [
        "mixture +1 +2 −3",
        "inverse of 4",
        "memory 5",
        "other",
    ]
    end = net.predict(three)
    np.testing.assert_allclose(net.overlaps(end)[[1, 2, 3]], [0.5, 0.5, -0.5], atol=0.06)
    np.testing.assert_allclose(net.energy(end) / 1000, -0.365, atol=0.02)
    np.testing.assert_allclose(net.energy(x) / 1000, -0.499, atol=0.012)
    five = np.sign(x[:5].sum(axis=0))
    assert names_of(five[None], x) == ["mixture +0 +1 +2 +3 +4"]
    np.testing.assert_allclose(net.energy(net.predict(five)) / 1000, -0.340, atol=0.02)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: landscape([[0, 1], [0, 0]]), cr.ParameterError, "not symmetric"),
        (lambda: landscape([[-1, 1], [1, 0]]), cr.ParameterError, "w_ii must be ≥ 0"),
        (lambda: landscape(weights(0, 3), starts=0), cr.ParameterError, "starts must be"),
        (lambda: landscape(weights(0, 3), starts=9).saddles, cr.ParameterError, "at most 20 units"),
        (
            lambda: landscape(np.zeros((11, 11))).saddles,
            cr.ParameterError,
            "at most 2000 attractors",
        ),
        (lambda: landscape(weights(0, 3)).index([1, 1, 1, 1]), cr.ShapeError, "rows of 3 units"),
        (
            lambda: landscape(cr.Hopfield().store([[1, 1, 1]])).index([1, 1, -1]),
            cr.DataError,
            "an attractor",
        ),
        (lambda: landscape(cr.Hopfield()), cr.NotBuiltError, "store"),
    ],
)
def test_landscapes_that_cannot_be(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---------------------------------------------------------------- the map


def test_a_map_holds_energies_of_real_states():
    net = cr.Hopfield().store(signs(0, 4, 12))
    start = signs(1, 12)
    path = net.recall(start)
    found = plane(net, path, side=15)
    assert found.energies.shape == (15, 15)
    assert found.path.shape == (len(path.states), 2)
    assert found.memories.shape == (4, 2)
    assert set(found.energies.ravel()) <= set(landscape(net).energies)
    within = np.abs(np.concatenate([found.path, found.memories])).max()
    assert within <= found.across[-1]
    # a distance on the map is no longer than the one between the states, in units of √N
    gap = np.linalg.norm(found.memories[0] - found.memories[1])
    assert (
        gap <= np.linalg.norm(net.patterns[0] - net.patterns[1].astype(float)) / np.sqrt(12) + 1e-12
    )
    assert 0 < sum(found.shares) <= 1
    assert plane(net, side=3).path.shape == (0, 2)


def test_maps_that_cannot_be():
    with pytest.raises(cr.DataError, match="three states"):
        plane(cr.Hopfield().store([[1, 1, -1]]))
    with pytest.raises(cr.ParameterError, match="side"):
        plane(cr.Hopfield().store(signs(0, 3, 9)), side=1)


# ---------------------------------------------------------------- cuts and tours


@given(st.integers(2, 9), SEEDS)
def test_the_largest_cut_of_a_small_graph(N, seed):
    rng = np.random.RandomState(seed)
    A = np.triu(rng.randint(0, 4, (N, N)), 1)
    A = A + A.T

    def cut(s):
        return sum(A[i, j] for i in range(N) for j in range(i) if s[i] != s[j])

    found = max_cut(A)
    assert found.value == cut(found.sides) == found.values.max()
    assert found.value == max(cut(s) for s in naive.every_state(N))
    assert (found.values >= A.sum() / 4).all()  # a local optimum cuts at least half of all weight


def test_cuts_that_cannot_be():
    with pytest.raises(cr.ParameterError, match="not symmetric"):
        max_cut([[0, 1], [0, 0]])
    with pytest.raises(cr.ShapeError, match="vertex"):
        max_cut([[0, 1]])
    with pytest.raises(cr.ParameterError, match="starts"):
        max_cut([[0, 1], [1, 0]], starts=0)


@pytest.mark.parametrize(
    "seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]
)
def test_tours_through_eight_cities(seed):
    cities = np.random.RandomState(seed).random_sample((8, 2)) * 40 + 7
    found = TourNetwork().solve(cities, starts=100)
    assert found.valid.mean() >= 0.5
    d = np.linalg.norm(cities[:, None] - cities, axis=2)
    for tour, length in zip(found.tours[found.valid], found.lengths[found.valid], strict=True):
        assert sorted(tour) == list(range(8))
        np.testing.assert_allclose(length, sum(d[tour[k], tour[(k + 1) % 8]] for k in range(8)))
    every = [
        sum(d[t[k], t[(k + 1) % 8]] for k in range(8))
        for t in ((0, *p) for p in permutations(range(1, 8)))
    ]
    assert found.lengths[found.valid].mean() < np.mean(every)  # better than a tour at random
    assert found.lengths.min() <= 1.15 * min(every)
    assert sorted(found.best) == list(range(8))
    assert (found.energies[-1] < found.energies[0]).all()


def test_the_tours_slope_is_its_energys():
    rng = np.random.RandomState(0)
    net, V, d = TourNetwork(), rng.random_sample((1, 4, 4)), np.abs(weights(1, 4))
    slope = net.slope(V, d)[0]
    for x, i in product(range(4), repeat=2):
        step = np.zeros((1, 4, 4))
        step[0, x, i] = 1e-5
        np.testing.assert_allclose(
            (net.energy(V + step, d) - net.energy(V - step, d))[0] / 2e-5, slope[x, i], rtol=1e-6
        )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TourNetwork(A=0), "A must be"),
        (lambda: TourNetwork(surplus=-1), "surplus must be"),
        (lambda: TourNetwork(steps=0), "steps must be"),
        (lambda: TourNetwork().solve([[0, 0], [1, 1]]), "3 or more cities"),
        (lambda: TourNetwork().solve(np.ones((5, 2))), "not all at one place"),
        (lambda: TourNetwork().solve(np.eye(3), starts=0), "starts must be"),
    ],
)
def test_tours_that_cannot_be(call, message):
    with pytest.raises(cr.ChainruleError, match=message):
        call()
    assert "A=500" in repr(TourNetwork())
