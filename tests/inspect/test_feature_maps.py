"""Feature maps are the activations of the layers that compute images."""

import numpy as np
import pytest
from tests.inspect.images import IMAGE, X, dense, network

import chainrule as cr
from chainrule import inspect as see


def test_feature_maps_are_the_images_of_the_layers():
    net = network()
    values, maps = net.activations(X), see.feature_maps(net, X)
    assert list(maps) == ["conv2d1", "tanh1", "average_pool2d1", "conv2d2", "tanh2"]
    for name, symbol in zip(maps, ("z1", "a1", "h1", "z2", "a2"), strict=True):
        assert maps[name] == pytest.approx(values[symbol], abs=1e-12)
    one = see.feature_maps(net, X[0])
    assert {name: a.shape for name, a in one.items()} == {
        name: a.shape[1:] for name, a in maps.items()
    }


def test_a_layer_of_several_steps_gives_its_last():
    net = cr.Network(
        cr.GroupNorm(2), cr.Flatten(), cr.Dense(1), loss=cr.SquaredError(), inputs=(2, 2, 4)
    )
    net.parameters["beta1"][...] = 7
    maps = see.feature_maps(net, np.zeros((2, 2, 4)))
    assert list(maps) == ["group_norm1"] and (maps["group_norm1"] == 7).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: see.feature_maps(dense(), IMAGE),
            cr.ParameterError,
            "feature_maps: expected a network with layers that give images, got one without",
        ),
    ],
)
def test_what_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
