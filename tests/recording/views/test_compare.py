"""What compare.py promises: the first step that differs, losses, distances by layer."""

import numpy as np
import pytest
from tests.recording.runs import X5, curve, empty, failed, machine, net, record, table

import chainrule as cr


@pytest.fixture(scope="module")
def run():
    return table(epochs=10)


@pytest.mark.parametrize("at", [0, 1, 17, 38, 39])
def test_a_branch_differs_from_the_step_after_its_begin(run, at):
    found = cr.compare(run, run.branch(at=at, optimizer=cr.Adam(0.1)), moments=5)
    (apart,) = found.apart.values()
    assert apart.step == at + 1
    assert f"different from step {at + 1} on." in found.sentences()[0]
    before = apart.steps <= at
    for layer, far in apart.distances.items():
        assert not far[before].any() and far[~before].all(), layer


def test_an_edit_differs_where_the_branch_begins(run):
    found = cr.compare(run, run.branch(at=8, edit={"b2": 1.0}))
    assert next(iter(found.apart.values())).step == 8


def test_distances_are_relative_to_the_first_run(run):
    other = run.branch(at=8, optimizer=cr.SGD(0.5))
    found = cr.compare(run, other)
    apart = found.apart["branch at 8"]
    k = apart.steps.tolist().index(40)
    a, b = run.at(40).theta[:36], other.at(40).theta[:36]
    far = np.linalg.norm(a - b) / np.linalg.norm(a)
    assert apart.distances["dense1"][k] == pytest.approx(far, rel=1e-5)


def test_equal_runs_are_equal(run):
    assert "the last one of both" in cr.compare(run, run.branch(at=20)).sentences()[0]
    assert "up to step 8, the last one" in cr.compare(run, table(epochs=2)).sentences()[0]


def test_independent_runs_and_names(run):
    found = cr.compare(run, table(epochs=10, optimizer=cr.SGD(0.1)))
    assert list(found.runs) == ["run 1", "run 2"]
    assert found.sentences() == [
        "run 2: begins with the weights of run 1 at step 0, different from step 1 on."
    ]
    assert found.settings == {"optimizer": ("Adam()", "SGD(lr=0.1)")}
    a, b = run.branch(at=8), run.branch(at=8, seed=9)
    assert list(cr.compare(run, a, b).runs) == ["run", "branch at 8", "branch at 8 (2)"]
    assert list(cr.compare(slow=run, fast=a).runs) == ["slow", "fast"]


def test_another_start_differs_from_the_start(run):
    layers = cr.Dense(6), cr.ReLU(), cr.Dense(3)
    other = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), seed=7)
    other = record(other, X5, np.zeros(60, int))
    found = cr.compare(run, other)
    assert found.sentences() == ["run 2: different from run 1 from the start, step 0."]
    assert found.settings["rows"] == ("60", "60 others")


def test_other_networks_are_compared_by_their_losses(run):
    for other in (curve(), machine()):
        found = cr.compare(run, other)
        assert found.sentences() == [
            "run 2: has other parameters than run 1, so only losses are compared."
        ]
        assert "loss, last epoch" in str(found)


def test_runs_without_a_common_step():
    network = net(cr.Dense(3))
    first = record(network, X5, np.zeros(60, int), epochs=1)
    second = record(network, X5, np.zeros(60, int), epochs=1)
    third = record(network, X5, np.zeros(60, int), epochs=1)
    assert cr.compare(first, third).sentences() == [
        "run 2: has no step that run 1 has, so only losses are compared."
    ]
    assert "equal to run 1 up to step 4" in cr.compare(first, second).sentences()[0]


@pytest.mark.parametrize("make", [table, machine, failed, empty])
def test_it_prints_and_shows_itself(make):
    run = make()
    found = cr.compare(run, run.branch(at="start"), moments=3)
    assert "branch at 0" in str(found)
    assert "<table" in found._repr_html_()
    assert repr(found).startswith("<Comparison: run, branch at 0;")


def test_refusals(run):
    for given in ((), (run,), (run, run.history)):
        with pytest.raises(cr.ParameterError, match="two or more recorded runs, got"):
            cr.compare(*given)
