"""What the layer of spatial_dropout.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr
from chainrule.layers.spatial_dropout import spatial_dropout


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.SpatialDropout(1), r"rate must be a number from 0 to below 1"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.SpatialDropout(0.5),
            (4,),
            r"expected input with positions and channels, \(N, H, W, C\), got \(N, 4\)\. Dropout",
        ),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)


def test_spatial_dropout_drops_whole_channels_of_one_row():
    x = np.ones((500, 2, 3, 8))
    key, row = np.array([1, 2], np.int32), np.arange(500, dtype=np.int32)
    h = spatial_dropout(x, key, row, rate=0.25, path=7)
    assert (h == h[:, :1, :1]).all() and set(np.unique(h)) == {0, 1 / 0.75}
    assert abs((h[:, 0, 0] == 0).mean() - 0.25) < 0.03  # 4000 masks: σ = 0.007
    assert len(np.unique(h[:, 0, 0], axis=0)) > 100
    assert np.array_equal(spatial_dropout(x[7:9], key, row[7:9], rate=0.25, path=7), h[7:9])
