"""What the layer of conv1d.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr


@pytest.mark.parametrize("T", [3, 4, 9])
def test_conv1d_is_conv2d_of_an_image_one_pixel_high(T):
    rng = np.random.default_rng(T)
    one = network(cr.Conv1D(4, kernel=3, stride=2, padding="same", groups=2), inputs=(T, 2))
    two = network(
        cr.Conv2D(4, kernel=(1, 3), stride=(1, 2), padding="same", groups=2), inputs=(1, T, 2)
    )
    two.theta[...] = one.theta[...] = rng.normal(size=one.theta.size)
    X = rng.normal(size=(5, T, 2))
    assert np.allclose(one.predict(X), two.predict(X[:, None])[:, 0], atol=1e-14)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (cr.Conv1D(4), (28,), r"input of shape \(N, T, C\), got \(N, 28\). Put Reshape"),
    ],
)
def test_images_that_do_not_fit(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)
