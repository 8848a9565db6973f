"""Storkey's rule against a loop."""

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
    np.testing.assert_allclose(network("storkey", x).weights, naive.storkey(x), atol=1e-13)
