"""The delta rule: dependent patterns, and a run that ends too early."""

import numpy as np
import pytest
from tests import naive_energy as naive

import chainrule as cr
from chainrule.energy.hopfield.rules import Delta

DIGITS = naive.digits()


def signs(rng, *shape):
    return np.where(rng.random_sample(shape) < 0.5, 1, -1)


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


def test_the_delta_rule_takes_dependent_patterns_and_says_so_when_stopped():
    x = np.array([[1, 1, 1, -1], [1, 1, 1, -1], [-1, -1, -1, 1]])
    assert network("delta", x).stable(x).all()
    stopped = network(Delta(lr=0.3, sweeps=1), signs(np.random.RandomState(0), 3, 20))
    with pytest.raises(cr.ParameterError, match="not symmetric"):
        stopped.energy(np.ones(20))
