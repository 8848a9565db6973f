"""Weights by name: given, taken from another network, frozen, thawed, and at rates of their own."""

import numpy as np
import pytest
from tests.model.rows import classifier

import chainrule as cr
from chainrule.engines import native
from chainrule.model.weights import put, take, views

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


def test_initial_weights_are_strict():
    W = np.arange(15.0).reshape(3, 5)
    net = classifier(inputs=(3,), initial_weights={"W1": W, "dense2/b": [1, 2, 3]})
    np.testing.assert_array_equal(net.parameters["W1"], W)
    np.testing.assert_array_equal(net.parameters["b2"], [1, 2, 3])
    with pytest.raises(cr.ParameterError, match="one of W1, b1, W2, b2, got 'W9'"):
        classifier(inputs=(3,), initial_weights={"W9": W})
    with pytest.raises(cr.ShapeError, match="Transpose it"):
        classifier(inputs=(3,), initial_weights={"W1": W.T})
    with pytest.raises(cr.DataError, match="NaN"):
        classifier(inputs=(3,), initial_weights={"W1": W * np.nan})


def test_take_weights_says_what_it_did():
    net, other = (
        classifier(inputs=(3,)),
        cr.Network(cr.Dense(5), cr.Dense(9), loss=cr.SquaredError(), inputs=(3,), seed=5),
    )
    before = net.parameters["W2"].copy()
    done = net.take_weights(other)
    assert done.matched == ["dense1/W", "dense1/b"]
    assert done.missing == ["dense2/W", "dense2/b"] and done.left_over == ["dense2/W", "dense2/b"]
    np.testing.assert_array_equal(net.parameters["W1"], other.parameters["W1"])
    np.testing.assert_array_equal(net.parameters["W2"], before)


def test_unknown_paths_are_named():
    with pytest.raises(cr.ParameterError, match="Layers with parameters: dense1, dense2"):
        classifier(inputs=(3,)).freeze("dense7")
    with pytest.raises(cr.ParameterError, match="a factor ≥ 0"):
        classifier(inputs=(3,)).scale_lr({"dense1": -1})


def test_a_wrong_path_freezes_nothing():
    subject = classifier(inputs=(3,))
    with pytest.raises(cr.ParameterError, match="no parameters under this path"):
        subject.freeze("dense1", "dense9")
    assert not subject.frozen
    with pytest.raises(cr.ParameterError, match="no parameters under this path"):
        subject.freeze("dense1").thaw("dense1", "dense9")
    assert subject.frozen == {"dense1/W", "dense1/b"}


W, B = np.arange(15.0).reshape(3, 5), np.arange(5.0)


@pytest.mark.parametrize(
    "bad", [{"W9": W}, {"W2": W}, {"b1": [np.inf] * 5}, {"b1": ["a"] * 5}, {"dense9/W": W}]
)
def test_if_one_array_is_wrong_none_is_put(bad):
    net = classifier(inputs=(3,))
    before = net.theta.copy()
    with pytest.raises(cr.ChainruleError):
        put(net.theta, net.programs.train, {"W1": W, **bad})
    np.testing.assert_array_equal(net.theta, before)


def test_arrays_are_put_by_symbol_or_path_and_reach_the_statistics():
    net = network("head", 2, "reference")
    put(
        net.theta,
        net.programs.train,
        {"dense1/b": range(16), "batch_norm1/running_mean": [3] * 16, "b3": [7, 8]},
    )
    assert net.parameters["b1"].tolist() == list(range(16))
    assert (net.state["running_mean2"] == 3).all()
    assert net.parameters["b3"].tolist() == [7, 8]


def test_a_wrong_shape_says_what_to_do():
    net = classifier(inputs=(3,))
    for given, remedy in ((W.T, "Transpose it"), (W.ravel(), "Reshape it")):
        with pytest.raises(cr.ShapeError, match=rf"'W1'.*shape \(3, 5\).*{remedy}"):
            put(net.theta, net.programs.train, {"W1": given})


def test_take_needs_the_same_path_and_shape():
    net = classifier(inputs=(3,))
    other = cr.Network(cr.Dense(5), cr.Dense(3), loss=cr.SquaredError(), inputs=(4,), seed=1)
    theta = net.theta.copy()
    done = take(theta, net.programs.train, other.theta, other.programs.train)
    assert done.matched == ["dense1/b", "dense2/W", "dense2/b"]
    assert done.missing == done.left_over == ["dense1/W"]
    found = views(theta, net.programs.train, net.programs.train.parameters)
    np.testing.assert_array_equal(found["W1"], net.parameters["W1"])
    np.testing.assert_array_equal(found["W2"], other.parameters["W2"])


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ([0.5], "a dict {path: factor}"),
        ({"dense9": 0.5}, "no parameters under this path"),
        ({"dense1": "half"}, "a factor ≥ 0"),
        ({"dense1": True}, "a factor ≥ 0"),
        ({"dense1": np.nan}, "a factor ≥ 0"),
    ],
)
def test_rates_that_cannot_be_change_nothing(rates, words):
    net = classifier(inputs=(3,)).scale_lr({"dense2": 0.5})
    with pytest.raises(cr.ParameterError, match=words):
        net.scale_lr(rates)
    assert net.rates == {"dense2": 0.5}
