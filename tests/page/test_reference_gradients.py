"""Gradients of any value in the page against cr.vjp and cr.inspect.saliency."""

import base64

import numpy as np
import pytest
from tests.page.update_cases import packed, unpacked

import chainrule as cr

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def net():
    layers = (cr.Conv2D(3, kernel=3), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten(), cr.Dense(4))
    loss = cr.SoftmaxCrossEntropy()
    return cr.Network(*layers, loss=loss, inputs=(8, 8, 1), dtype="float64", seed=2)


def asked(node, net, inputs, seeds, wrt):
    """Return gradients as the page computes them."""
    question = {
        "bytes": base64.b64encode(cr.to_bytes(net.programs.predict)).decode(),
        "theta": packed(net.theta),
        "inputs": {name: packed(a) for name, a in inputs.items()},
        "seeds": {name: packed(a) for name, a in seeds.items()},
        "wrt": wrt,
    }
    (answer,) = node("update_stages.mjs", {"gradients": [question]})["gradients"]
    return {name: unpacked(a) for name, a in answer.items()}


def test_gradients_of_any_value_are_those_of_vjp(node, net):
    rng = np.random.default_rng(0)
    x, seed = rng.normal(size=(3, 8, 8, 1)), rng.normal(size=(3, 4))
    wrt = ["x", "a1", "W1", "b2"]
    found = asked(node, net, {"x": x}, {"z2": seed}, wrt)
    expected = cr.vjp(net.programs.predict, net.theta, {"x": x}, seeds={"z2": seed}, wrt=tuple(wrt))
    for name in wrt:
        np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-12)


def test_the_slope_of_a_score_is_the_saliency(node, net):
    x = np.random.default_rng(1).normal(size=(2, 8, 8, 1))
    seed = np.zeros((2, 4))
    seed[:, 1] = 1
    found = asked(node, net, {"x": x}, {"z2": seed}, ["x"])
    np.testing.assert_allclose(found["x"], cr.inspect.saliency(net, x, label=1), atol=1e-12)
