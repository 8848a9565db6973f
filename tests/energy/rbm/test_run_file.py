"""Checkpoints of an RBM's run: it goes on bit for bit."""

import itertools

import numpy as np
import pytest
from tests.naive_rbm import BARS, same

import chainrule as cr
from chainrule.energy import CD, PCD, ParallelTempering
from chainrule.energy.rbm.fitting import next_state
from chainrule.energy.rbm.run_file import RBMRunFile
from chainrule.engines import native
from chainrule.training.fit_options import FitOptions

RNG = np.random.default_rng(0)
X = (RNG.random((53, 11)) < RNG.random(11)).astype(float)
SETTINGS = {
    "PCD": {},
    "CD": {"sampler": CD()},
    "CD-2, Adam": {"sampler": CD(k=2), "optimizer": cr.Adam()},
    "7 chains, Momentum": {"sampler": PCD(k=3, chains=7), "optimizer": cr.Momentum(lr=0.1)},
    "whole set": {"batch_size": None, "epochs": 30},
    "schedule": {"optimizer": cr.SGD(lr=lambda step: 0.1 / step)},
    "weighted": {"sample_weight": np.arange(53) + 1.0},
    "careful rule": {"optimizer": cr.AdaMax()},
    "own order": {"order": lambda epoch, n: np.arange(n)[::-1]},
    "watched": {"metrics": "pseudo_likelihood", "validation_data": X[:9]},
}


def machine(dtype="float32"):
    return cr.RBM(6, seed=3, dtype=dtype, engine="native" if native.available() else None)


def trained(dtype="float32", callbacks=(), **options):
    rbm = machine(dtype)
    history = rbm.fit(
        X, verbose=0, callbacks=callbacks, **({"epochs": 4, "batch_size": 10} | options)
    )
    return rbm, history


def bits(rbm, history):
    state = rbm.run_state
    return [
        a.tobytes()
        for a in (
            rbm.theta,
            *state.carry.values(),
            *state.slots.values(),
            *map(np.array, [history.loss]),
        )
    ]


SAMPLERS = [CD(k=2), PCD(), ParallelTempering(temperatures=4)]
samplers = pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)


@pytest.mark.parametrize("every", [1, 4])
@pytest.mark.parametrize("name", ["PCD", "CD-2, Adam", "7 chains, Momentum"])
def test_checkpoints_between_calls_change_nothing(name, every, tmp_path):
    path, options = tmp_path / "run", SETTINGS[name]
    whole = bits(*trained(**options))
    assert bits(*trained(callbacks=[cr.Checkpoint(path, every_steps=every)], **options)) == whole

    half = machine()
    steps = half.train(
        X, epochs=4, batch_size=10, callbacks=[cr.Checkpoint(path, every_steps=every)], **options
    )
    for _ in itertools.islice(steps, 9):
        pass
    assert bits(*trained(resume=path, **options)) == whole


@samplers
def test_an_interrupted_run_resumes_bit_for_bit(sampler, tmp_path):
    path = tmp_path / "run.safetensors"
    options = {
        "sampler": sampler,
        "optimizer": cr.Momentum(lr=0.05),
        "batch_size": 5,
        "verbose": 0,
        "epochs": 4,
    }
    whole = cr.RBM(6, penalty=cr.L2(0.01))
    history = whole.fit(BARS, metrics="pseudo_likelihood", **options)
    half = cr.RBM(6, penalty=cr.L2(0.01))
    steps = half.train(
        BARS, metrics="pseudo_likelihood", callbacks=[cr.Checkpoint(path, every_steps=1)], **options
    )
    for run in itertools.islice(steps, 7):
        assert run.net is half
    rest = cr.RBM(6, penalty=cr.L2(0.01))
    resumed = rest.fit(BARS, metrics="pseudo_likelihood", resume=path, **options)
    assert same(rest, whole)
    assert all((a == whole.run_state.carry[name]).all() for name, a in rest.run_state.carry.items())
    assert (resumed["pseudo_likelihood"] == history["pseudo_likelihood"]).all()
    assert same(cr.RBM.load(path), half)
    with pytest.raises(cr.FileError, match="expected the sampler of the interrupted run"):
        cr.RBM(6, penalty=cr.L2(0.01)).fit(BARS, resume=path, **(options | {"sampler": CD(k=7)}))
    with pytest.raises(cr.FileError, match="expected the penalties of the interrupted run"):
        cr.RBM(6).fit(BARS, resume=path, **options)
    with pytest.raises(cr.DataError, match="expected the data of the interrupted run"):
        cr.RBM(6, penalty=cr.L2(0.01)).fit(1 - BARS[:13], resume=path, **options)


def test_it_names_the_machine_that_a_run_needs():
    rbm = cr.RBM(3, penalty=cr.L1(0.1))
    built = next_state(rbm.built_for(9), FitOptions().update_parts(), CD(k=2), 5)
    file = RBMRunFile(rbm, built)
    assert file.of_model() == {
        "network": "RBM(3, visible=9)",
        "sampler": "CD(k=2)",
        "penalties": "L1(0.1), None",
    }
    theta = np.zeros_like(built.run_state.theta)
    with pytest.raises(cr.FileError, match="expected the arrays W, b, c"):
        file.fill(theta, {"W": np.zeros((3, 9), np.float32)})
    assert not theta.any() and not rbm.is_built


def test_resume_true_needs_a_checkpoint(tmp_path):
    rbm = cr.RBM(3)
    with pytest.raises(cr.ParameterError, match="no Checkpoint among the callbacks"):
        rbm.fit(BARS, resume=True, verbose=0)
    path = tmp_path / "run"
    rbm.fit(BARS, resume=True, callbacks=[cr.Checkpoint(path)], epochs=2, verbose=0)
    again = cr.RBM(3)
    history = again.fit(BARS, resume=True, callbacks=[cr.Checkpoint(path)], epochs=2, verbose=0)
    assert len(history) == 2 and same(rbm, again) and again.run_state.epoch == 2
