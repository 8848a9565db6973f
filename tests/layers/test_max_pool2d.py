"""What the layer of max_pool2d.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import image, network, predict

import chainrule as cr
from chainrule import ops


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cr.MaxPool2D(0),
            r"MaxPool2D\(size=0\): size must be a whole number ≥ 1, or one for each axis\. "
            r"The usual value is 2",
        ),
        (lambda: cr.MaxPool2D(), r"MaxPool2D\(\): size is missing"),
        (lambda: cr.MaxPool2D((2, 2, 2)), r"size must be a whole number ≥ 1"),
        (
            lambda: cr.MaxPool2D(2, stride=0),
            r"stride must be a whole number ≥ 1, or one for each axis, or None",
        ),
        (
            lambda: cr.MaxPool2D(2, strides=2),
            r"there is no setting 'strides'. Here it is called stride",
        ),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            cr.MaxPool2D(5),
            (4, 6, 1),
            r"^max_pool2d1, MaxPool2D\(5\): expected an image of at least 5 x 5 pixels, got "
            r"4 x 6 of \(N, 4, 6, 1\)\. Take a smaller window",
        ),
    ],
)
def test_images_that_do_not_fit_are_named(layer, shape, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(layer, inputs=shape)


def test_an_image_without_channels_is_refused():
    with pytest.raises(
        cr.ParameterError, match=r"expected the shape of one row, got \(4, 4, 0\) for x"
    ):
        network(cr.MaxPool2D(2), inputs=(4, 4, 0))


def test_the_first_maximum_takes_the_gradient():
    X = image([1, 3, 0], [3, 2, 9])  # two threes; the third column is cut off
    net = network(cr.PReLU(init=1.0), cr.MaxPool2D(2), inputs=X.shape[1:])
    assert net.predict(X).ravel().tolist() == [3]
    dx = ops.max_pool.backward(np.full((1, 1, 1, 1), 5.0), None, X, (2, 2), (2, 2))[0]
    assert dx[0, ..., 0].tolist() == [[0, 5, 0], [0, 0, 0]]


def test_windows_that_overlap_share_a_pixel():
    X = image([0, 1, 5, 2, 0])
    assert predict(cr.MaxPool2D((1, 3), stride=1), X).ravel().tolist() == [5, 5, 5]
    dx = ops.max_pool.backward(np.array([1.0, 2, 4]).reshape(1, 1, 3, 1), None, X, (1, 3), (1, 1))[
        0
    ]
    assert dx.ravel().tolist() == [0, 0, 7, 0, 0]


def test_summary_counts_what_a_window_looks_at():
    net = network(cr.MaxPool2D(3), inputs=(9, 9, 2))
    assert "162" in net.summary()  # 3 x 3 positions of 3 x 3 pixels in 2 channels
