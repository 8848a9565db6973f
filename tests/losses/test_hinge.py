"""What hinge.py promises beyond the contracts."""

import re

import numpy as np
import pytest
from tests.losses.rows import network, value

import chainrule as cr


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.Hinge(), [0.25], [1], 0.75),
        (cr.Hinge(), [2], [1], 0),
        (cr.Hinge(), [2], [-1], 3),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "message"),
    [
        (cr.Hinge(), 1, [0, 1], "y: expected targets -1 and +1, got 0. Write 2 * y - 1."),
        (
            cr.Hinge(),
            1,
            [2, 1],
            "y: expected targets -1 and +1, got 2. Hinge losses have two classes.",
        ),
    ],
)
def test_bad_targets_are_named(loss, outputs, y, message):
    with pytest.raises(cr.DataError, match=re.escape(message)):
        network(loss, outputs).loss_and_grad(np.ones((2, outputs)), y)
