"""The half-steps of an estimate as stages: their numbers are the run's, and their terms add up."""

import numpy as np
import pytest
from tests.energy.rbm.updates import samplers, updates
from tests.naive_rbm import kinds, machine
from tests.recording.adding_up import TOLERANCES, misses

import chainrule as cr
from chainrule.energy import PCD, ParallelTempering
from chainrule.energy.rbm.samplers import Sampler, bernoulli
from chainrule.recording.stages.rule_stages import rule_stages


class Mine(Sampler):
    """The rows with some hidden units flipped: a sampler of one's own."""

    def sample(self, units, w, v, h, draws, carry):
        return v[::-1], bernoulli(h, draws), carry


@kinds
@samplers
def test_every_entry_adds_up(kind, classes, sampler):
    rbm = machine(kind, classes, hidden=3, scale=0.6)
    for one, theta, carry in updates(rbm, sampler, cr.Momentum(0.1, momentum=0.5), 1):
        stages = [*one.objective.stages(one), *rule_stages(one)]
        wrong, _ = misses(stages, TOLERANCES[rbm.dtype.name], 5, np.random.default_rng(one.step))
        assert not wrong, wrong[0]
        last = stages[-1]
        names = ["W", "b", "c", "U", "d"] if classes else ["W", "b", "c"]
        assert [q.symbol for q in last.quantities] == [f"new.{name}" for name in names]
        for name, places in one.objective.tensors().items():
            assert last[f"new.{name}"].tobytes() == theta[places].tobytes()
        for name in carry:
            assert carry[name].tobytes() == one.after.carry[name].tobytes()


@kinds
@samplers
def test_the_samples_are_those_of_the_run(kind, classes, sampler):
    rbm = machine(kind, classes, hidden=3, scale=0.6)
    for one, _, carry in updates(rbm, sampler, cr.SGD(0.1), 1):
        stages = one.objective.stages(one)
        found = {q.symbol: q.array for stage in stages for q in stage.quantities}
        for name in one.objective.tensors():
            change = found[f"minus.{name}"] - found[f"plus.{name}"]
            assert np.allclose(found[f"d{name}"], change, atol=1e-6)
        if isinstance(sampler, PCD):
            assert (found[f"h{sampler.k + 1}"] == carry["h"]).all()
        if isinstance(sampler, ParallelTempering):
            assert (found["h.swapped"] == carry["h"]).all()
            pulls, h = found["pull"], found[f"h{sampler.k + 1}"].copy()
            for i in reversed(range(len(pulls) - 1)):  # the swaps, by hand
                h[[i, i + 1]] = np.where(found["swap"][i][:, None], h[[i + 1, i]], h[[i, i + 1]])
            assert (h == carry["h"]).all()


def test_a_sampler_of_ones_own_gets_a_plain_answer():
    rbm = cr.RBM(3, visible=5, seed=2, dtype="float64")
    for one, _, _ in updates(rbm, Mine(), cr.SGD(0.1), 2):
        stages = one.objective.stages(one)
        assert [s.name for s in stages] == ["data", "samples", "statistics", "loss", "gradients"]
        assert not misses(stages, 1e-6)[0]


@pytest.mark.slow
@kinds
@samplers
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_many_random_entries_add_up(kind, classes, sampler, dtype):
    rbm = cr.RBM(20, visible=30, kind=kind, classes=classes, seed=3, dtype=dtype)
    rng = np.random.default_rng(0)
    for one, _, _ in updates(rbm, sampler, cr.Adam(0.01), 6):
        stages = [*one.objective.stages(one), *rule_stages(one)]
        wrong, _ = misses(stages, TOLERANCES[dtype], 6, rng)
        assert not wrong, wrong[0]
