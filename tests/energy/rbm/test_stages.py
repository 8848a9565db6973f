"""The half-steps of an estimate as stages: their numbers are the run's, and their terms add up."""

import numpy as np
import pytest
from tests.naive_rbm import kinds, machine, some_rows

import chainrule as cr
from chainrule.energy import CD, PCD, ParallelTempering, Sparsity
from chainrule.energy.rbm.samplers import Sampler, bernoulli
from chainrule.recording.one_update import OneUpdate
from chainrule.recording.rule_stages import rule_stages

ROWS, BATCH = 10, 4
SAMPLERS = [CD(), CD(k=3), PCD(), PCD(k=2, chains=3), ParallelTempering(k=2, temperatures=3)]
samplers = pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
TOLERANCES = {"float32": 1e-5, "float64": 1e-6}


class Mine(Sampler):
    """The rows with some hidden units flipped: a sampler of one's own."""

    def sample(self, units, w, v, h, draws, carry):
        return v[::-1], bernoulli(h, draws), carry


def updates(rbm, sampler, optimizer, count=4):
    """Yield some updates of a run, each with θ and the chains after it."""
    rows = some_rows(rbm, ROWS)
    X, y = rows[:, : rbm.units.visible], None
    if rbm.classes:
        y = rows[:, rbm.units.visible :].argmax(axis=1)
    weights = np.linspace(0.5, 1.5, ROWS)
    run = rbm.train(
        X,
        y,
        sampler=sampler,
        optimizer=optimizer,
        batch_size=BATCH,
        epochs=3,
        sample_weight=weights,
        order=lambda epoch, n: np.arange(n),
    )
    one = None
    for now in run:
        s = now.state
        if one is not None:
            yield one, s.theta.copy(), dict(s.carry)
        start = s.position % ROWS
        batch = now.source.rows(slice(start, min(start + BATCH, ROWS)))
        slots = {name: a.copy() for name, a in s.slots.items()}
        carry = {name: a.copy() for name, a in s.carry.items()}
        theta = s.theta.copy()
        one = OneUpdate(
            now.objective, now.update, theta, slots, batch, s.t + 1, s.step, s.seed, carry
        )
        if s.step > count:
            return


def misses(stages, tolerance, entries=None, rng=None):
    """Return the entries whose terms do not add up to them; `entries`: how many of a quantity."""
    wrong = []
    for stage in stages:
        for q in stage.quantities:
            assert q.given or q.terms is not None, q.symbol
            places = list(np.ndindex(q.shape)) if q.terms else []
            if entries and len(places) > entries:
                places = [places[k] for k in rng.choice(len(places), entries, replace=False)]
            for index in places:
                told = q.terms(index)
                value = float(q.array[index]) if told.total is None else told.total
                terms = list(told.terms)
                size = sum(abs(term.value) for term in terms)
                if not abs(sum(term.value for term in terms) - value) <= tolerance * size + 1e-37:
                    wrong.append((q.symbol, index, value, told, terms))
    return wrong


@kinds
@samplers
def test_every_entry_adds_up(kind, classes, sampler):
    rbm = machine(kind, classes, hidden=3, scale=0.6)
    for one, theta, carry in updates(rbm, sampler, cr.Momentum(0.1, momentum=0.5), 2):
        stages = [*one.objective.stages(one), *rule_stages(one)]
        wrong = misses(stages, TOLERANCES[rbm.dtype.name])
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
    for one, _, carry in updates(rbm, sampler, cr.SGD(0.1), 3):
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


def test_penalty_sparsity_and_clips_have_terms():
    penalty = cr.ElasticNet(0.01, 0.02)
    rbm = cr.RBM(3, visible=5, classes=2, penalty=penalty, sparsity=Sparsity(0.2, cost=0.5), seed=2)
    optimizer = (cr.ClipNorm(0.05), cr.Adam(0.05))
    for one, _, _ in updates(rbm, CD(), optimizer, 2):
        stages = [*one.objective.stages(one), *rule_stages(one)]
        assert not misses(stages, 1e-5)
        dW = next(q for s in stages for q in s.quantities if q.symbol == "dW")
        assert dW.equation == "dW = minus.W − plus.W + Σₙ slope v + λ ∂Ω/∂W"
        assert "λ·∂Ω/∂W[1, 2]" in [term.formula for term in dW.terms((1, 2)).terms]
        symbols = [q.symbol for q in stages[-1].quantities]
        assert symbols == ["new.W", "new.b", "new.c", "new.U", "new.d"]


def test_a_sampler_of_ones_own_gets_a_plain_answer():
    rbm = cr.RBM(3, visible=5, seed=2, dtype="float64")
    for one, _, _ in updates(rbm, Mine(), cr.SGD(0.1), 2):
        stages = one.objective.stages(one)
        assert [s.name for s in stages] == ["data", "samples", "statistics", "loss", "gradients"]
        assert not misses(stages, 1e-6)


def test_the_words_of_one_entry():
    rbm = cr.RBM(2, visible=3, seed=1, dtype="float64", initial_weights={"W": np.eye(2, 3)})
    one, _, _ = next(updates(rbm, CD(), cr.SGD(0.1), 2))
    stages = one.objective.stages(one)
    assert [s.name for s in stages] == [
        *("data", "hidden sample", "reconstruction", "statistics", "loss", "gradients")
    ]
    found = {q.symbol: q for s in stages for q in s.quantities}
    told = found["ph"].terms((0, 1))
    names = [term.formula for term in told.terms]
    on = [f"v[0, {i}]·W[1, {i}]" for i in range(3) if one.batch["x"][0, i]]
    assert names == ["c[1]", *on]
    assert told.then.startswith("ph[0, 1] = σ(")
    u, p, h = found["u.h1"].array[0, 1], found["ph"].array[0, 1], found["h1"].array[0, 1]
    assert h == (u < p)
    assert f"u = {u:.4g}, so {int(h)}." in found["h1"].terms((0, 1)).note
    rows = {term.row for term in found["dW"].terms((1, 2)).terms}
    assert rows <= set(range(BATCH)) and None not in rows


@pytest.mark.slow
@kinds
@samplers
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_many_random_entries_add_up(kind, classes, sampler, dtype):
    rbm = cr.RBM(20, visible=30, kind=kind, classes=classes, seed=3, dtype=dtype)
    rng = np.random.default_rng(0)
    for one, _, _ in updates(rbm, sampler, cr.Adam(0.01), 6):
        stages = [*one.objective.stages(one), *rule_stages(one)]
        wrong = misses(stages, TOLERANCES[dtype], 6, rng)
        assert not wrong, wrong[0]
