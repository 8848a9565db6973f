"""θ in the page is θ of Python's plain native build, bit for bit."""

import base64

import numpy as np
import pytest
from tests.page.engine_jobs import NODE, cases, in_node, job, trained

from chainrule.engines import native

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NODE, reason="this needs node"),
    pytest.mark.skipif(not native.available(), reason="the native engine was not built"),
]
CASES = cases()


@pytest.fixture(scope="module")
def found():
    answers = in_node("engine_runs.mjs", [job(name, case) for name, case in CASES.items()])
    return {(answer["name"], answer["module"]): answer for answer in answers}


def bits(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


@pytest.mark.parametrize("name", CASES)
def test_two_hundred_steps_have_the_bits_of_the_plain_build(found, name):
    net, losses = trained(CASES[name])
    ours = [answer for (case, _), answer in found.items() if case == name]
    assert len(ours) == (1 if net.dtype == np.float64 else 2)
    for answer in ours:
        assert answer["step"] == net.run_state.step >= 200
        theta = bits(answer["theta"], net.dtype)
        assert theta.tobytes() == net.theta.tobytes(), np.abs(theta - net.theta).max()
        assert answer["epochs"] == losses
