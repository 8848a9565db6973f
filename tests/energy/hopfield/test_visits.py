"""The visits of a recall are those of the engines, with their bits."""

from itertools import pairwise

import numpy as np
import pytest

from chainrule.energy import Hopfield
from chainrule.energy.hopfield.asynchronous import settle
from chainrule.energy.hopfield.glauber import glauber
from chainrule.energy.hopfield.visits import cold_visits, warm_visits


def network(rule, N=30, seed=0):
    rng = np.random.default_rng(seed)
    patterns = np.where(rng.random((4, N)) < 0.5, 1.0, -1.0)
    start = np.where(rng.random(N) < 0.5, 1.0, -1.0)
    return Hopfield(rule=rule, thresholds=0.03).store(patterns).couplings, start


@pytest.mark.parametrize("rule", ["hebb", "storkey"])
@pytest.mark.parametrize("order", ["random", "fixed"])
@pytest.mark.parametrize("engine", ["reference", "native", None])
def test_cold_visits_flip_what_settle_flips(rule, order, engine):
    for seed in range(5):
        c, start = network(rule, seed=seed)
        end = settle(c, start[None], order=order, seed=seed, sweeps=30, record=True, engine=engine)
        visits = list(cold_visits(c, start, order, seed, 30))
        assert [visit.unit for visit in visits if visit.changed] == end.flips.tolist()
        assert visits[-1].sweep == end.sweeps[0] and len(visits) == 30 * end.sweeps[0]


def test_cold_visits_end_at_the_limit():
    W = np.array([[0.0, 1.0], [-1.0, 0.0]])  # not symmetric: it never comes to rest
    c = Hopfield.from_weights(W).couplings
    visits = list(cold_visits(c, np.array([1.0, 1.0]), "fixed", 0, 9))
    end = settle(c, np.array([[1.0, 1.0]]), order="fixed", sweeps=9, record=True)
    assert len(visits) == 18 and not end.settled[0]
    assert [visit.unit for visit in visits if visit.changed] == end.flips.tolist()


@pytest.mark.parametrize("order", ["random", "fixed", "synchronous"])
@pytest.mark.parametrize("temperature", [0.5, lambda sweep: max(0.0, 1 - sweep / 4)])
def test_warm_visits_change_what_glauber_changes(order, temperature):
    c, start = network("hebb")
    settings = {"order": order, "seed": 3, "sweeps": 8, "temperature": temperature}
    _, _, path = glauber(c, start[None], **settings)
    visits = list(warm_visits(c, start, **settings))
    assert sum(visit.changed for visit in visits) == len(path) - 1
    if order != "synchronous":
        units = [visit.unit for visit in visits if visit.changed]
        assert units == [int(np.flatnonzero(a != b)[0]) for a, b in pairwise(path)]
