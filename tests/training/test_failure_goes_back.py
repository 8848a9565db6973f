"""After a loss that overflows, the network has the last weights that gave a finite loss."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.training import native_steps

ENGINES = ["reference", *(["native"] if native.available() else [])]
rng = np.random.default_rng(0)
X = rng.normal(size=(24, 3))
Y = X @ [[1.0], [2.0], [-1.0]]


def network(engine, **settings):
    layers = cr.Dense(4), cr.ReLU(), cr.Dense(1)
    return cr.Network(*layers, loss=cr.SquaredError(), engine=engine, seed=1, **settings)


def grow(x, key, rows):
    return x * (1 + 0.01 * (np.asarray(rows)[:, None] % 3))


RUNS = {
    "whole epochs": {"batch_size": None, "epochs": 400},
    "batches": {"batch_size": 8, "epochs": 200},
    "shuffled, a short batch": {"batch_size": 7, "epochs": 200},
    "a callback at each epoch": {"batch_size": 7, "epochs": 200, "callbacks": [lambda run: None]},
    "one step an epoch": {"batch_size": None, "epochs": 200, "callbacks": [lambda run: None]},
    "augmented": {"batch_size": 7, "epochs": 200, "augment": grow},
    "weights": {"batch_size": 7, "epochs": 200, "sample_weight": np.arange(24) + 1.0},
}
RULES = {
    "SGD": lambda: cr.SGD(lr=1.5),
    "Momentum": lambda: cr.Momentum(lr=0.8),
    "schedule": lambda: cr.SGD(lr=lambda t: 0.4 + 0.2 * t),
    "average": lambda: (cr.SGD(lr=1.5), cr.EMA(0.9)),
    "constraint": lambda: (cr.SGD(lr=1.5), cr.MaxNorm(1e30)),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("engine", ENGINES)
def test_the_weights_are_those_of_one_step_less(engine, name, rule):
    """An undisturbed run that is stopped one step earlier has the same bits."""
    net, other = network(engine), network(engine)
    options = {"verbose": 0, "optimizer": RULES[rule](), **RUNS[name]}
    with np.errstate(all="ignore"):
        with pytest.raises(cr.TrainingError) as stopped:
            net.fit(X, Y, **options)
        done, steps = net.run_state.step, other.train(X, Y, **(options | {"verbose": None}))
        for run in steps:
            if run.step == done:
                break
        steps.close()
        assert "keeps the weights before the last update, which gave a finite loss" in str(
            stopped.value
        )
        assert net.theta.tobytes() == other.theta.tobytes() and net.run_state.t == done
        for key, slot in net.run_state.slots.items():
            assert slot.tobytes() == other.run_state.slots[key].tobytes(), key
        assert np.isfinite(net.theta).all() and np.isfinite(net.evaluate(X[:7], Y[:7])["loss"])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_step_has_nothing_to_go_back_to(engine):
    net = network(engine)
    net.build(X, Y)
    net.theta[:] *= 1e25
    before = net.theta.copy()
    with pytest.raises(cr.TrainingError, match=r"step 1; .* keeps its last finite weights\."):
        net.fit(X, Y, verbose=0)
    assert net.theta.tobytes() == before.tobytes()


HYPER, LOSSES = 8, 10  # arguments of `advance`: the numbers of all steps or of each, and losses


def failed(monkeypatch, small, most, **options):
    """Return what a failed run leaves, if θ beyond this size is copied once in three calls."""
    whole, copies = native.native_code.advance, []

    def cut_short(*arguments):
        given = list(arguments)
        given[LOSSES] = given[LOSSES][:most]
        if len(given[HYPER]) > 1:
            given[HYPER] = given[HYPER][:most]
        return whole(*given)

    with monkeypatch.context() as patch:
        patch.setattr(native_steps, "SMALL", small)
        patch.setattr(native_steps, "CALLS", 3)
        patch.setattr(native.native_code, "advance", cut_short)
        keep = native_steps.Undo.keep
        patch.setattr(
            native_steps.Undo, "keep", lambda u, copy=True: copies.append(copy) or keep(u, copy)
        )
        net = network("native")
        with pytest.raises(cr.TrainingError) as stopped, np.errstate(all="ignore"):
            net.fit(X, Y, verbose=0, **options)
    state = net.run_state
    arrays = [net.theta.tobytes(), *(slot.tobytes() for slot in state.slots.values())]
    counters = state.t, state.step, state.epoch, state.position, state.sums
    return (arrays, counters, str(stopped.value), dict(state.history)), copies


@pytest.mark.skipif(not native.available(), reason="the native engine is not built")
@pytest.mark.parametrize("most", [1, 2, 5])
@pytest.mark.parametrize("rule", ["SGD", "Momentum", "schedule"])
@pytest.mark.parametrize("name", ["whole epochs", "batches", "shuffled, a short batch", "weights"])
def test_steps_since_the_last_copy_are_made_again(name, rule, most, monkeypatch):
    """A large network is not copied before each call; its failures are those of a small one."""
    options = {"optimizer": RULES[rule](), **RUNS[name]}
    small, each = failed(monkeypatch, 1 << 18, most, **options)
    large, some = failed(monkeypatch, 0, most, **options)
    assert large == small
    assert all(each) and not all(some)


@pytest.mark.skipif(not native.available(), reason="the native engine is not built")
@pytest.mark.parametrize("name", ["whole epochs", "batches", "shuffled, a short batch", "weights"])
def test_nothing_depends_on_where_calls_end(name, monkeypatch):
    """Counters, position and sums are those of one step less, wherever the clock ends a call."""
    options = {"optimizer": RULES["Momentum"](), **RUNS[name]}
    first, *others = (failed(monkeypatch, 1 << 18, most, **options)[0] for most in (1, 2, 5, 99))
    assert all(other == first for other in others)


@pytest.mark.skipif(not native.available(), reason="the native engine is not built")
def test_a_network_that_python_changes_between_calls_is_copied_before_each(monkeypatch):
    def halve(run):
        run.net.theta[:] *= 1.0

    options = {"optimizer": RULES["SGD"](), **RUNS["batches"], "callbacks": [halve]}
    for changes in ({}, {"callbacks": [], "optimizer": RULES["average"]()}):
        _, copies = failed(monkeypatch, 0, 2, **(options | changes))
        assert all(copies)
