"""Many steps in one call of C are the steps one by one: the same bits."""

import signal

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy import CD, PCD
from chainrule.energy.rbm.estimate import Estimate
from chainrule.engines import native

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


in_c = pytest.mark.skipif(not native.available(), reason="the native engine was not built")


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


@in_c
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SETTINGS)
def test_steps_in_one_call_are_steps_one_by_one(name, dtype, monkeypatch):
    together, history = trained(dtype, **SETTINGS[name])
    asked = []
    monkeypatch.setattr(
        Estimate, "plan", lambda *_: asked.append(1)
    )  # None: each step returns to Python
    single, other = trained(dtype, **SETTINGS[name])
    assert asked and bits(together, history) == bits(single, other)
    assert (together.run_state.step, together.run_state.epoch) == (
        single.run_state.step,
        single.run_state.epoch,
    )


@in_c
def test_python_is_not_asked_between_steps(monkeypatch):
    monkeypatch.setattr(Estimate, "__call__", lambda *_: pytest.fail("a step returned to Python"))
    trained()


@in_c
@pytest.mark.parametrize(
    "options", [{"optimizer": (cr.ClipNorm(1.0), cr.SGD(lr=0.1))}, {"optimizer": cr.SGD(lr=0.1)}]
)
def test_what_has_no_twin_returns_to_python(options, monkeypatch):
    rbm = cr.RBM(6, penalty=cr.L2(0.01) if len(np.shape(options["optimizer"])) == 0 else None)
    calls, call = [], Estimate.__call__
    monkeypatch.setattr(Estimate, "__call__", lambda *given: calls.append(1) or call(*given))
    rbm.fit(X, batch_size=10, verbose=0, **options)
    assert len(calls) == 6


@in_c
@pytest.mark.parametrize(
    "instructions", [s for s in native.instruction_sets()[:-1] if s != "plain"]
)
@pytest.mark.parametrize("name", ["PCD", "CD-2, Adam"])
def test_instruction_sets_give_the_same_bits(name, instructions, monkeypatch):
    expected = bits(*trained(**SETTINGS[name]))
    monkeypatch.setattr(native, "instruction_sets", lambda: [instructions])
    assert bits(*trained(**SETTINGS[name])) == expected


def test_two_calls_and_single_steps_are_one_run():
    whole, _ = trained()
    parts, _ = trained(epochs=1)
    parts.fit(X, epochs=3, batch_size=10, verbose=0)
    steps = machine()
    for k, run in enumerate(steps.train(X, epochs=4, batch_size=10), start=1):
        assert run.step == k
    assert whole.theta.tobytes() == parts.theta.tobytes() == steps.theta.tobytes()


def test_ctrl_c_between_calls():
    seen = []

    def press(step):
        if step == 12:
            signal.raise_signal(signal.SIGINT)
        seen.append(step)
        return 0.1

    rbm, history = trained(optimizer=cr.SGD(lr=press), epochs=2000)
    assert history.stopped == "interrupted" and rbm.run_state.step >= 11
    whole, _ = trained(optimizer=cr.SGD(lr=0.1), epochs=rbm.run_state.epoch)
    if rbm.run_state.position == 0:
        assert whole.theta.tobytes() == rbm.theta.tobytes()
