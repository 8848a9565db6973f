"""What a report carries: never a row of the data without being asked."""

import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.files.container import packed, unpacked
from chainrule.page.report_contents import contents

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([0.0, 1.0, 1.0, 0.0])


@pytest.fixture(scope="module")
def run():
    layers = (cr.Dense(2), cr.Tanh(), cr.Dense(1))
    net = cr.Network(*layers, loss=cr.SigmoidCrossEntropy(), seed=3)
    return net.record(X, Y, epochs=10, batch_size=2, optimizer=cr.Adam(0.05), verbose=0)


def made(run, **options):
    settings = {"data": False, "budget": 1_000_000, "diagnose": False, "title": "run"} | options
    return contents(run, **settings)


def test_every_number_of_a_carried_step_is_that_of_the_run(run):
    about, arrays = made(run)
    assert [s["step"] for s in about["steps"]] == list(range(21))
    for one in about["steps"]:
        moment, begin = run.at(step=one["step"]), f"step/{one['step']}"
        np.testing.assert_array_equal(arrays[f"{begin}/theta"], moment.theta)
        if not one["update"]:
            assert moment.is_last
            continue
        after = moment.update.after
        assert one["loss"] == after.loss
        np.testing.assert_array_equal(arrays[f"{begin}/after/g"], after.g)
        np.testing.assert_array_equal(arrays[f"{begin}/after/theta"], moment.next().theta)
        for name, slot in moment.slots.items():
            np.testing.assert_array_equal(arrays[f"{begin}/slot/{name}"], slot)


def test_no_row_of_the_data_leaves_unasked(run):
    _, arrays = made(run)
    assert not [name for name in arrays if name.startswith("data/") or "/batch/" in name]


def test_rows_are_there_if_asked_for(run):
    about, arrays = made(run, data=True)
    np.testing.assert_array_equal(arrays["data/x"], X)
    np.testing.assert_array_equal(arrays["data/theta"], run.at("start").theta)
    assert about["fit"]["batch_size"] == 2 and about["rows"] == 4
    batch = run.at(step=3).batch
    np.testing.assert_array_equal(arrays["step/3/batch/x"], batch["x"])
    np.testing.assert_array_equal(arrays["step/3/row"], batch["row"])


def test_a_small_budget_keeps_the_first_and_the_last_step(run):
    net = cr.Network(cr.Dense(400), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=0)
    large = net.record(X, Y, epochs=30, batch_size=2, verbose=0)
    about, arrays = made(large, budget=60_000)
    assert sum(a.nbytes for a in arrays.values()) <= 60_000
    assert {0, 60} <= {s["step"] for s in about["steps"]} and len(about["steps"]) < 20
    with pytest.raises(cr.ParameterError, match="the weights of at least one step"):
        made(large, budget=6_000)


def test_the_file_is_read_again(run):
    about, arrays = made(run, data=True)
    read, tensors = unpacked("run.report", packed("run.report", arrays, about))
    assert read == json.loads(json.dumps(about))
    np.testing.assert_array_equal(tensors["data/x"], X)


def test_a_network_alone_gives_a_report_without_steps(run):
    about, arrays = made(run.net)
    assert about["steps"] == [{"step": 0, "epoch": 0, "update": False}]
    np.testing.assert_array_equal(arrays["step/0/theta"], run.net.theta)


def test_another_model_gives_curves_and_a_summary():
    rbm = cr.RBM(3, visible=4, seed=0)
    recorded = rbm.record(np.eye(4), epochs=3, batch_size=2, verbose=0)
    about, arrays = made(recorded)
    assert about["kind"] == "other" and about["history"] and not arrays


def test_a_diagnosis_is_added_if_asked_for(run):
    assert made(run)[0]["diagnosis"] == ""
