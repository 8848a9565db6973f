"""What heat.py promises."""

import numpy as np
import pytest
from tests.plots.pictures import WORST

from chainrule import plots
from chainrule.errors import DataError, ParameterError, ShapeError

pytest.importorskip("matplotlib")


def test_heat_is_clear_where_nothing_is():
    maps = np.zeros((1, 3, 3, 2))
    maps[0, 1, 2] = 1.0, -4.0
    maps[0, 0, 0] = 2.0, 1.0
    paper, heat = plots.heat(np.eye(3)[None], maps).axes[0].get_images()
    assert np.array_equal(heat.get_array(), [[2, 0, 0], [0, 0, -4], [0, 0, 0]]), (
        "the number farthest from 0"
    )
    assert np.asarray(heat.get_alpha()).astype(bool).tolist() == (maps[0, :, :, 0] != 0).tolist()
    assert (
        np.asarray(paper.get_array())[0, 0].tolist() == [0.5] * 3
        and paper.get_array()[0, 1].tolist() == [1.0] * 3
    )


def test_the_worst_images_say_what_they_were_taken_for():
    images = np.arange(9 * 4.0).reshape(9, 2, 2)
    axes = plots.worst(images, WORST, names="abc").axes
    assert [panel.get_title() for panel in axes] == [
        "a, seen as\nb (0.90)",
        "b, seen as\nc (0.80)",
        "c, seen as\nc (0.90)",
    ]
    assert np.array_equal(axes[0].get_images()[0].get_array(), images[7])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: plots.heat(np.ones((2, 5)), np.ones((2, 5, 5))),
            ShapeError,
            "heat: expected images",
        ),
        (
            lambda: plots.heat(np.ones((2, 4, 4)), np.ones((2, 3, 4))),
            ShapeError,
            r"maps of shape \(2, 4, 4\)",
        ),
        (
            lambda: plots.heat(np.ones((4, 4)), np.ones((4, 4)), ["a", "b"]),
            DataError,
            "expected 1 titles",
        ),
        (
            lambda: plots.worst(np.ones((3, 2, 2)), WORST),
            DataError,
            "the images of the data set, more than 7, got 3",
        ),
        (
            lambda: plots.worst(np.ones((9, 2, 2)), WORST, names=["a"]),
            DataError,
            "expected 3 names, one per class, got 1",
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
            lambda: plots.heat(np.ones((2, 4, 4)), np.ones((2, 4, 4)), across="2"),
            ParameterError,
            "across='2'",
        ),
        (
            lambda: plots.heat(np.ones((1, 4, 4)), np.full((1, 4, 4), np.nan)),
            DataError,
            "finite maps",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, error, words):
    with pytest.raises(error, match=words):
        draw()
