"""Recall at a temperature: Boltzmann's distribution, annealing, refusals."""

import numpy as np
import pytest
from tests import naive_energy as naive

import chainrule as cr

DIGITS = naive.digits()


def network(rule="hebb", patterns=DIGITS, **settings):
    return cr.Hopfield(rule=rule, **settings).store(patterns)


def test_glauber_comes_to_boltzmanns_distribution():
    W = np.array([[0, 0.6, -0.3], [0.6, 0, 0.2], [-0.3, 0.2, 0]])
    theta = np.array([0.1, -0.2, 0.0])
    warm = cr.Hopfield.from_weights(W, thresholds=theta, temperature=0.8, sweeps=30, order="fixed")
    ends = warm.predict(np.ones((20_000, 3)))
    states = naive.every_state(3)
    counts = np.array([(ends == s).all(axis=1).mean() for s in states])
    p = np.exp([-naive.energy(W, theta, s) / 0.8 for s in states])
    np.testing.assert_allclose(counts, p / p.sum(), atol=0.012)


def test_annealing_follows_its_schedule_and_comes_to_rest():
    asked = []

    def cooling(sweep):
        asked.append(sweep)
        return max(0.0, 1.0 - sweep / 10)

    path = network(temperature=cooling, sweeps=15).recall(DIGITS[0])
    assert asked == list(range(1, 16))
    assert path.ended == "fixed point"
    assert network().stable(path.state)
    assert network(temperature=0.5, sweeps=5).recall(DIGITS[0]).ended == "limit"
    assert network(temperature=cr.ExponentialDecay(1.0, steps=1, factor=0.5), sweeps=5).predict(
        DIGITS
    ).shape == (3, 30)


def test_all_units_at_once_can_be_warm():
    ends = network(temperature=0.3, order="synchronous", sweeps=20).predict(DIGITS)
    assert set(np.unique(ends)) <= {0, 1}
    cold = network(temperature=lambda sweep: 0.0, sweeps=5, order="synchronous")
    np.testing.assert_array_equal(cold.predict(DIGITS), DIGITS)


def test_a_negative_temperature_is_refused_when_it_comes():
    with pytest.raises(cr.ParameterError, match="temperature of sweep 2"):
        network(temperature=lambda sweep: 1.5 - sweep).recall(DIGITS[0])
