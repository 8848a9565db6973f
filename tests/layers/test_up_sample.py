"""What the layer of up_sample.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network, predict

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.UpSample(0), r"size must be a whole number ≥ 1"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (cr.UpSample(2), (4, 4), r"^up_sample1, .*expected input of shape \(N, H, W, C\)"),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)


def test_up_sampling_and_average_pooling_undo_each_other():
    X = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    larger = predict(cr.UpSample((2, 4)), X)
    assert larger.shape == (2, 6, 16, 5) and (larger[:, 1::2, 3::4] == X).all()
    assert np.allclose(predict(cr.AveragePool2D((2, 4)), larger), X, atol=1e-14)
