"""log Z, pseudo-likelihood and annealing against sums over every state."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.naive_rbm import all_visible, bits, kinds, machine, naive_free_energy, naive_log_z

import chainrule as cr


@kinds
def test_log_z_and_log_likelihood_sum_to_one(kind, classes):
    rbm = machine(kind, classes, hidden=4, visible=3 if kind == "binary" else 2, scale=0.7)
    assert rbm.log_z() == pytest.approx(naive_log_z(rbm), rel=1e-9)
    if kind == "binary":
        v = np.array(all_visible(rbm))
        y = v[:, 3:].argmax(axis=1) if classes else None
        assert np.exp(rbm.log_likelihood(v[:, :3], y)).sum() == pytest.approx(1)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 99))
def test_log_z_from_either_layer(hidden, visible, seed):
    rbm = machine(hidden=hidden, visible=visible, seed=seed)
    assert rbm.log_z() == pytest.approx(naive_log_z(rbm), rel=1e-12)


def test_pseudo_likelihood():
    rbm = machine(hidden=3, visible=4)
    for v in bits(4):
        total = 0.0
        for i in range(4):
            other = tuple(1 - x if k == i else x for k, x in enumerate(v))
            p, q = (math.exp(-naive_free_energy(rbm, state)) for state in (v, other))
            total += math.log(p / (p + q))
        assert rbm.pseudo_likelihood([v])[0] == pytest.approx(total)


@pytest.mark.parametrize("seed", range(3))
def test_ais_of_the_issue(seed):
    rbm = cr.RBM(
        10, visible=12, initial_weights={"W": np.random.default_rng(seed).normal(size=(10, 12))}
    )
    estimate = rbm.ais(seed)
    assert abs(estimate.log_z - rbm.log_z()) < 0.1
    assert estimate.error < 0.05


@kinds
def test_ais_of_every_kind(kind, classes):
    rbm = machine(kind, classes, scale=0.7)
    estimate = rbm.ais(seed=1, chains=400, steps=200)
    assert abs(estimate.log_z - rbm.log_z()) < 5 * estimate.error < 0.5
    assert rbm.ais(seed=1, chains=400, steps=200) == estimate


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: cr.RBM(30, visible=40).log_z(), cr.ParameterError, r"ais\(\) estimates log Z"),
        (
            lambda: cr.RBM(2, visible=3).ais(chains=1),
            cr.ParameterError,
            "chains must be a whole number ≥ 2",
        ),
        (
            lambda: cr.RBM(2, visible=3, kind="gaussian").pseudo_likelihood([[0, 0, 1]]),
            cr.ParameterError,
            "binary visible",
        ),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()
