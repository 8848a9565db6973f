"""Unlearning makes spurious states rarer."""

import numpy as np
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy.hopfield.rules import Unlearning

DIGITS = naive.digits()


def signs(rng, *shape):
    return np.where(rng.random_sample(shape) < 0.5, 1, -1)


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


def test_unlearning_makes_spurious_states_rarer():
    x = signs(np.random.RandomState(5), 12, 100)

    def back(rule):
        found = network(rule, x)
        starts = x.copy()
        starts[:, :10] *= -1
        return (found.predict(starts) == x).all(axis=1).mean()

    assert back(Unlearning(dreams=200)) > back("hebb")
    np.testing.assert_array_equal(
        network(Unlearning(dreams=0), x).weights, network("hebb", x).weights
    )
