"""What the layer of average_pool2d.py promises beyond the contracts."""

import pytest
from tests.layers.networks import network

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.AveragePool2D(2.5), r"AveragePool2D\(size=2.5\): size must be"),
        (lambda: cr.AveragePool2D(2, stride=True), r"stride must be"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.AveragePool2D(2),
            (4, 4),
            r"^average_pool2d1, .*expected input of shape \(N, H, W, C\), got \(N, 4, 4\)\. "
            r"Put Reshape",
        ),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)
