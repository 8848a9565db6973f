"""What the layer of dense.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network

import chainrule as cr
from chainrule.layers.dense import affine


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.Dense(0), r"Dense\(units=0\): units must be a whole number ≥ 1"),
        (lambda: cr.Dense(2.5), r"units must be a whole number"),
        (lambda: cr.Dense(2, bias="no"), r"bias must be True or False"),
        (
            lambda: cr.Dense(2, activation="relu"),
            r"there is no setting 'activation'. Here it is called a layer of its own",
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
            [cr.Dense(10)],
            (28, 28),
            r"^dense1, Dense\(10\): expected input of shape \(N, D\), got \(N, 28, 28\). Put "
            r"Flatten\(\) before it.$",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


def test_an_op_computes_with_arrays():
    x, W, b = np.ones((2, 3)), np.ones((3, 1)), np.ones(1)
    assert affine(x, W, b).tolist() == [[4.0], [4.0]]
