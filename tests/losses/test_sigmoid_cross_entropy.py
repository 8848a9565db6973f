"""What sigmoid_cross_entropy.py promises beyond the contracts."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.losses.rows import classifier, network, value
from tests.strategies import quick

import chainrule as cr


@pytest.mark.parametrize(
    ("loss", "p", "y", "expected"),
    [
        (cr.SigmoidCrossEntropy(), [0], [1], math.log(2)),
        (cr.SigmoidCrossEntropy(), [40], [1], math.exp(-40)),
        (cr.SigmoidCrossEntropy(), [-40], [0], math.exp(-40)),
        (cr.SigmoidCrossEntropy(), [1000], [0], 1000),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


@quick
@given(st.lists(st.floats(-30, 30), min_size=1, max_size=5), st.integers(0, 999))
def test_two_classes_by_softmax_are_one_by_sigmoid(scores, seed):
    z = np.array(scores)[:, None]
    y = np.random.default_rng(seed).integers(0, 2, len(z))
    two = classifier(2).loss_and_grad(np.hstack([np.zeros_like(z), z]), y)[0]
    assert network(cr.SigmoidCrossEntropy()).loss_and_grad(z, y)[0] == pytest.approx(
        two, rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "message"),
    [
        (
            cr.SigmoidCrossEntropy(),
            1,
            [-1, 1],
            "y: expected targets between 0 and 1, got -1. Write (y + 1) / 2.",
        ),
        (
            cr.SigmoidCrossEntropy(),
            1,
            [0, 2],
            "y: expected targets between 0 and 1, got 2. Several classes need SoftmaxCrossEntropy.",
        ),
    ],
)
def test_bad_targets_are_named(loss, outputs, y, message):
    with pytest.raises(cr.DataError, match=re.escape(message)):
        network(loss, outputs).loss_and_grad(np.ones((2, outputs)), y)
