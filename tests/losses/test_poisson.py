"""What poisson.py promises beyond the contracts."""

import math
import re

import numpy as np
import pytest
from tests.losses.rows import network, value

import chainrule as cr


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.Poisson(), [math.log(3)], [3], 3 - 3 * math.log(3)),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "message"),
    [
        (cr.Poisson(), 1, [1, -2], "y: expected counts ≥ 0, got -2"),
    ],
)
def test_bad_targets_are_named(loss, outputs, y, message):
    with pytest.raises(cr.DataError, match=re.escape(message)):
        network(loss, outputs).loss_and_grad(np.ones((2, outputs)), y)
