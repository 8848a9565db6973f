"""The numbers of the articles, from golden/seeds.json: the networks must give them to 1e-10."""

import json
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "seeds.json").read_text())


def neuron(w0):
    return cr.Network(
        cr.Dense(1, bias=False),
        cr.Sigmoid(),
        loss=cr.SquaredError(half=True, reduction="sum"),
        dtype="float64",
        initial_weights={"W1": np.reshape(w0, (3, 1))},
    )


@pytest.mark.parametrize("steps", GOLDEN["single_neuron"]["by_iterations"])
def test_the_single_neuron(steps):
    facts = GOLDEN["single_neuron"]
    net = neuron(facts["w0"])
    net.fit(
        facts["X"],
        facts["y"],
        optimizer=cr.SGD(lr=1.0),
        epochs=int(steps),
        batch_size=None,
        verbose=0,
    )
    expected = facts["by_iterations"][steps]
    np.testing.assert_allclose(net.parameters["W1"].ravel(), expected["w"], atol=1e-10)
    for bits, output in expected["pred"].items():
        assert net.predict([[float(b) for b in bits]])[0, 0] == pytest.approx(output, abs=1e-10)


def test_the_starting_weights_come_from_the_legacy_stream():
    w0 = 2 * np.random.RandomState(GOLDEN["single_neuron"]["init_numpy_seed"]).random_sample(3) - 1
    np.testing.assert_array_equal(w0, GOLDEN["single_neuron"]["w0"])


@pytest.mark.parametrize("seed", GOLDEN["loy_two_layer"]["by_seed"])
def test_the_two_layer_network(seed):
    facts = GOLDEN["loy_two_layer"]
    run = facts["by_seed"][seed]
    net = cr.Network(
        cr.Dense(4, bias=False),
        cr.Sigmoid(),
        cr.Dense(1, bias=False),
        cr.Sigmoid(),
        loss=cr.SquaredError(reduction="sum"),
        dtype="float64",
        initial_weights={"W1": run["W1_0"], "dense2/W": np.reshape(run["W2_0"], (4, 1))},
    )
    options = {"optimizer": cr.SGD(lr=1.0), "batch_size": None, "verbose": 0}
    history = net.fit(facts["X"], facts["y"], epochs=facts["iterations"] - 1, **options)
    np.testing.assert_allclose(
        net.predict(facts["X"]).ravel(), run["output_of_last_forward"], atol=1e-10
    )
    last = net.fit(facts["X"], facts["y"], epochs=1, **options)
    np.testing.assert_allclose(
        net.predict(facts["X"]).ravel(), run["output_after_last_update"], atol=1e-10
    )
    np.testing.assert_allclose(net.parameters["W1"], run["W1"], atol=1e-10)
    losses = np.concatenate([history.loss, last.loss])
    for i, sse in run["sse_at"].items():
        assert losses[int(i)] == pytest.approx(sse, abs=1e-10)
    assert (np.diff(losses) <= 0).all()
