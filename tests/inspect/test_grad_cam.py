"""Grad-CAM, against its equation by hand."""

import numpy as np
import pytest
from tests.inspect.images import IMAGE, X, dense, network

import chainrule as cr
from chainrule import inspect as see

rng = np.random.default_rng(0)


def slow_stretch(small, height, width):
    """Bilinear: pixel i lies at (i + ½) h / H − ½ of the small map, held at its edges."""
    h, w = small.shape
    large = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            y = min(max((i + 0.5) * h / height - 0.5, 0), h - 1)
            x = min(max((j + 0.5) * w / width - 0.5, 0), w - 1)
            top, left = int(y), int(x)
            down, right = min(top + 1, h - 1), min(left + 1, w - 1)
            a, b = y - top, x - left
            upper = (1 - b) * small[top, left] + b * small[top, right]
            lower = (1 - b) * small[down, left] + b * small[down, right]
            large[i, j] = (1 - a) * upper + a * lower
    return large


@pytest.mark.parametrize(
    ("layer", "A"),
    [(None, "a2"), ("tanh2", "a2"), ("z2", "z2"), ("conv2d1", "z1"), ("average_pool2d1", "h1")],
)
def test_grad_cam_by_hand(layer, A):
    # L = ½ Σ (z − y)² has dz = z − y: with y = z − onehot(c), the gradients of L are those of
    # the score of c
    net = network(loss=cr.SquaredError(outputs="sum", half=True, reduction="sum"))
    values = net.activations(X)
    for label in range(4):
        gradients = net.gradients(X, values["z3"] - np.eye(4)[label])
        found = see.grad_cam(net, X, label, layer=layer)
        for n in range(len(X)):
            small = np.zeros(values[A].shape[1:3])
            for k in range(values[A].shape[3]):
                small += gradients["d" + A][n, :, :, k].mean() * values[A][n, :, :, k]
            small[small < 0] = 0
            assert found[n] == pytest.approx(slow_stretch(small, 7, 6), abs=1e-10)


def test_grad_cam_takes_the_last_convolution_with_what_follows_it():
    chain = [
        cr.Conv2D(4),
        cr.BatchNorm(),
        cr.ReLU(),
        cr.Residual(cr.Conv2D(4, padding="same"), cr.ReLU()),
        cr.Tanh(),
        cr.MaxPool2D(2),
    ]
    net = cr.Network(
        *chain, cr.Flatten(), cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(8, 8, 1)
    )
    images = rng.normal(size=(2, 8, 8, 1))
    assert np.array_equal(see.grad_cam(net, images), see.grad_cam(net, images, layer="tanh1"))
    pooled = cr.Network(
        cr.Conv2D(4),
        cr.GlobalAveragePool(),
        cr.Dense(3),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(8, 8, 1),
    )
    assert np.array_equal(
        see.grad_cam(pooled, images), see.grad_cam(pooled, images, layer="conv2d1")
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: see.grad_cam(dense(), IMAGE),
            cr.ParameterError,
            "grad_cam: expected a network with a Conv2D, got one without. saliency",
        ),
        (
            lambda: see.grad_cam(network(), X, layer="dense1"),
            cr.ParameterError,
            r"a layer that gives feature maps: conv2d1, tanh1, .*, got 'dense1'",
        ),
    ],
)
def test_what_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
