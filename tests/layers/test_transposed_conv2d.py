"""What the layer of transposed_conv2d.py promises beyond the contracts."""

import numpy as np
import pytest
from hypothesis import assume, given
from tests.layers.convolutions import cases, zeros_around
from tests.layers.networks import ENGINES, network
from tests.naive_convolutions import transpose_convolve_affine
from tests.strategies import quick

import chainrule as cr


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(case=cases())
def test_transposed_conv2d_is_the_loops(engine, case):
    layer, shape, rows, seed = case
    double = [n * s for n, s in zip(shape, layer["stride"], strict=False)]
    padding = zeros_around(layer, double, shape)
    size = (
        double
        if layer["padding"] == "same"
        else [
            (n - 1) * s + d * (k - 1) + 1 - 2 * p
            for n, s, k, d, p in zip(
                shape,
                layer["stride"],
                layer["kernel"],
                layer["dilation"],
                padding[::2],
                strict=False,
            )
        ]
    )
    assume(min(size) >= 1)
    net = network(cr.TransposedConv2D(**layer), inputs=shape, engine=engine, seed=seed)
    net.theta[...] = np.random.default_rng(seed).normal(size=net.theta.size)
    X = np.random.default_rng(seed + 1).normal(size=(rows, *shape))
    W, b, attrs = (
        net.parameters["W1"],
        net.parameters["b1"],
        {"stride": layer["stride"], "dilation": layer["dilation"]},
    )
    expected = transpose_convolve_affine(X, W, b, padding=padding, size=tuple(size), **attrs)
    assert np.allclose(net.predict(X), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.TransposedConv2D(4, padding=3),
            (2, 2, 1),
            "an output of at least 1 x 1 pixels, got -2 x -2",
        ),
    ],
)
def test_images_that_do_not_fit(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)
