"""What the layer of conv2d.py promises beyond the contracts."""

import numpy as np
import pytest
from hypothesis import assume, given
from tests.layers.convolutions import cases, fits, zeros_around
from tests.layers.networks import ENGINES, network
from tests.naive_convolutions import convolve_affine
from tests.strategies import quick

import chainrule as cr
from chainrule.engines import native


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(case=cases())
def test_conv2d_is_the_loops(engine, case):
    layer, shape, rows, seed = case
    padding = zeros_around(
        layer, shape, [-(-n // s) for n, s in zip(shape, layer["stride"], strict=False)]
    )
    assume(fits(layer, shape, padding))
    net = network(cr.Conv2D(**layer), inputs=shape, engine=engine, seed=seed)
    net.theta[...] = np.random.default_rng(seed).normal(size=net.theta.size)
    X = np.random.default_rng(seed + 1).normal(size=(rows, *shape))
    W, b = net.parameters["W1"], net.parameters["b1"]
    expected = convolve_affine(
        X, W, b, stride=layer["stride"], padding=padding, dilation=layer["dilation"]
    )
    assert np.allclose(net.predict(X), expected, rtol=0, atol=1e-12)
    if layer["padding"] == "same":
        assert expected.shape[1:3] == tuple(
            -(-n // s) for n, s in zip(shape, layer["stride"], strict=False)
        )


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.Conv2D(2, kernel=5),
            (4, 9, 1),
            r"conv2d1, .*at least 5 x 5 pixels, padding included, got 4 x 9 of \(N, 4, 9, 1\)",
        ),
        (
            cr.Conv2D(2, kernel=3, dilation=3, padding=1),
            (4, 9, 1),
            "at least 7 x 7 pixels.*got 6 x 11",
        ),
        (
            cr.Conv2D(4, groups=2),
            (5, 5, 3),
            r"channels that groups=2 divides, got 3 in \(N, 5, 5, 3\)",
        ),
        (
            cr.Conv2D(4),
            (28, 28),
            r"input of shape \(N, H, W, C\), got \(N, 28, 28\). Put Reshape\(28, 28, 1\)",
        ),
    ],
)
def test_images_that_do_not_fit(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.filterwarnings("ignore:predict. nan")
def test_relu_behind_a_convolution_changes_no_bit_of_it(groups, bias):
    """The engine may apply ReLU in the convolution's last pass; NaN stays NaN."""
    layer = cr.Conv2D(4, padding="same", groups=groups, bias=bias)
    with_relu = cr.Network(
        layer, cr.ReLU(), loss=cr.SquaredError(), inputs=(5, 7, 4), engine="native", seed=1
    )
    alone = cr.Network(layer, loss=cr.SquaredError(), inputs=(5, 7, 4), engine="native", seed=1)
    X = np.random.default_rng(0).normal(size=(9, 5, 7, 4)).astype(np.float32)
    for net in (with_relu, alone):
        net.parameters["W1"][1, 1, 0, 3] = np.nan
    expected = alone.predict(X)
    expected[expected < 0] = 0
    assert np.isnan(expected).any() and (expected == 0).any()
    assert np.array_equal(with_relu.predict(X), expected, equal_nan=True)
