"""Recall and contrastive divergence in the page have Python's bits."""

import base64
from unittest import mock

import numpy as np
import pytest
from tests.page.engine_jobs import NODE, in_node, json_of

import chainrule as cr
from chainrule.energy.hopfield.asynchronous import settle
from chainrule.energy.hopfield.couplings import Couplings
from chainrule.engines import native

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NODE, reason="this needs node"),
    pytest.mark.skipif(not native.available(), reason="the native engine was not built"),
]
RNG = np.random.default_rng(4)
N = 30
PATTERNS = RNG.choice([-1.0, 1.0], (4, N))
HEBB = (PATTERNS.T @ PATTERNS) / N * (1 - np.eye(N))
FREE = RNG.normal(size=(N, N))
RECALLS = {
    "whole": (HEBB, np.zeros(N), N, {}),
    "whole with thresholds": (HEBB, RNG.normal(size=N) * 0.1, N, {"seed": 9}),
    "doubles, not symmetric": (FREE, RNG.normal(size=N), 0, {"sweeps": 13, "seed": 2**32 - 1}),
    "fixed order": ((FREE + FREE.T) * (1 - np.eye(N)), np.zeros(N), 0, {"order": "fixed"}),
}
STATES = RNG.choice([-1.0, 1.0], (7, N))
PIXELS = (RNG.random((50, 12)) > 0.5).astype(np.float32)
MACHINES = {
    "CD": ({"k": 2}, cr.energy.CD(k=2), cr.SGD(lr=0.1), 16, "float32"),
    "PCD": (
        {"sampler": "PCD", "chains": 10},
        *(cr.energy.PCD(chains=10), cr.Momentum(lr=0.05), 16, "float32"),
    ),
    "whole set, schedule": (
        {"sampler": "PCD", "epochs": 12},
        *(cr.energy.PCD(), cr.Adam(lr=cr.ExponentialDecay(0.1, steps=5, factor=0.5))),
        *(None, "float64"),
    ),
}


@pytest.fixture(scope="module")
def found():
    recalls = [
        {
            "kind": "hopfield",
            "given": {
                "units": N,
                "weights": W.ravel().tolist(),
                "thresholds": theta.tolist(),
                "scale": scale,
                "states": STATES[:rows].ravel().tolist(),
                **more,
                "record": rows == 1,
            },
        }
        for W, theta, scale, more in RECALLS.values()
        for rows in (1, 7)
    ]
    machines = [
        {
            "kind": "machine",
            "epochs": 12,
            "given": {
                "visible": 12,
                "hidden": 9,
                "n": 50,
                "x": PIXELS.ravel().tolist(),
                "theta": machine(name).theta.tolist(),
                "options": {
                    **more,
                    "optimizer": json_of(rule),
                    "batch_size": batch,
                    "seed": 5,
                    "dtype": dtype,
                },
            },
        }
        for name, (more, _, rule, batch, dtype) in MACHINES.items()
    ]
    answers = in_node("engine_energy.mjs", recalls + machines)
    names = [(name, rows) for name in RECALLS for rows in (1, 7)] + list(MACHINES)
    return dict(zip(names, answers, strict=True))


def machine(name):
    dtype = MACHINES[name][-1]
    return cr.RBM(9, visible=12, seed=5, dtype=dtype, engine="native")


@pytest.mark.parametrize("rows", [1, 7])
@pytest.mark.parametrize("name", RECALLS)
def test_recall(found, name, rows):
    W, theta, scale, more = RECALLS[name]
    ours = found[name, rows]
    python = settle(Couplings(W, theta, scale), STATES[:rows], record=rows == 1, **more)
    assert ours["states"] == python.signs.ravel().tolist()
    assert ours["settled"] == python.settled.astype(int).tolist()
    assert ours["sweeps"] == python.sweeps.tolist() and ours["flips"] == python.flips.tolist()


@pytest.mark.parametrize("name", MACHINES)
def test_machines(found, name):
    _, sampler, rule, batch, dtype = MACHINES[name]
    rbm = machine(name)
    with mock.patch.object(native, "instruction_sets", lambda: ["plain"]):
        rbm.fit(PIXELS, epochs=12, batch_size=batch, optimizer=rule, sampler=sampler, verbose=0)
    ours = found[name]
    assert ours["step"] == rbm.run_state.step == ours["errors"]
    theta = np.frombuffer(base64.b64decode(ours["theta"]), dtype)
    assert theta.tobytes() == rbm.theta.tobytes(), np.abs(theta - rbm.theta).max()
    if "h" in rbm.run_state.carry:
        chains = np.frombuffer(base64.b64decode(ours["chains"]), dtype)
        assert chains.tobytes() == rbm.run_state.carry["h"].tobytes()
