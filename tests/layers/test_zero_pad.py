"""What the layer of zero_pad.py promises beyond the contracts."""

import pytest
from tests.layers.networks import network

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cr.ZeroPad(-1),
            r"ZeroPad\(padding=-1\): padding must be a whole number ≥ 0, or 2 or 4 of them",
        ),
        (lambda: cr.ZeroPad((1, 2, 3)), r"padding must be .*Four are \(top, bottom, left, right\)"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (cr.ZeroPad(1), (4,), r"^zero_pad1, .*expected input of shape \(N, H, W, C\)"),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)
