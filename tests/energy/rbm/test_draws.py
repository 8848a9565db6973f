"""Uniform numbers: C against NumPy, and numbers that are given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.naive_rbm import batch, machine, some_rows

import chainrule as cr
from chainrule.energy.native import uniforms
from chainrule.energy.rbm.estimate import Estimate
from chainrule.energy.rbm.samplers import PCD
from chainrule.engines import native


@pytest.mark.skipif(not native.available(), reason="the native engine was not built")
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 9),
    st.integers(1, 5),
    st.integers(1, 9),
)
def test_uniform_numbers_in_c_are_those_of_random(seed, step, row, rows, columns):
    expected = cr.random.uniform(
        (seed, step), cr.random.SAMPLE, 77, np.arange(row, row + rows), columns
    )
    assert (uniforms((seed, step), 77, row, rows, columns) == expected).all()


def test_given_uniform_numbers_are_used_in_their_order():
    rbm, u = machine(), np.random.default_rng(0).random(2 * (3 + 4))
    rows = some_rows(rbm, 2)
    for engine in ("reference", "native") if native.available() else ("reference",):
        estimate = Estimate(rbm.units, PCD(), engine=engine)
        carry = PCD().start(rbm.units, 2, np.float64)
        _, _, chains = estimate(rbm.theta, {**batch(rows), "u": u}, (0, 0), carry)
        w = rbm.weights
        v = (u[:6].reshape(2, 3) < 1 / (1 + np.exp(-w.b))).astype(float)
        h = u[6:].reshape(2, 4) < 1 / (1 + np.exp(-(v @ w.W.T + w.c)))
        assert (chains["h"] == h).all()
        with pytest.raises(
            cr.ShapeError, match=r"u: expected at least \d+ uniform numbers, got 13"
        ):
            estimate(rbm.theta, {**batch(rows), "u": u[:13]}, (0, 0), carry)
