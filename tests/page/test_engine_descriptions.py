"""From a description to θ, without Python: the bits of a fit by the plain native build."""

import base64

import numpy as np
import pytest
from tests.page.engine_jobs import NODE, cases, described, in_node, network, trained

import chainrule as cr
from chainrule.engines import native

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NODE, reason="this needs node"),
    pytest.mark.skipif(not native.available(), reason="the native engine was not built"),
]
CASES = cases()
HELD = {
    "dropout": cr.metrics.accuracy,
    "average": cr.metrics.r2,
    "2-8-8-1 tanh": cr.metrics.accuracy,
}


@pytest.fixture(scope="module")
def found():
    jobs = [described(name, case) for name, case in CASES.items()]
    jobs += [described(name, CASES[name], validation_fraction=0.3) for name in HELD]
    answers = in_node("engine_descriptions.mjs", jobs)
    return dict(zip([*CASES, *((name, "held") for name in HELD)], answers, strict=True))


def bits(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype).tobytes()


@pytest.mark.parametrize("name", CASES)
def test_a_description_trains_as_in_python(found, name):
    begin, (net, losses), ours = network(CASES[name]), trained(CASES[name]), found[name]
    assert bits(ours["begin"], net.dtype) == begin.theta.tobytes()
    assert bits(ours["theta"], net.dtype) == net.theta.tobytes()
    assert ours["step"] == net.run_state.step and ours["history"] == {"loss": losses}


@pytest.mark.parametrize("name", HELD)
def test_rows_that_are_held_back_are_those_of_python(found, name):
    net, losses = trained(CASES[name], validation_fraction=0.3, metrics=[HELD[name]])
    ours, history = found[name, "held"], net.run_state.history
    assert bits(ours["theta"], net.dtype) == net.theta.tobytes()
    assert ours["history"]["loss"] == losses
    assert ours["history"]["val_loss"] == list(history["val_loss"])
    metric = "r2" if name == "average" else "accuracy"
    assert np.allclose(ours["history"][f"val_{metric}"], history[f"val_{metric}"], rtol=1e-5)
