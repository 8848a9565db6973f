"""Perceptron learning: more patterns than Hebb's rule, no energy."""

import numpy as np
import pytest
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy.hopfield.rules import Perceptron

DIGITS = naive.digits()


def signs(rng, *shape):
    return np.where(rng.random_sample(shape) < 0.5, 1, -1)


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


@pytest.mark.parametrize(("margin", "load"), [(0.0, 70), (0.5, 40)])
def test_the_perceptron_learns_beyond_hebb(margin, load):
    x = signs(np.random.RandomState(1), load, 100)
    found = network(Perceptron(margin=margin), x)
    W = found.weights
    assert found.stable(x).all()
    assert ((x @ W.T * x) > margin * np.linalg.norm(W, axis=1)).all()
    assert not network("hebb", x).stable(x).any()
    np.testing.assert_allclose(100 * W, np.rint(100 * W), atol=1e-12)  # whole numbers over N


@pytest.mark.slow
@pytest.mark.parametrize(("N", "load"), [(400, 0.5), (400, 0.9), (200, 1.2), (200, 1.5)])
def test_the_perceptron_below_gardners_bound(N, load):
    x = signs(np.random.RandomState(2), int(load * N), N)
    assert network("perceptron", x).stable(x).all()


def test_the_perceptron_has_no_energy_and_says_why():
    found = network("perceptron")
    with pytest.raises(
        cr.ParameterError, match=r"there is no energy, since the weights are not symmetric \(w\[\d"
    ):
        found.energy(DIGITS)
    path = found.recall(DIGITS[0])
    assert path.energies is None
    assert path.ended == "fixed point"
