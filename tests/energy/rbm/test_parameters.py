"""Parameters by name, and starting weights."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.energy.rbm.parameters import put, starting, views
from chainrule.energy.rbm.units import Units


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: cr.RBM(2, visible=3, initial_weights={"W": np.ones((3, 2))}),
            cr.ShapeError,
            "Transpose it",
        ),
        (
            lambda: cr.RBM(2, visible=3, initial_weights={"w": 1}),
            cr.ParameterError,
            "expected one of W, b, c",
        ),
    ],
)
def test_settings_that_cannot_be(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_starting_weights_are_small_and_keyed():
    units = Units(20, 30)
    theta = starting(units, 3, "float64", {"b": np.arange(30.0)})
    w = units.split(theta)
    assert abs(w.W.std() - 0.01) < 0.001 and not w.c.any() and (w.b == np.arange(30)).all()
    assert (starting(units, 3, "float64", {}) == theta)[: 20 * 30].all()
    assert (starting(units, 4, "float64", {}) != theta)[: 20 * 30].all()


def test_arrays_are_put_all_or_none():
    units = Units(2, 3)
    theta = np.zeros(units.size)
    with pytest.raises(cr.ShapeError, match=r"initial_weights\['c'\]: expected shape \(2,\)"):
        put(views(units, theta), {"b": [1.0, 2.0, 3.0], "c": [1.0]})
    with pytest.raises(cr.DataError, match="finite"):
        put(views(units, theta), {"b": [1.0, 2.0, 3.0], "c": [np.nan, 1.0]})
    assert not theta.any()
