"""An RBM's steps in C, many in one call, are its steps one by one in Python: the same bits; and a run that runs away is stopped."""

import itertools
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


# ---------------------------------------------------------------- running away

ENGINES = [pytest.param("native", marks=in_c), "reference"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("sampler", [PCD(), CD(k=2)], ids=repr)
def test_a_run_that_runs_away_is_stopped_and_explained(engine, sampler):
    rbm = cr.RBM(6, engine=engine, seed=1)
    with pytest.raises(
        cr.TrainingError,
        match=r"runs away: .* passed ±1000.*Lower lr.*L2.*step \d+, with Momentum\(lr=100",
    ):
        rbm.fit(
            X,
            sampler=sampler,
            optimizer=cr.Momentum(lr=100.0, momentum=0.99),
            epochs=200,
            batch_size=10,
            verbose=0,
        )
    last, step = rbm.theta.copy(), rbm.run_state.step
    assert np.abs(last).max() <= 1000 and step > 0
    again = cr.RBM(
        6, engine=engine, seed=1
    )  # what is kept is the step before: the same as of a run that ends there
    for run in again.train(
        X,
        sampler=sampler,
        optimizer=cr.Momentum(lr=100.0, momentum=0.99),
        epochs=200,
        batch_size=10,
    ):
        if run.step == step:
            break
    assert (again.theta == last).all()
    rbm.fit(X, sampler=sampler, optimizer=cr.SGD(lr=0.01), verbose=0)  # it goes on
    assert np.isfinite(rbm.theta).all()


@in_c
def test_every_way_stops_at_the_same_step(monkeypatch):
    def stopped(**options):
        rbm = cr.RBM(6, seed=1, engine="native")
        with pytest.raises(cr.TrainingError) as told:
            rbm.fit(
                X, optimizer=cr.Momentum(lr=100.0, momentum=0.99), epochs=200, verbose=0, **options
            )
        return (
            str(told.value),
            rbm.theta.tobytes(),
            [a.tobytes() for a in rbm.run_state.slots.values()],
        )

    for options in (
        {"batch_size": 10},
        {"batch_size": None},
        {"batch_size": 10, "metrics": "free_energy"},
    ):
        together = stopped(**options)
        with monkeypatch.context() as patch:
            patch.setattr(Estimate, "plan", lambda *_: None)
            assert stopped(**options) == together


def test_gaussian_rows_that_were_not_scaled_run_away():
    rows = RNG.normal(100, 30, (200, 5))
    rbm = cr.RBM(10, kind="gaussian")
    with pytest.raises(cr.TrainingError, match=r"runs away: .*mean 0 and variance 1"):
        rbm.fit(rows, optimizer=cr.SGD(lr=0.5), epochs=100, verbose=0)
    assert np.isfinite(rbm.theta).all()
    kept = cr.RBM(10, kind="gaussian")
    kept.fit(
        (rows - rows.mean(axis=0)) / rows.std(axis=0),
        optimizer=cr.SGD(lr=0.01),
        epochs=20,
        verbose=0,
    )
    assert np.abs(kept.theta).max() < 10


def test_the_limit_follows_the_rows():
    """A bias of 5000 is what these rows mean."""
    rows = 5000 + RNG.normal(size=(50, 2))
    rbm = cr.RBM(
        2, kind="gaussian", initial_weights={"b": [5000.0, 5000.0]}, visible=2, dtype="float64"
    )
    rbm.fit(rows, optimizer=cr.SGD(lr=1e-6), epochs=2, verbose=0)
    assert rbm.parameters["b"].mean() == pytest.approx(5000, rel=1e-3)


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
