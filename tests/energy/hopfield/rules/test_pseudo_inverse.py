"""The pseudo-inverse rule: a projection, and dependent patterns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_energy as naive

import chainrule as cr

DIGITS = naive.digits()


def signs(rng, *shape):
    return np.where(rng.random_sample(shape) < 0.5, 1, -1)


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


@given(st.integers(0, 10**6))
def test_the_pseudo_inverse_projects_onto_the_patterns(seed):
    x = signs(np.random.RandomState(seed), 5, 40).astype(float)
    W = network("pseudo-inverse", x).weights
    projection = x.T @ np.linalg.pinv(x.T)
    np.testing.assert_allclose(W, projection - np.diag(np.diag(projection)), atol=1e-12)
    np.testing.assert_allclose(network("delta", x).weights, W, atol=1e-8)


def test_more_than_the_rank_allows():
    with pytest.raises(cr.DataError, match="5 patterns of 4 units with rank 4"):
        network("pseudo-inverse", signs(np.random.RandomState(3), 50, 4)[[0, 1, 2, 3, 7]])
    found = network("pseudo-inverse")
    with pytest.raises(cr.DataError, match="rank 3"):
        found.add(1 - DIGITS[0])
    np.testing.assert_array_equal(found.patterns, DIGITS)
