"""After a loss that overflows, the network has the last weights that gave a finite loss."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

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
