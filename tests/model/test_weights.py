"""Fine-tuning: weights of a saved network, a new head, frozen layers, and then all of it."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

ENGINES = [
    "reference",
    pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason="not built")),
]
rng = np.random.default_rng(0)
X = rng.normal(size=(60, 5))
FIRST, SECOND = (
    (X[:, 0] * X[:, 1] > 0).astype(int),
    np.clip(np.floor(X[:, 2] + 1.5), 0, 2).astype(int),
)


def network(head, classes, engine, seed=0):
    layers = cr.Dense(16), cr.BatchNorm(), cr.Tanh(), cr.Dense(classes, name=head)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(5,), engine=engine, seed=seed)


@pytest.mark.parametrize("engine", ENGINES)
def test_freeze_then_thaw(engine, tmp_path):
    old = network("old", 2, engine)
    old.fit(X, FIRST, epochs=5, verbose=0)
    old.save(tmp_path / "old.safetensors")

    new = network("new", 3, engine, seed=1)
    fresh_head = new.parameters["W3"].copy()
    done = new.take_weights(cr.Network.load(tmp_path / "old.safetensors"))
    body = ["dense1/W", "dense1/b", "batch_norm1/gamma", "batch_norm1/beta"]
    state = ["batch_norm1/running_mean", "batch_norm1/running_variance"]
    assert done == (body + state, ["new/W", "new/b"], ["old/W", "old/b"])
    for name in ("W1", "b1", "gamma2", "beta2"):
        assert np.array_equal(new.parameters[name], old.parameters[name])
    for name in new.state:
        assert np.array_equal(new.state[name], old.state[name])
    assert np.array_equal(new.parameters["W3"], fresh_head)

    new.freeze("dense1", "batch_norm1")
    rules = cr.Adam(0.02)
    head = new.fit(X, SECOND, optimizer=rules, epochs=10, verbose=0)
    for name in ("W1", "b1", "gamma2", "beta2"):
        assert np.array_equal(new.parameters[name], old.parameters[name])
    assert head.loss[-1] < head.loss[0]

    new.thaw("dense1", "batch_norm1").scale_lr({"dense1": 0.1})
    frozen = new.evaluate(X, SECOND)["loss"]
    new.fit(X, SECOND, optimizer=rules, epochs=30, verbose=0)
    assert not np.array_equal(new.parameters["W1"], old.parameters["W1"])
    assert new.evaluate(X, SECOND)["loss"] < frozen


def test_a_head_of_the_same_name_and_another_size_stays():
    old, new = network("head", 2, "reference"), network("head", 3, "reference", seed=1)
    before = new.parameters["W3"].copy()
    done = new.take_weights(old)
    assert done.missing == ["head/W", "head/b"] == done.left_over
    assert np.array_equal(new.parameters["W3"], before)
