"""What timeline.py promises: the numbers of a run at some of its moments."""

import numpy as np
import pytest
from tests.recording.runs import RUNS, X5, empty, failed_at_once, images, net, record, table

import chainrule as cr


@pytest.fixture(scope="module")
def run():
    return table(optimizer=cr.SGD(0.3), validation_fraction=0.2)


def test_numbers_are_those_of_the_moments(run):
    found = run.timeline(5)
    assert found.steps.tolist() == [0, 2, 4, 6, 8]
    moment = run.at(4)
    g, theta, after = moment.update.after.g, moment.theta, moment.next().theta
    assert found.losses[2] == moment.loss
    assert found.gradient_norms[2] == pytest.approx(np.linalg.norm(g), rel=1e-5)
    first = slice(0, 36)  # W1 and b1
    assert found.gradients["dense1"][2] == pytest.approx(np.linalg.norm(g[first]), rel=1e-5)
    ratio = np.linalg.norm((after - theta)[first]) / np.linalg.norm(theta[first])
    assert found.ratios["dense1"][2] == pytest.approx(ratio, rel=1e-5)
    assert list(found.epochs) == ["loss", "val_loss"]
    assert found.ends.tolist() == [3, 6, 9]


def test_dead_units_pass_no_gradient():
    network = net(cr.Dense(4), cr.ReLU(), cr.Dense(3), initial_weights={"b1": [-99, -99, 0, 0]})
    run = record(network, X5, np.arange(60) % 3)
    found = run.timeline(4)
    assert found.units == {"relu1": 4}
    assert found.dead["relu1"].tolist() == [0.5] * 4
    assert found.rows == "all 60 training rows"


CURVES = {
    "relu": (cr.ReLU(), True),
    "prelu": (cr.PReLU(), True),
    "hard sigmoid": (cr.HardSigmoid(), True),
    "softmax": (cr.Softmax(), False),
    "layer norm": (cr.LayerNorm(), False),
    "dropout": (cr.Dropout(0.5), False),
    "identity": (cr.Identity(), False),
}


@pytest.mark.parametrize("name", CURVES)
def test_activations_are_what_bends_each_number_alone(name):
    layer, counts = CURVES[name]
    run = record(net(cr.Dense(4), layer, cr.Dense(3)), X5, np.arange(60) % 3, epochs=1)
    assert bool(run.timeline(2).units) is counts


def test_a_channel_is_a_unit_and_links_are_none():
    assert images().timeline(2).units == {"relu1": 4}


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_has_one(name):
    found = RUNS[name]().timeline(3)
    assert len(found.losses) == len(found.steps) <= 3
    assert str(found).startswith("step") or "step" in str(found).split("\n")[0]
    assert "<table" in found._repr_html_()


def test_what_was_frozen_has_no_line(run):
    network = net(cr.Dense(6), cr.ReLU(), cr.Dense(3), inputs=(5,))
    network.freeze("dense1")
    found = record(network, X5, np.arange(60) % 3).timeline(3)
    assert list(found.ratios) == ["dense2"]


def test_the_update_that_failed_is_on_it():
    found = failed_at_once().timeline()
    assert found.steps.tolist() == [0]
    assert found.gradient_norms[0] > 0
    assert np.isnan(found.ratios["dense1"]).all(), "nothing moved"


def test_refusals(run):
    with pytest.raises(cr.DataError, match="a run of at least one step, got none"):
        empty().timeline()
    with pytest.raises(cr.ParameterError, match=r"timeline\(moments=...\): .* got 1"):
        run.timeline(1)
