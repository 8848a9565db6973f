"""What planes.py promises."""

import numpy as np
import pytest
from tests.plots.pictures import PICTURES, X, bowl, three, two, y

from chainrule import plots
from chainrule.errors import DataError, ShapeError

pytest.importorskip("matplotlib")


def test_regions_mix_the_colors_of_the_classes():
    figure = plots.decision_regions(three, X, three(X).argmax(axis=1))
    (image,) = figure.axes[0].get_images()
    left, right, bottom, top = image.get_extent()
    map_ = np.asarray(image.get_array())
    assert (
        left < X[:, 0].min()
        and right > X[:, 0].max()
        and bottom < X[:, 1].min()
        and top > X[:, 1].max()
    )
    assert map_.min() >= 0 and map_.max() <= 1
    corners = {tuple(np.round(map_[i, j], 3)) for i, j in ((0, 0), (0, -1), (-1, 0))}
    assert len(corners) == 3, "each corner belongs to another class"


def test_the_boundary_is_where_one_output_is_a_half_or_zero():
    for figure in (PICTURES["two classes"](), PICTURES["signs"]()):
        (image,) = figure.axes[0].get_images()
        map_ = np.asarray(image.get_array())
        assert np.array_equal(map_[0, 0] > map_[0, -1], map_[-1, -1] > map_[-1, 0]), (
            "x₁ x₂ > 0 in two corners"
        )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: plots.decision_regions(two, np.ones((3, 3)), [0, 1, 0]),
            ShapeError,
            r"points X of shape \(N, 2\)",
        ),
        (lambda: plots.decision_regions(two, X, y[:3]), DataError, "y has 3 rows but p has 40"),
        (
            lambda: plots.decision_regions(two, X, y, labels=["a"]),
            DataError,
            "expected 2 labels, one per class, got 1",
        ),
        (
            lambda: plots.decision_regions(lambda p: np.ones((len(p), 9)), X, y),
            DataError,
            "at most 7 classes, got 9",
        ),
        (
            lambda: plots.paths(bowl, {"a": [1, 2]}, (-1, 1, -1, 1)),
            ShapeError,
            r"paths, a: expected points of shape",
        ),
        (lambda: plots.paths(bowl, {}, (1, -1, -1, 1)), DataError, "paths: expected bounds"),
        (
            lambda: plots.paths(lambda p: p, {}, (-1, 1, -1, 1)),
            ShapeError,
            r"expected heights of shape \(40401,\) from f",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
