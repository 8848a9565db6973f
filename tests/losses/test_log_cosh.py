"""What log_cosh.py promises beyond the contracts."""

import math

import numpy as np
import pytest
from tests.losses.rows import value

import chainrule as cr


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.LogCosh(), [1e-4], [0], 5e-9),
        (cr.LogCosh(), [-1000], [0], 1000 - math.log(2)),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)
