"""What grids.py promises."""

import numpy as np
import pytest

from chainrule import plots
from chainrule.errors import DataError, ParameterError, ShapeError

pytest.importorskip("matplotlib")


def test_a_confusion_matrix_shows_its_counts():
    axes = plots.confusion([[9, 1], [0, 10]], ["cat", "dog"]).axes[0]
    assert [words.get_text() for words in axes.texts] == ["9", "1", "0", "10"]
    assert [words.get_text() for words in axes.get_xticklabels()] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")


def test_flat_images_become_squares():
    image = np.arange(9.0)
    (shown,) = plots.images(image[None]).axes[0].get_images()
    assert np.array_equal(shown.get_array(), image.reshape(3, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: plots.confusion([[1, 2]]),
            ShapeError,
            r"expected a matrix of shape \(K, K\), got \(1, 2\)",
        ),
        (
            lambda: plots.confusion([[1]], ["a", "b"]),
            ShapeError,
            "expected 1 labels, one per class, got 2",
        ),
        (lambda: plots.images(np.ones((2, 5))), ShapeError, "images: expected images"),
        (lambda: plots.images(np.ones((2, 5, 5, 2))), ShapeError, "images: expected images"),
        (
            lambda: plots.images(np.ones((2, 4)), ["a"]),
            DataError,
            "expected 2 titles, one per image, got 1",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (
            lambda: plots.images(np.ones((3, 4, 4)), across=0),
            ParameterError,
            "across=0: the number of panels in a row",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, error, words):
    with pytest.raises(error, match=words):
        draw()
