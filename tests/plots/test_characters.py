"""Curves in plain characters: widths, ends, peaks, gaps."""

import numpy as np
import pytest

from chainrule.plots.characters import Style, chart, columns_of, run_curves, wrapped

ASCII, DOTS, INKS = Style(braille=False), Style(), Style(color=True)
LOSS = 2 * np.exp(-np.arange(40) / 8) + 0.1
RUN = {"loss": LOSS, "val_loss": LOSS + 0.2, "accuracy": 1 - LOSS / 3}
RUN["val_accuracy"] = RUN["accuracy"] - 0.1


def test_a_small_chart_number_by_number():
    lines = chart({"loss": [4.0, 3.0, 2.0, 1.0]}, width=18, rows=3, style=ASCII)
    assert [line.rstrip() for line in lines] == [
        "  * loss 1",
        "4 |****",
        "  |    *******",
        "1 |           ****",
        "  +---------------",
        "   1    epoch    4",
    ]


@pytest.mark.parametrize("width", [30, 50, 72, 79, 120])
@pytest.mark.parametrize("rows", [5, 6, 13, 26])
@pytest.mark.parametrize("style", [ASCII, DOTS, INKS])
def test_nothing_is_wider_or_longer_than_there_is_room(width, rows, style):
    lines = run_curves(RUN, width=width, rows=rows, style=style)
    assert len(lines) <= rows and all(columns_of(line) <= width for line in lines)
    assert bool(lines) == (rows >= 6)
    if style is ASCII:
        assert all(line.isascii() for line in lines)


def test_losses_and_metrics_are_beside_each_other_if_there_is_room():
    wide = run_curves(RUN, width=79, rows=13, style=DOTS)
    assert "val_loss 0.3153" in wide[0] and "accuracy 0.9616   ╌╌ val 0.8616" in wide[0]
    narrow = run_curves(RUN, width=50, rows=26, style=DOTS)
    assert "accuracy" not in narrow[0] and any("accuracy" in line for line in narrow[1:])
    low = run_curves(RUN, width=50, rows=9, style=DOTS)
    assert not any("accuracy" in line for line in low)


def test_losses_that_fall_far_have_a_logarithmic_axis():
    lines = run_curves({"loss": [100.0, 10.0, 1.0]}, width=40, rows=8, style=ASCII)
    labels = [line.split("|")[0].strip() for line in lines if "|" in line]
    assert [label for label in labels if label] == ["100", "10", "1"]


def test_an_accuracy_has_an_axis_from_0_to_1():
    lines = run_curves({"accuracy": [0.5, 0.6]}, width=40, rows=8, style=ASCII)
    labels = [line.split("|")[0].strip() for line in lines if "|" in line]
    assert [label for label in labels if label] == ["1", "0.5", "0"]


def test_a_peak_among_many_epochs_is_seen():
    values = np.ones(5000)
    values[1234] = 9.0
    lines = run_curves({"loss": values}, width=60, rows=8, style=ASCII)
    assert lines[1].count("*") == 1 and lines[1].startswith("9 |")


def test_gaps_constant_curves_and_nothing():
    gap = chart({"a": [1.0, np.nan, np.inf, 2.0]}, width=30, rows=3, style=ASCII)
    assert sum(line.count("*") for line in gap[1:4]) == 2
    flat = chart({"a": [1.0, 1.0]}, width=30, rows=3, style=ASCII)
    assert "***" in flat[2] and flat[2].startswith("1 |")
    assert run_curves({"loss": [np.nan]}, width=60, rows=10, style=ASCII) == []
    assert run_curves({}, width=60, rows=10, style=ASCII) == []
    one = run_curves({"loss": [3.0]}, width=60, rows=10, style=DOTS)
    assert any("\u2800" < c <= "\u28ff" for line in one for c in line)


def test_curves_of_validation_are_dashed():
    both = {"loss": np.ones(30), "val_loss": np.full(30, 2.0)}
    lines = chart(both, width=30, rows=3, style=DOTS)
    assert lines[1].count(" ") > lines[3].count(" ")
    assert "o" in chart(both, width=30, rows=3, style=ASCII)[1]


def test_sentences_are_broken_between_words():
    lines = wrapped("one two three four five six", 16)
    assert lines == ["one two three", "  four five six"]
