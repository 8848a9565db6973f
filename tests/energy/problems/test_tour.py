"""Tours through eight cities against every tour."""

from itertools import permutations, product

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import TourNetwork


def weights(seed, N):
    W = np.random.RandomState(seed).randn(N, N)
    W = W + W.T
    np.fill_diagonal(W, 0)
    return W


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
