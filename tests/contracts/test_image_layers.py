"""What the layers for images promise on both engines, in files and in print."""

import numpy as np
import pytest
from tests import twin_calls
from tests.layers.networks import network

import chainrule as cr
from chainrule import random
from chainrule.engines import native
from chainrule.layers.gaussian_noise import gaussian_noise
from chainrule.layers.spatial_dropout import spatial_dropout

EVERY = [
    cr.MaxPool2D(2),
    cr.MaxPool2D((3, 2), stride=(1, 2)),
    cr.AveragePool2D(2),
    cr.AveragePool2D((2, 3), stride=1),
    cr.GlobalAveragePool(),
    cr.GlobalMaxPool(),
    cr.ZeroPad((1, 2)),
    cr.UpSample((1, 2)),
    cr.Images(channels="first"),
    cr.Images(channels="last"),
    cr.GroupNorm(2),
    cr.BatchNorm(),
    cr.LayerNorm(),
    cr.SpatialDropout(0.5),
    cr.GaussianNoise(0.3),
    cr.PReLU(),
    cr.Concatenate(cr.Sequential(cr.MaxPool2D(2), cr.PReLU()), cr.AveragePool2D(2)),
]


every = pytest.mark.parametrize("layer", EVERY, ids=repr)


def test_norms_of_images_are_per_channel():
    for layer in (cr.BatchNorm(), cr.LayerNorm(), cr.GroupNorm(3), cr.PReLU()):
        net = network(layer, inputs=(4, 5, 6))
        assert all(p.shape == (6,) for p in net.parameters.values())


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("instructions", native.instruction_sets() if native.available() else [])
def test_noise_and_masks_have_the_same_bits_in_c(dtype, instructions):
    """With many columns, small and large words occur. x = 0, so the result is the noise itself."""
    rows, size, key = 250, 403, np.array([5, 9], np.int32)
    row, engine = np.arange(rows, dtype=np.int32), f"f{dtype[-2:]}_{instructions}"
    for op, x, number in (
        (gaussian_noise, np.zeros((rows, size), dtype), ("std", 0.7)),
        (spatial_dropout, np.ones((rows, 3, 13), dtype), ("rate", 0.3)),
    ):
        attrs, y = {number[0]: number[1], "path": 11}, np.empty_like(x)
        flat = [(a.reshape(rows, -1), x[0].size, x.shape[1:], 0) for a in (y, x)]
        numbers = np.array([attrs[name] for name in sorted(attrs)], float)
        twin_calls.call(
            engine, op.name, False, rows, (*flat, (key, 0, (2,), 0), (row, 1, (), 0)), numbers
        )
        assert np.array_equal(y, op(x, key, row, **attrs)), op.name


def test_noise_is_recorded_in_train_only():
    for layer in (cr.GaussianNoise(0.5), cr.SpatialDropout(0.5)):
        programs = network(layer, inputs=(2, 2, 3)).programs
        assert [len(p.steps) for p in (programs.train, programs.score)] == [3, 2]
        assert "key" not in programs.predict.inputs
    assert random.SAMPLE != random.DROPOUT


@every
@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("float64", 1e-12)])
def test_both_engines_train_alike(layer, dtype, tolerance):
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(70, 7, 6, 4)), rng.normal(size=(70, 3))
    thetas = []
    for engine in ("reference", "native"):
        net = cr.Network(
            cr.PReLU(),
            layer,
            cr.Flatten(),
            cr.Dense(3),
            loss=cr.SquaredError(),
            inputs=(7, 6, 4),
            dtype=dtype,
            engine=engine,
        )
        net.fit(X, y, optimizer=cr.SGD(lr=0.01), epochs=2, batch_size=32, verbose=0)
        assert ("native" in net.summary()) == (engine == "native")
        thetas.append(net.theta.copy())
    assert np.abs(thetas[0] - thetas[1]).max() <= tolerance * max(1, np.abs(thetas[0]).max())


@every
@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
def test_threads_and_batches_do_not_change_a_bit(layer):
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(256, 7, 6, 4)), rng.normal(size=(256, 3))
    thetas = set()
    for threads in (1, 2):
        net = cr.Network(
            cr.PReLU(),
            layer,
            cr.Flatten(),
            cr.Dense(3),
            loss=cr.SquaredError(),
            inputs=(7, 6, 4),
            engine="native",
            threads=threads,
        )
        net.fit(X, y, epochs=1, batch_size=128, verbose=0)
        thetas.add(net.theta.tobytes())
        assert net.predict(X)[100:101].tobytes() == net.predict(X[100:101]).tobytes()
    assert len(thetas) == 1


@every
def test_a_file_keeps_the_layer(layer, tmp_path):
    net = network(layer, inputs=(6, 6, 4), seed=2)
    net.save(tmp_path / "net.safetensors")
    again = cr.Network.load(tmp_path / "net.safetensors")
    assert again.layers == net.layers
    X = np.random.default_rng(0).normal(size=(2, 6, 6, 4))
    assert np.array_equal(again.predict(X), net.predict(X))


def test_equations_are_those_of_the_docstrings():
    net = network(
        cr.PReLU(),
        cr.MaxPool2D(2, stride=1),
        cr.ZeroPad(1),
        cr.AveragePool2D(2),
        cr.UpSample(2),
        inputs=(4, 4, 2),
    )
    text = net.equations()
    for line in (
        "h1 = max(patches(a1, (2, 2), (1, 1)))",
        "da1 = fold(dh1 (1 if patches(a1, (2, 2), (1, 1)) = h1 else 0))",
        "a1 = max(x, 0) + α1 min(x, 0)",
        "dα1 = Σₙ da1 min(x, 0)",
    ):
        assert line in text, text
    assert "fold" in net.equations("latex")
