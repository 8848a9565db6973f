"""What the layer of reshape.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network, predict

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Reshape(), r"shape"),
        (lambda: cr.Reshape(2, 0), r"shape must be whole numbers ≥ 1"),
        (
            lambda: cr.Reshape((2, 2)),
            r"shape must be whole numbers ≥ 1. Write Reshape\(28, 28, 1\)",
        ),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("chain", "inputs", "message"),
    [
        (
            [cr.Reshape(8, 9)],
            (64,),
            r"^reshape1, Reshape\(8, 9\): expected input of 72 values a row, got \(N, 64\). \S",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


def test_flatten_and_reshape_undo_each_other():
    X = np.arange(24.0).reshape(2, 3, 4)
    assert np.array_equal(predict(cr.Flatten(), X), X.reshape(2, 12))
    assert np.array_equal(predict(cr.Sequential(cr.Flatten(), cr.Reshape(3, 4)), X), X)
