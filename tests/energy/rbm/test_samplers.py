"""Samplers: settings that are refused, and chains in long runs."""

import itertools

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import CD, PCD, ParallelTempering
from chainrule.energy.rbm.samplers import Sampler


@pytest.mark.slow
def test_likelihood_that_falls_in_long_runs_is_lost_by_the_chains():
    """What PCD's docstring says: the exact gradient with the same optimizer does not fall."""
    lines = np.array(list(itertools.product([0.0, 1.0], repeat=3)))
    bars = np.unique(np.concatenate([np.repeat(lines, 3, axis=1), np.tile(lines, (1, 3))]), axis=0)
    optimizer = cr.Momentum(lr=0.1, momentum=0.8)
    chains = cr.RBM(8, seed=1)
    found = chains.fit(
        bars, optimizer=optimizer, epochs=4000, batch_size=14, verbose=0, metrics="log_likelihood"
    )
    assert found["log_likelihood"].max() > found["log_likelihood"][-1] + 3
    exact = cr.RBM(8, visible=9, seed=1, dtype="float64")
    units, states = exact.units, np.array(list(itertools.product([0.0, 1.0], repeat=9)))

    def mean_slope(w, v, p):  # of −E over rows v with probabilities p
        h = units.hidden_mean(w, v)
        return np.concatenate([((p[:, None] * h).T @ v).ravel(), p @ v, p @ h])

    def objective(theta, batch, key, carry):
        w = units.split(theta)
        p = np.exp(-units.free_energy(w, states))
        return (
            0.0,
            mean_slope(w, states, p / p.sum()) - mean_slope(w, bars, np.full(14, 1 / 14)),
            carry,
        )

    for run in cr.train(objective, exact.theta, optimizer=optimizer, epochs=4000):
        theta = run.theta
    exact.theta = theta
    assert exact.log_likelihood(bars).mean() > -2.8


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: CD(k=0), cr.ParameterError, "k must be a whole number ≥ 1"),
        (lambda: PCD(chains=0), cr.ParameterError, "chains must be a whole number ≥ 1, or None"),
        (
            lambda: ParallelTempering(temperatures=1),
            cr.ParameterError,
            "temperatures must be a whole number ≥ 2",
        ),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_a_sampler_of_no_kind_is_refused():
    with pytest.raises(cr.ParameterError, match="Sampler is abstract"):
        Sampler().sample(*[None] * 6)
