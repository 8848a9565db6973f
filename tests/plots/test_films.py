"""What films.py promises: views that show one moment after the other, nothing else moves."""

import numpy as np
import pytest

from chainrule.plots import films

pytest.importorskip("matplotlib")
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 2)), np.arange(30) % 3
MAP = films.SIDE**2
VIEWS = {
    "regions": (films.Regions(X, Y, 3, False), lambda k: np.eye(3)[np.arange(MAP) * k % 3]),
    "two regions": (films.Regions(X, Y // 2, 2, True), lambda k: np.linspace(-1, k, MAP)[:, None]),
    "field": (films.Field(X, X[:, 0]), lambda k: np.linspace(-k, k, MAP)),
    "curve": (films.Curve(X[:, 0], X[:, 1]), lambda k: np.full((3 * films.SIDE, 1), 0.3 * k)),
    "confusion": (films.Confusion(Y, 3, "rows"), lambda k: (Y + k) % 3),
    "many classes": (films.Confusion(Y * 20, 41, "rows"), lambda k: Y * k),
    "scatter": (films.Scatter(X), lambda k: X / k),
    "pictures": (
        films.Pictures(RNG.random((7, 4, 4)), "rows"),
        lambda k: np.full((7, 4, 4), 1 / k),
    ),
    "kernels": (films.Kernels(1.0, "W1"), lambda k: np.full((7, 3, 3), 0.3 * k)),
    "matrix": (films.Matrix(1.0, "W1"), lambda k: np.full((5, 4), 0.3 * k)),
    "loss": (
        films.LossLine(np.arange(3), np.array([3, 1, 0.1]), "loss", {"validation": (Y, X[:, 0])}),
        lambda k: np.array(k - 1),
    ),
    "a loss that is no number": (
        films.LossLine(np.arange(3), np.full(3, np.nan), "loss"),
        lambda k: np.array(k - 1),
    ),
}


def frames_of(name):
    """Draw the view as all three columns, at two moments and at the first one again."""
    line = films.LossLine(np.arange(3), np.ones(3), "loss")
    view, numbers = VIEWS[name]
    frames = films.Frames(view, [films.Matrix(1.0, "W")], line)
    weights = np.zeros((2, 2))
    return [frames.draw([numbers(k), weights, np.array(0)], "step") for k in (1, 2, 1)]


QUICK = ("two regions", "confusion", "kernels", "loss")


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in VIEWS],
)
def test_a_view_shows_its_moment_and_nothing_of_the_one_before(name):
    first, second, again = frames_of(name)
    assert first.shape == second.shape == (352, 1008, 3)
    assert np.array_equal(first, again)
    changed = (first != second).any(axis=(0, 2))
    assert changed.any() or name == "a loss that is no number"
    assert not changed[400:].any(), "only the left column has moved"


def test_several_matrices_are_below_each_other():
    weights = [films.Matrix(1.0, f"W{k}") for k in (1, 2, 3)]
    frames = films.Frames(VIEWS["scatter"][0], weights, VIEWS["loss"][0])
    boxes = [panel.get_position() for panel in frames.figure.axes]
    assert len(boxes) == 5
    assert boxes[1].y0 > boxes[2].y1 > boxes[2].y0 > boxes[3].y1
    assert all(0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1 for box in boxes)


def test_views_say_where_they_want_predictions():
    assert VIEWS["regions"][0].points().shape == (MAP, 2)
    assert VIEWS["curve"][0].points().shape == (3 * films.SIDE, 1)
    assert VIEWS["confusion"][0].points() is None
