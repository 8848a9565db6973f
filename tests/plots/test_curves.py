"""What curves.py promises."""

import numpy as np
import pytest

from chainrule import plots
from chainrule.errors import DataError

pytest.importorskip("matplotlib")


def test_the_loss_axis_is_logarithmic_where_it_can_be():
    assert plots.loss_curves([1.0, 0.1]).axes[0].get_yscale() == "log"
    assert plots.loss_curves([1.0, 0.1], log=False).axes[0].get_yscale() == "linear"
    assert plots.loss_curves([1.0, 0.0]).axes[0].get_yscale() == "linear"
    assert plots.loss_curves([1.0, np.nan, 0.1]).axes[0].get_yscale() == "log"


def test_lines_hold_the_numbers_they_were_given():
    axes = plots.lines({"a": [5, 4, 3], "b": ([10, 20], [1, 2])}).axes[0]
    first, second = axes.get_lines()
    assert first.get_xydata().tolist() == [[1, 5], [2, 4], [3, 3]]
    assert second.get_xydata().tolist() == [[10, 1], [20, 2]]
    assert [words.get_text() for words in axes.get_legend().get_texts()] == ["a", "b"]
    assert plots.loss_curves([2.0, 1.0]).axes[0].get_legend() is None


def test_every_line_of_many_looks_different():
    lines = plots.lines({str(k): [0, k] for k in range(21)}).axes[0].get_lines()
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 21


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plots.lines({}), DataError, "lines: expected at least one curve, got none"),
        (
            lambda: plots.lines({"a": []}),
            DataError,
            "the curve 'a': expected positions and heights",
        ),
        (lambda: plots.lines({"a": ([1, 2], [1, 2, 3])}), DataError, r"got \(2,\) and \(3,\)"),
        (lambda: plots.activation_curves({}), DataError, "expected at least one function"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
