"""What chart.py promises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plots.svg.drawn import SVG, parse, words

from chainrule.errors import DataError
from chainrule.plots import svg


def points(root):
    """Return the points of each line, without those of the key."""
    return [
        [tuple(float(v) for v in point.split(",")) for point in line.get("points").split()]
        for line in root.iter(f"{SVG}polyline")
    ]


def test_a_curve_falls_where_its_numbers_fall():
    (line,) = points(parse(svg.curve([4.0, 3.0, 1.0])))
    (x0, y0), (x1, y1), (x2, y2) = line
    assert x1 - x0 == pytest.approx(x2 - x1)
    assert y2 - y1 == pytest.approx(2 * (y1 - y0), abs=0.05) and y1 > y0


def test_a_logarithmic_curve_is_straight_where_each_step_divides():
    (line,) = points(parse(svg.curve([100.0, 10.0, 1.0], log=True)))
    assert line[1][1] - line[0][1] == pytest.approx(line[2][1] - line[1][1], abs=0.05)
    root = parse(svg.curve([100.0, 10.0, 0.0], log=True))
    assert "80" in words(root), "not above 0: a linear axis"


def test_several_curves_have_names_and_colors():
    root = parse(svg.curve({f"run {k}": [k, k + 1.0] for k in range(9)}, x="step", y="accuracy"))
    assert {"run 0", "run 8", "step", "accuracy"} <= set(words(root))
    looks = {(p.get("stroke"), p.get("stroke-dasharray")) for p in root.iter(f"{SVG}polyline")}
    assert len(looks) == 9


def test_marks_close_together_are_told_apart():
    marks = words(parse(svg.curve([1234.51, 1234.55])))
    assert {"1234.51", "1234.52", "1234.55"} <= set(marks) and len(marks) == len(set(marks))


def test_gaps_and_single_points():
    root = parse(svg.curve([3.0, 2.0, np.nan, 1.0, np.inf, 2.0, 1.0]))
    assert [len(line) for line in points(root)] == [2, 1, 2]
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    assert len(list(parse(svg.curve([5.0])).iter(f"{SVG}circle"))) == 1


@settings(deadline=None, max_examples=60)
@given(
    values=st.lists(st.floats(), min_size=1, max_size=30),
    log=st.booleans(),
)
def test_every_curve_stays_on_its_paper(values, log):
    if not (np.abs(values) < 1e200).any():
        with pytest.raises(DataError):
            svg.curve(values, log=log)
        return
    for line in points(parse(svg.curve(values, log=log))):
        assert all(69 <= x <= 491 and 19 <= y <= 261 for x, y in line)


@pytest.mark.parametrize("nothing", [{}, [], [np.nan], [[1.0, 2.0]]])
def test_nothing_to_draw(nothing):
    with pytest.raises(DataError, match=r"curve: expected arrays \(n,\) with finite numbers"):
        svg.curve(nothing)


def test_positions_marks_and_limits():
    root = parse(
        svg.curve(
            {"loss": ([0.001, 0.01, 0.1], [3.0, 2.0, 1.0]), "val_loss": ([0.001, 0.1], [3.0, 2.0])},
            log_x=True,
            dashed=["val_loss"],
            mark=(0.01, "best"),
            limits=(0.0, 10.0),
        )
    )
    line, _other = points(root)
    assert line[1][0] - line[0][0] == pytest.approx(line[2][0] - line[1][0], abs=0.02)
    assert {"0.001", "0.1", "10", "best"} <= set(words(root))
    inks = [(p.get("stroke"), p.get("stroke-dasharray")) for p in root.iter(f"{SVG}polyline")]
    assert inks[0][0] == inks[1][0] and inks[0][1] is None and inks[1][1] is not None
    marks = [m for m in root.iter(f"{SVG}line") if m.get("x1") == m.get("x2")]
    assert float(marks[0].get("x1")) == pytest.approx(line[1][0], abs=0.02)


@pytest.mark.parametrize(
    "wrong", [object(), {"a": "words"}, {"a": ([1.0], [1.0, 2.0])}, {"a": [1j]}, None]
)
def test_what_is_no_curve(wrong):
    with pytest.raises(DataError, match="curve: expected arrays"):
        svg.curve(wrong)


def test_one_point_of_a_dashed_curve_is_a_ring():
    chart = svg.curve({"loss": [2.0], "val_loss": [1.0]}, dashed=["val_loss"])
    dots = [(c.get("fill"), c.get("stroke")) for c in parse(chart).iter(f"{SVG}circle")]
    (full, color), (hollow, ring) = dots
    assert full == color == ring and hollow == "white"
