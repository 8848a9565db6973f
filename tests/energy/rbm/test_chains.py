"""Dreams and filled holes against exact marginals."""

import numpy as np
import pytest
from tests.naive_rbm import all_visible, bits, kinds, machine, naive_free_energy

import chainrule as cr


@kinds
def test_chains_have_the_exact_marginals(kind, classes):
    rbm = machine(kind, classes, hidden=3, scale=0.6)
    film = rbm.generate(400, steps=60, every=5, seed=3)
    w = rbm.weights
    h = np.array(bits(3))
    p = np.exp(rbm.units.log_sum_over_visible(w, h) - rbm.log_z())
    expected = (p[:, None] * rbm.units.visible_mean(w, h)).sum(axis=0)[:3]
    assert film.shape == (12, 400, 3)
    np.testing.assert_allclose(film[4:].mean(axis=(0, 1)), expected, atol=0.1)


def test_a_clamped_class_gives_its_own_rows():
    rbm = machine("binary", 3, hidden=3)
    v = np.array([row for row in all_visible(rbm) if row[4]])  # class 1
    p = np.exp([-naive_free_energy(rbm, row) for row in v])
    film = rbm.generate(400, steps=40, y=1, every=4)
    np.testing.assert_allclose(film[4:].mean(axis=(0, 1)), p @ v[:, :3] / p.sum(), atol=0.06)


def test_in_painting_follows_the_conditional_distribution():
    rbm = machine(hidden=3, visible=4)
    known = np.array([True, False, True, False])
    X = np.tile([1.0, 0.5, 0.0, 0.5], (2000, 1))
    filled = rbm.inpaint(X, known, steps=20, seed=1)
    states = [v for v in bits(4) if v[0] == 1 and v[2] == 0]
    p = np.exp([-naive_free_energy(rbm, v) for v in states])
    assert (filled[:, known] == [1, 0]).all()
    np.testing.assert_allclose(filled.mean(axis=0), p @ np.array(states) / p.sum(), atol=0.03)
    assert (rbm.inpaint(X[:3], np.ones((3, 4), bool), steps=2) == X[:3]).all()


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: cr.RBM(2, visible=3).generate(0),
            cr.ParameterError,
            "n must be a whole number ≥ 1",
        ),
        (
            lambda: cr.RBM(2, visible=3).generate(2, start=[[0, 0, 1]]),
            cr.ShapeError,
            "Give one row for each chain",
        ),
        (lambda: cr.RBM(2, visible=3).generate(y=1), cr.ParameterError, "Leave y out"),
        (
            lambda: cr.RBM(2, visible=3).inpaint([[0, 0, 1]], [1, 0, 1]),
            cr.ShapeError,
            "known: expected booleans",
        ),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()
