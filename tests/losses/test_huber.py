"""What huber.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.losses.rows import value

import chainrule as cr


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.Huber(), [0.5], [0], 0.125),
        (cr.Huber(), [3], [0], 2.5),
        (cr.Huber(delta=2), [-3], [0], 4),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


def test_huber_and_log_cosh_lie_between_square_and_absolute():
    d = np.linspace(-5, 5, 41)[:, None]
    rows = {loss: [value(loss, [v], [0]) for v in d.ravel()] for loss in (cr.Huber(), cr.LogCosh())}
    square, absolute = d.ravel() ** 2 / 2, np.abs(d.ravel())
    for each in rows.values():
        assert (np.array(each) <= square + 1e-12).all() and (
            np.array(each) <= absolute + 1e-12
        ).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cr.Huber(delta=0),
            r"Huber\(delta=0\): delta must be a number > 0. The usual value is 1.0",
        ),
        (lambda: cr.Huber(1.0), r"every setting is given by name"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()
