"""What squared_error.py promises beyond the contracts."""

import re

import numpy as np
import pytest
from tests.losses.rows import network, value

import chainrule as cr


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.SquaredError(), [1, 2], [0, 0], 2.5),
        (cr.SquaredError(outputs="sum"), [1, 2], [0, 0], 5),
        (cr.SquaredError(half=True), [3], [1], 2),
        (cr.SquaredError(half=True, outputs="sum"), [1, 2], [0, 0], 2.5),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "message"),
    [
        (
            cr.SquaredError(),
            3,
            [0, 1],
            "y: expected targets of shape (N, 3), got (2,). Each output unit needs one "
            "target. Class numbers need",
        ),
        (
            cr.SquaredError(),
            3,
            np.ones((2, 4)),
            "y: expected targets of shape (N, 3), got (2, 4). Each output unit needs one target.",
        ),
    ],
)
def test_bad_targets_are_named(loss, outputs, y, message):
    with pytest.raises(cr.DataError, match=re.escape(message)):
        network(loss, outputs).loss_and_grad(np.ones((2, outputs)), y)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.SquaredError(outputs="max"), r'outputs must be "mean" or "sum"'),
        (lambda: cr.SquaredError(half=1), r"half must be True or False"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()
