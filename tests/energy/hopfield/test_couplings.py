"""Weights and thresholds: fields, energies, stability, asymmetry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy.hopfield.asynchronous import settle
from chainrule.energy.hopfield.couplings import Couplings
from chainrule.engines import native

ENGINES = ["reference", *(["native"] if native.available() else [])]
compiled = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


@compiled
def test_whole_numbers_too_large_for_int16_are_doubles():
    couplings = Couplings(np.array([[0.0, 2**16], [2**16, 0.0]]) / 2, np.zeros(2), 2)
    assert couplings.as_sent[0] is None
    start = np.array([[1.0, -1.0]])
    pair = [settle(couplings, start, order="fixed", engine=engine).signs for engine in ENGINES]
    np.testing.assert_array_equal(*pair)


@given(st.integers(1, 7), st.booleans(), st.integers(0, 10**6))
def test_fields_and_energies_are_their_sums(N, whole, seed):
    rng = np.random.RandomState(seed)
    W = rng.randint(-3, 4, (N, N)) / (N if whole else 1.7)
    W = np.tril(W) + np.tril(W, -1).T
    couplings = Couplings(W, rng.randn(N), N if whole else 0)
    states = naive.every_state(N)
    excess = couplings.excess(states)
    np.testing.assert_allclose(excess, [W @ s - couplings.thresholds for s in states], atol=1e-12)
    np.testing.assert_allclose(couplings.excess(states, 0), excess[:, 0], atol=1e-12)
    energies = [naive.energy(W, couplings.thresholds, s) for s in states]
    np.testing.assert_allclose(couplings.energy(states, "test"), energies, atol=1e-12)
    np.testing.assert_array_equal(couplings.stable(states), (states * excess >= 0).all(axis=1))


@given(st.integers(1, 6), st.lists(st.integers(0, 5), max_size=9), st.integers(0, 10**6))
def test_energies_along_a_path_are_those_of_its_states(N, flips, seed):
    rng = np.random.RandomState(seed)
    W = rng.randn(N, N)
    couplings, flips = Couplings(W + W.T, rng.randn(N)), np.array([f % N for f in flips], int)
    states = [np.ones(N)]
    for flip in flips:
        states.append(states[-1] * np.where(np.arange(N) == flip, -1, 1))
    found = couplings.energies_along(states[0], flips, "test")
    np.testing.assert_allclose(found, couplings.energy(np.array(states), "test"), atol=1e-12)


def test_weights_that_are_not_symmetric_have_no_energy():
    couplings = Couplings(np.array([[0.0, 1.0], [0.5, 0.0]]), np.zeros(2))
    assert couplings.asymmetry[2] == 0.5 and not couplings.symmetric
    for ask in (
        lambda: couplings.energy(np.ones((1, 2)), "a question"),
        lambda: couplings.energies_along(np.ones(2), np.array([0]), "a question"),
    ):
        with pytest.raises(cr.ParameterError, match=r"a question: there is no energy.*by 0\.5"):
            ask()
