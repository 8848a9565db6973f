"""What quantile.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.losses.rows import network, value

import chainrule as cr


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.Quantile(q=0.9), [0], [10], 9),
        (cr.Quantile(q=0.9), [10], [0], 1),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


@pytest.mark.parametrize("q", [0.25, 0.5, 0.9])
def test_the_best_constant_is_the_quantile(q):
    y = np.random.default_rng(1).gamma(2.0, size=41)
    grid = np.sort(y)
    costs = [network(cr.Quantile(q=q)).loss_and_grad(np.full((41, 1), c), y)[0] for c in grid]
    assert grid[np.argmin(costs)] == pytest.approx(np.quantile(y, q, method="inverted_cdf"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Quantile(q=1), r"q must be a number between 0 and 1"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


def test_the_median_costs_half_the_absolute_error():
    assert value(cr.Quantile(q=0.5), [3], [1]) == value(cr.AbsoluteError(), [3], [1]) / 2
