"""All states of small networks against loops."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy import landscape
from chainrule.energy.landscape.every_state import states_of, steepest

SEEDS = st.integers(0, 10**6)


def signs(seed, *shape):
    return np.where(np.random.RandomState(seed).random_sample(shape) < 0.5, 1, -1)


def weights(seed, N):
    W = np.random.RandomState(seed).randn(N, N)
    W = W + W.T
    np.fill_diagonal(W, 0)
    return W


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


def test_state_numbers_are_their_bits():
    assert states_of([0, 1, 6], 3).tolist() == [[-1, -1, -1], [1, -1, -1], [-1, 1, 1]]


def test_states_run_down_to_the_first_of_equal_neighbors():
    # E of the states 00, 10, 01, 11: both single flips lower the last state by the same amount
    assert steepest(np.array([1.0, 0.0, 0.0, 1.0])).tolist() == [1, 1, 2, 2]
    assert steepest(np.zeros(4)).tolist() == [0, 1, 2, 3]  # nothing is lower
