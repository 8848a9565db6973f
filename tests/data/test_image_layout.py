"""What the shape of one image says about its channels."""

import pytest

from chainrule.data.image_layout import is_turned, seems_channels_first, square


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 28, 28), (3, 8, 8), (1, 100, 8), (3, 9, 40)])
def test_one_or_three_before_two_sides_of_an_image_may_be_channels_first(shape):
    assert seems_channels_first(shape)


@pytest.mark.parametrize(
    "shape",
    [
        *((28, 28, 1), (32, 32, 3), (3, 3, 8), (2, 32, 32), (4, 32, 32), (1, 1, 64), (3, 3, 3)),
        *(
            (1, 100, 1),
            (1, 100, 3),
            (3, 100, 4),
            (3, 4, 5),
            (1, 7, 9),
            (8, 8, 64),
            (28, 28),
            (784,),
            (1, 8, 8, 8),
        ),
    ],
)
def test_other_shapes_are_clear(shape):
    assert not seems_channels_first(shape)


def test_the_same_images_turned():
    assert is_turned((3, 32, 40), (32, 40, 3)) and is_turned((32, 40, 3), (3, 32, 40))
    assert not is_turned((32, 40, 3), (32, 40, 3)) and not is_turned((3, 40, 32), (32, 40, 3))
    assert not is_turned((8, 5, 4), (5, 4, 8)) and not is_turned((784,), (28, 28, 1))


@pytest.mark.parametrize(
    ("n", "image"),
    [
        *((784, (28, 28, 1)), (64, (8, 8, 1)), (3072, (32, 32, 3)), (16, (4, 4, 1))),
        *((9, None), (20, None), (48, (4, 4, 3)), (27, None), (1, None), (785, None)),
    ],
)
def test_flat_rows_that_are_square_images(n, image):
    assert square(n) == image
