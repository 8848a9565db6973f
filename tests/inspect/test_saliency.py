"""Saliency is the slope of one score, against central differences pixel by pixel."""

import numpy as np
import pytest
from tests.inspect.images import X, network, slopes

import chainrule as cr
from chainrule import inspect as see
from chainrule.ops.sigmoid import sigmoid
from chainrule.ops.softmax import softmax


class Sharp(cr.Loss):
    """Its link has three steps."""

    def __call__(self, z, y):
        return cr.SquaredError()(z, y)

    def link(self, z):
        return softmax(sigmoid(z) + z)


@pytest.mark.parametrize(
    "loss",
    [
        cr.SoftmaxCrossEntropy(),
        cr.KLDivergence(),
        cr.SigmoidCrossEntropy(),
        cr.SquaredError(),
        cr.Hinge(),
        Sharp(),
    ],
    ids=repr,
)
def test_saliency_is_the_slope_of_the_value_before_the_link(loss):
    net = network(loss=loss)
    for label in (0, 3):
        found = see.saliency(net, X[:2], label)
        for n in range(2):
            score = lambda x, label=label: net.activations(x)["z3"][:, label]
            assert found[n] == pytest.approx(slopes(score, X[n]), abs=1e-8)


@pytest.mark.parametrize(
    "loss", [cr.SigmoidCrossEntropy(), cr.Hinge(), cr.SquaredHinge()], ids=repr
)
def test_one_output_tells_two_classes_apart(loss):
    net = network(cr.Flatten(), cr.Dense(1), loss=loss)
    one = see.saliency(net, X, 1)
    assert one[0] == pytest.approx(slopes(lambda x: net.activations(x)["z3"][:, 0], X[0]), abs=1e-8)
    assert np.array_equal(see.saliency(net, X, 0), -one)
    says = net.activations(X)["z3"][:, 0] > 0
    assert np.array_equal(see.saliency(net, X), np.where(says[:, None, None, None], one, -one))
    fall = see.occlusion(net, X, 1, patch=(3, 2))
    assert see.occlusion(net, X, 0, patch=(3, 2)) == pytest.approx(-fall, abs=1e-12)


def test_one_output_without_classes_is_a_score():
    net = network(cr.Flatten(), cr.Dense(1), loss=cr.SquaredError())
    assert np.array_equal(see.saliency(net, X), see.saliency(net, X, 0))
    with pytest.raises(cr.ParameterError, match="saliency: expected a label from 0 to 0, got 1"):
        see.saliency(net, X, 1)


def test_rows_of_any_shape_have_a_saliency():
    net = cr.Network(cr.Dense(3), loss=cr.SoftmaxCrossEntropy(), inputs=(4,))
    assert see.saliency(net, np.ones(4), 2) == pytest.approx(net.parameters["W1"][:, 2])
