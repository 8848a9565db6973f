"""What contributions.py promises; it draws any object with numbers and names."""

from types import SimpleNamespace

import numpy as np
import pytest

from chainrule import plots

pytest.importorskip("matplotlib")

NUMBERS = np.array([0.5, -2.0, 0.0, 0.25])
ANSWER = SimpleNamespace(
    contributions=NUMBERS,
    output=1.0,
    reference_output=2.25,
    label="price",
    names=["rooms", "age", "floor", "a name that is much longer than the picture has room for"],
    cells=["3", "40", "1", "x"],
    ranked=lambda count: [1, 0, 3][:count],
    rest=lambda shown: (4 - len(shown), float(NUMBERS.sum() - NUMBERS[shown].sum())),
)


def test_bars_are_the_contributions_largest_first():
    (panel,) = plots.contributions(ANSWER).axes
    assert [bar.get_width() for bar in panel.patches] == [-2.0, 0.5, 0.25, 0.0]
    names = [words.get_text() for words in panel.get_yticklabels()]
    assert names[:2] == ["age = 40", "rooms = 3"] and names[3] == "1 other column"
    assert len(names[2]) == 40 and names[2].endswith("…")
    assert panel.get_title() == "price: 1, for the reference row 2.25"


def test_columns_without_a_name_are_one_bar():
    (panel,) = plots.contributions(ANSWER, columns=1).axes
    assert [bar.get_width() for bar in panel.patches] == [-2.0, 0.75]
    assert panel.get_yticklabels()[1].get_text() == "3 other columns"
