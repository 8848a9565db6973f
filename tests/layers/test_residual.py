"""What the layer of residual.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr
from chainrule.engines import native


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Residual(), r"layers"),
        (
            lambda: cr.Residual(cr.Dense(2), shortcut="conv"),
            r"Residual\(shortcut=...\): expected layers such as Dense\(4\), got 'conv'",
        ),
        (lambda: cr.Residual(cr.Dense(2), shortcut=cr.Dense), r"got the class Dense"),
        (lambda: cr.Residual(cr.Dense), r"got the class Dense. Write Dense\(...\)"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("chain", "inputs", "message"),
    [
        (
            [cr.Residual(cr.Dense(2))],
            (3,),
            r"^residual1, Residual\(Dense\(2\)\): expected shapes that fit s = a \+ b, got a "
            r"\(N, 3\), b \(N, 2\)",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


def test_residual_adds_its_input():
    net = network(cr.Residual(cr.Dense(3), cr.Tanh()), inputs=(3,))
    X = np.random.default_rng(0).normal(size=(4, 3))
    W, b = net.parameters.values()
    assert net.predict(X) == pytest.approx(X + np.tanh(X @ W + b))


@pytest.mark.parametrize(
    "engine",
    [
        "reference",
        pytest.param(
            "native", marks=pytest.mark.skipif(not native.available(), reason="not built")
        ),
    ],
)
def test_a_shortcut_changes_the_shape_beside_the_branch(engine, tmp_path):
    branch, shortcut = (
        cr.Conv2D(4, stride=2, padding="same"),
        cr.Conv2D(4, kernel=1, stride=2, bias=False),
    )
    settings = {
        "loss": cr.SquaredError(),
        "inputs": (7, 5, 3),
        "dtype": "float64",
        "engine": engine,
    }
    block = cr.Network(cr.Residual(branch, shortcut=shortcut), **settings)
    parts = cr.Network(branch, **settings), cr.Network(shortcut, **settings)
    parts[0].theta[...] = block.theta[: parts[0].theta.size]
    parts[1].theta[...] = block.theta[parts[0].theta.size :]
    X, y = np.random.default_rng(0).normal(size=(6, 7, 5, 3)), np.ones((6, 4, 3, 4))
    np.testing.assert_allclose(
        block.predict(X), parts[0].predict(X) + parts[1].predict(X), rtol=1e-12
    )
    assert block.check_gradients(X, y, engine=engine).passed
    block.save(tmp_path / "net.safetensors")
    assert repr(cr.Network.load(tmp_path / "net.safetensors")) == repr(block)
    assert "shortcut=Conv2D(4, kernel=1, stride=2, bias=False)" in repr(block)
