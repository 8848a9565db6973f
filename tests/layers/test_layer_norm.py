"""What the layer of layer_norm.py promises beyond the contracts."""

import numpy as np
import pytest
from tests.layers.networks import network, predict

import chainrule as cr


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cr.LayerNorm(eps=-1), r"eps must be a number > 0"),
        (lambda: cr.LayerNorm(trainable=1), r"trainable must be True or False"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(cr.ParameterError, match=message):
        make()


@pytest.mark.parametrize(
    ("chain", "inputs", "message"),
    [
        ([cr.LayerNorm()], (), r"layer_norm1, .*expected input of shape \(N, D\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(chain, inputs, message):
    with pytest.raises(cr.ShapeError, match=message):
        network(*chain, inputs=inputs)


def test_layer_norm_sees_one_row_only():
    X = np.random.default_rng(4).normal(5, 2, size=(3, 2, 8))
    u = predict(cr.LayerNorm(eps=1e-12), X)
    assert u.mean(axis=-1) == pytest.approx(np.zeros((3, 2)), abs=1e-12)
    assert u.var(axis=-1) == pytest.approx(np.ones((3, 2)))
