"""Contributions of many rows at once, compared with those of one row after the other."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.inspect.explaining_rows import contributions_of_rows


@pytest.mark.parametrize("activation", [cr.SiLU(), cr.Tanh(), cr.ReLU()])
def test_they_are_those_of_each_row_alone(activation):
    net = cr.Network(
        cr.Concatenate(cr.Columns(0, 2), cr.Sequential(cr.Columns(2, 4), cr.Dense(3, bias=False))),
        cr.Dense(6),
        activation,
        cr.Dense(3),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(4,),
        seed=1,
    )
    rng = np.random.default_rng(0)
    rows, start = rng.normal(size=(30, 4)) * 3, rng.normal(size=4)
    units = rng.integers(0, 3, 30)
    found, answers, starts = contributions_of_rows(net, rows, start, units)
    for k in range(30):
        why = cr.inspect.explain(net, rows[k], start, int(units[k]))
        np.testing.assert_allclose(found[k], why.contributions, rtol=1e-5, atol=2e-6)
        assert answers[k] == pytest.approx(why.output, rel=1e-12)
        assert starts[k] == pytest.approx(why.reference_output, rel=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), answers - starts, atol=2e-6)


def test_the_rules_are_exact_for_polynomials():
    from chainrule.inspect.explaining_rows import _Lines

    net = cr.Network(cr.Dense(1), loss=cr.SquaredError(), inputs=(2,), seed=0)
    lines = _Lines(net, np.zeros(2))
    t = lines.places[1:-1]
    for power in range(23):
        assert (lines.fine * t**power).sum() == pytest.approx(1 / (power + 1), rel=1e-13)
    for power in range(13):
        assert (lines.coarse * t**power).sum() == pytest.approx(1 / (power + 1), rel=1e-13)


def test_a_row_that_is_the_reference_moves_nothing():
    net = cr.Network(cr.Dense(2), cr.SiLU(), cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    found, answers, starts = contributions_of_rows(
        net, np.ones((1, 2)), np.ones(2), np.zeros(1, int)
    )
    assert not found.any() and answers[0] == starts[0]
