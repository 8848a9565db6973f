"""What kl_divergence.py promises beyond the contracts."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.losses.rows import classifier, network, value
from tests.strategies import quick

import chainrule as cr


@quick
@given(st.integers(1, 5), st.integers(2, 6), st.integers(0, 999))
def test_the_divergence_is_the_cross_entropy_without_the_entropy_of_y(n, K, seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(n, K)), rng.dirichlet(np.ones(K), n)
    entropy = -(y * np.log(y)).sum(axis=1).mean()
    divergence = network(cr.KLDivergence(), K).loss_and_grad(z, y)[0]
    assert divergence == pytest.approx(classifier(K).loss_and_grad(z, y)[0] - entropy)
    assert divergence >= 0


def test_the_divergence_of_its_own_prediction_is_zero():
    z = np.random.default_rng(0).normal(size=(3, 4))
    net = network(cr.KLDivergence(), 4)
    assert net.loss_and_grad(z, net.predict(z))[0] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.KLDivergence(), [0, 0], [1, 0], math.log(2)),
        (cr.KLDivergence(), [5, 5], [0.5, 0.5], 0),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "message"),
    [
        (cr.KLDivergence(), 3, [0, 1], "y: expected class numbers (N,) or rows (N, 3), got (2,)"),
    ],
)
def test_bad_targets_are_named(loss, outputs, y, message):
    with pytest.raises(cr.DataError, match=re.escape(message)):
        network(loss, outputs).loss_and_grad(np.ones((2, outputs)), y)
