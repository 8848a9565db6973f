"""Occlusion, against one prediction for each hidden patch."""

import numpy as np
import pytest
from tests.inspect.images import IMAGE, X, dense, network, slow_occlusion

import chainrule as cr
from chainrule import inspect as see

rng = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("patch", "stride", "fill"),
    [(1, 1, 0.0), (3, 1, 0.5), ((2, 5), (2, 3), [1.0, -1.0]), ((7, 6), 1, 0), (4, 3, 2)],
)
def test_occlusion_hides_every_patch(patch, stride, fill):
    net = network()
    two = lambda n: n if isinstance(n, tuple) else (n, n)
    found = see.occlusion(net, X[:2], 3, patch=patch, stride=stride, fill=fill)
    for n in range(2):
        slow = slow_occlusion(lambda x: net.predict(x)[:, 3], X[n], two(patch), two(stride), fill)
        assert found[n] == pytest.approx(slow, abs=1e-9)


def test_occlusion_leaves_the_images_as_they_are():
    images = (rng.random((2, 7, 6, 2)) * 255).astype(np.uint8)
    copy = images.copy()
    found = see.occlusion(network(), images, fill=0.5)
    assert np.array_equal(images, copy) and found.dtype == np.float64


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: see.occlusion(network(), X, fill=[[0], [1, 2]]),
            cr.ParameterError,
            "fill must be a number",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, patch=5),
            cr.ParameterError,
            "occlusion: expected a patch of at most 4 x 4 pixels, the image, got 5 x 5",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, patch=0),
            cr.ParameterError,
            r"occlusion\(patch=0\): patch must be a whole number ≥ 1",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, patch=2, stride=3),
            cr.ParameterError,
            "stride must be at most the patch",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, fill=[1, 2]),
            cr.ParameterError,
            "fill must be a number, or one for each of 1 channels",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, fill=np.nan),
            cr.ParameterError,
            "fill must be a number",
        ),
        (
            lambda: see.occlusion(dense(), IMAGE, fill=np.ones((9, 9))),
            cr.ParameterError,
            r"fill=an array of shape \(9, 9\)",
        ),
        (
            lambda: see.occlusion(
                cr.Network(cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(3,)), np.ones(3)
            ),
            cr.ShapeError,
            r"a network that takes images \(H, W, C\), got rows of shape \(3,\)",
        ),
    ],
)
def test_what_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
