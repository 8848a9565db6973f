"""What histograms.py promises."""

import numpy as np
import pytest

from chainrule import plots
from chainrule.errors import DataError

pytest.importorskip("matplotlib")


def test_histograms_count_every_number_and_tell_of_the_others():
    axes = plots.activations({"a": [np.nan, np.inf, 1.0, 2.0, 3.0], "none": [np.nan]}).axes
    assert sum(bar.get_height() for bar in axes[0].patches) == 3
    assert axes[0].get_title() == "a\nmean 2, sd 0.82, 2 not finite"
    assert axes[1].get_title() == "none\n1 not finite"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: plots.activations({}),
            DataError,
            "expected arrays with numbers in them, got none",
        ),
        (lambda: plots.weight_histograms({"W": []}), DataError, "got an empty one"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
