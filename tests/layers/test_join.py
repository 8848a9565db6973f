"""Several inputs become one value."""

import numpy as np
import pytest

import chainrule as cr

RNG = np.random.default_rng(0)
X = {"image": RNG.random((6, 4, 4, 1)), "table": RNG.normal(size=(6, 3))}
SHAPES = {"image": (4, 4, 1), "table": (3,)}


def network(how, engine="native"):
    branches = {"image": cr.Sequential(cr.Flatten(), cr.Dense(3)), "table": cr.Dense(3)}
    return cr.Network(
        cr.Join(branches, how),
        loss=cr.SquaredError(),
        inputs=SHAPES,
        dtype="float64",
        engine=engine,
    )


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("concatenate", lambda a, b: np.concatenate([a, b], axis=1)),
        ("add", np.add),
        ("multiply", np.multiply),
    ],
)
@pytest.mark.parametrize("engine", ["reference", "native"])
def test_branches_are_joined(how, expected, engine):
    net = network(how, engine)
    p = net.parameters
    a = X["image"].reshape(6, 16) @ p["W1"] + p["b1"]
    b = X["table"] @ p["W2"] + p["b2"]
    assert np.allclose(net.predict(X), expected(a, b), rtol=1e-12)


def test_gradients_and_paths():
    net = network("multiply")
    y = RNG.normal(size=(6, 3))
    assert net.check_gradients(X, y).passed
    assert "join1/table/dense1/W" in [p.path for p in net.programs.train.params]


def test_it_is_saved(tmp_path):
    net = network("add")
    net.save(tmp_path / "net.safetensors")
    again = cr.Network.load(tmp_path / "net.safetensors")
    assert again.layers == net.layers
    assert np.array_equal(again.predict(X), net.predict(X))


def test_what_is_refused():
    layers = {"image": cr.Flatten(), "table": cr.Dense(3)}
    with pytest.raises(cr.ShapeError, match=r"join1.*differ in nothing, got image .*table"):
        cr.Network(cr.Join(layers, "add"), loss=cr.SquaredError(), inputs=SHAPES)
    with pytest.raises(cr.ParameterError, match=r"the inputs image, table, got x \(N, 3\)|got"):
        cr.Network(cr.Join(layers), loss=cr.SquaredError(), inputs=(3,))
    with pytest.raises(cr.ParameterError, match="the inputs image, table, got image, words"):
        cr.Network(
            cr.Join(layers), loss=cr.SquaredError(), inputs={"image": (4, 4, 1), "words": (3,)}
        )
    for bad in ({}, {"a": cr.Dense(2)}, {"a b": cr.Dense(2), "c": cr.Dense(2)}):
        with pytest.raises(cr.ParameterError, match="a dict of layers by the names of inputs"):
            cr.Join(bad)
    with pytest.raises(cr.ParameterError, match="how"):
        cr.Join(layers, "mean")
