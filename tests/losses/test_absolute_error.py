"""What absolute_error.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.losses.rows import value

import chainrule as cr


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.AbsoluteError(), [1, -2], [0, 0], 1.5),
        (cr.AbsoluteError(outputs="sum"), [1, -2], [0, 0], 3),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)
