"""What the layer of global_max_pool.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network, predict

import chainrule as cr


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.GlobalMaxPool(),
            (4,),
            r"^global_max_pool1, .*expected input of shape \(N, H, W, C\), got \(N, 4\)",
        ),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)


def test_it_is_the_maximum_of_each_channel():
    X = np.random.default_rng(0).normal(size=(3, 5, 4, 6))
    assert (predict(cr.GlobalMaxPool(), X) == X.max(axis=(1, 2))).all()
