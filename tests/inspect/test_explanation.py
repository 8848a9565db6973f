"""An explanation: its numbers, its text and its picture."""

from dataclasses import replace

import numpy as np
import pytest

from chainrule.inspect import Explanation

WHY = Explanation(
    np.array([0.5, -0.25, 0.0, 0.125]),
    0.9,
    0.525,
    "P(yes)",
    ["age", "town", "id", "pets"],
    ["40", "Rome", "7", "2"],
    ["30", "Rome", "7", "1"],
)


def test_the_text_is_a_bar_chart():
    assert str(WHY).splitlines() == [
        "P(yes) = 0.9; for the reference row 0.525",
        "  age = 40 (not 30)    +0.5  ++++++++++++++++++++++++",
        "  town = Rome         -0.25  ------------",
        "  pets = 2 (not 1)   +0.125  ++++++",
        "  1 other column         +0",
        "  together           +0.375",
    ]
    assert "  3 other columns    -0.125  ------" in WHY.text(1).splitlines()
    assert WHY.remainder == pytest.approx(0) and WHY.ranked(2) == [0, 1]


def test_the_picture_shows_the_same(tmp_path):
    pytest.importorskip("matplotlib")
    figure = WHY.plot(tmp_path / "why.png")
    (axes,) = figure.axes
    assert [t.get_text() for t in axes.get_yticklabels()] == [
        "age = 40",
        "town = Rome",
        "pets = 2",
        "1 other column",
    ]
    assert [bar.get_width() for bar in axes.patches] == [0.5, -0.25, 0.125, 0.0]
    assert axes.get_title() == "P(yes): 0.9, for the reference row 0.525"
    assert (tmp_path / "why.png").stat().st_size > 5000


def test_what_is_not_shown_is_added_up():
    assert WHY.difference == pytest.approx(0.375)
    assert WHY.ranked() == [0, 1, 3]  # a column that contributes nothing has no rank
    count, others = WHY.rest([0])
    assert count == 3 and others == pytest.approx(-0.125)


def test_the_remainder_is_what_the_contributions_leave():
    part = replace(WHY, contributions=np.array([0.5, 0.0, 0.0, 0.0]))
    assert part.remainder == pytest.approx(-0.125)


def test_long_words_are_cut():
    why = replace(WHY, names=["a" * 40, "town", "id", "pets"])
    assert f"  {'a' * 27}… = 40 (not 30)" in why.text()


def test_without_any_contribution_there_is_no_bar():
    why = replace(WHY, contributions=np.zeros(4), output=0.525)
    assert why.text().splitlines()[1:] == ["  4 other columns  +0", "  together         +0"]
