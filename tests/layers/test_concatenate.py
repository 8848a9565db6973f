"""What the layer of concatenate.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network, predict

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cr.Concatenate(cr.Tanh()),
            r"layers must be at least two layers. Write Concatenate",
        ),
        (lambda: cr.Concatenate(cr.Tanh, cr.ReLU()), r"got the class Tanh. Write Tanh\(...\)"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.Concatenate(cr.MaxPool2D(2), cr.Identity()),
            (4, 4, 1),
            r"^concatenate1, .*expected branches that differ in the last axis only, got \(N, "
            r"2, 2, 1\), \(N, 4, 4, 1\)",
        ),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)


def test_branches_stand_side_by_side():
    X = np.random.default_rng(0).normal(size=(2, 4, 4, 3))
    p = predict(cr.Concatenate(cr.MaxPool2D(2), cr.AveragePool2D(2)), X)
    assert np.array_equal(p[..., :3], predict(cr.MaxPool2D(2), X))
    assert np.array_equal(p[..., 3:], predict(cr.AveragePool2D(2), X))
