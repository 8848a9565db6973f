"""Hebb's rule against a loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_energy as naive

import chainrule as cr

DIGITS = naive.digits()


def signs(rng, *shape):
    return np.where(rng.random_sample(shape) < 0.5, 1, -1)


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


@given(st.integers(1, 4), st.integers(1, 9), st.integers(0, 10**6))
def test_it_is_its_loop(M, N, seed):
    x = signs(np.random.RandomState(seed), M, N)
    np.testing.assert_allclose(network("hebb", x).weights, naive.hebb(x), atol=1e-15)


def test_many_adds_and_removes_leave_no_rounding():
    x = signs(np.random.RandomState(0), 6, 7)
    found = network("hebb", x[:3])
    before = found.weights
    for _ in range(50):
        found.add(x[4]).remove(x[4])
    np.testing.assert_array_equal(found.weights, before)
