"""What softmax_cross_entropy.py promises beyond the contracts."""

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
        (cr.SoftmaxCrossEntropy(), [0, 0, 0, 0], 2, math.log(4)),
        (cr.SoftmaxCrossEntropy(), [1000, 0], 1, 1000),
        (cr.SoftmaxCrossEntropy(), [1000, 0], [0.5, 0.5], 500),
    ],
    ids=repr,
)
def test_a_value_by_hand(loss, p, y, expected):
    y = [y] if np.ndim(y) or isinstance(y, int) else y
    assert value(loss, p, y) == pytest.approx(expected, rel=1e-7, abs=1e-14)


@quick
@given(st.integers(1, 5), st.integers(2, 6), st.integers(0, 999))
def test_labels_and_one_hot_rows_are_the_same(n, K, seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(n, K)), rng.integers(0, K, n)
    for rate in (0.0, 0.2):
        a, b = (
            classifier(K, label_smoothing=rate).loss_and_grad(z, t)[0] for t in (y, np.eye(K)[y])
        )
        assert a == pytest.approx(b, rel=1e-12)
        smooth = (1 - rate) * np.eye(K)[y] + rate / K
        assert a == pytest.approx(classifier(K).loss_and_grad(z, smooth)[0], rel=1e-12)


@pytest.mark.parametrize(
    ("loss", "outputs", "y", "message"),
    [
        (
            cr.SoftmaxCrossEntropy(),
            10,
            [0, 10],
            "y has class 10 but the network has 10 outputs (classes 0 to 9). Make the last "
            "layer Dense(11).",
        ),
        (
            cr.SoftmaxCrossEntropy(),
            3,
            [0, -1],
            "y has class -1 but the network has 3 outputs (classes 0 to 2). Number the "
            "classes from 0.",
        ),
        (cr.SoftmaxCrossEntropy(), 3, [0, 1.5], "y: expected whole numbers as classes, got 1.5."),
        (
            cr.SoftmaxCrossEntropy(),
            3,
            [[0], [1]],
            "y: expected class numbers (N,) or rows (N, 3), got (2, 1). Write y.ravel() for "
            "class numbers.",
        ),
        (
            cr.SoftmaxCrossEntropy(),
            3,
            [[1, 1, 0], [1, 0, 0]],
            "y: expected rows that sum to 1, got 2 in row 0.",
        ),
        (
            cr.SoftmaxCrossEntropy(),
            3,
            [[2, -1, 0], [1, 0, 0]],
            "y: expected probabilities ≥ 0, got -1",
        ),
    ],
)
def test_bad_targets_are_named(loss, outputs, y, message):
    with pytest.raises(cr.DataError, match=re.escape(message)):
        network(loss, outputs).loss_and_grad(np.ones((2, outputs)), y)


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint8, np.float32, bool])
def test_class_numbers_of_any_dtype(dtype):
    z = np.array([[0.0, 1.0], [2.0, 0.0]])
    expected = classifier(2).loss_and_grad(z, [1, 0])[0]
    assert classifier(2).loss_and_grad(z, np.array([1, 0], dtype))[0] == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: cr.SoftmaxCrossEntropy(label_smoothing=1),
            r"label_smoothing must be a number from 0 to below 1",
        ),
        (lambda: cr.SoftmaxCrossEntropy(reduction="none"), r'reduction must be "mean" or "sum"'),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


def test_the_plain_equation_stays_plain():
    plain = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(2,))
    smooth = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(label_smoothing=0.1), inputs=(2,))
    assert "l = log Σₖ exp(z1) − z1[y]\n" in plain.equations()
    assert "l = log Σₖ exp(z1) − (1 − 0.1) z1[y] − 0.1 Σₖ z1 / K\n" in smooth.equations()
