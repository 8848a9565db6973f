"""What weights_over_time.py promises: how the numbers of each tensor spread."""

import numpy as np
import pytest
from tests.recording.runs import RUNS, empty, table


def test_percentiles_are_those_of_the_weights():
    run = table()
    found = run.weights_over_time(4)
    assert found.steps.tolist() == [0, 4, 8, 12]
    W = run.at(8).net.parameters["W1"]
    low, middle, high = found.values["W1"][2][[0, 3, -1]]
    assert (low, high) == (W.min(), W.max())
    assert middle == pytest.approx(np.median(W))
    assert not found.shows_singly("W1") and found.shows_singly("b2")
    assert np.allclose(found.values["b2"][2], run.at(8).net.parameters["b2"])


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_has_them(name):
    found = RUNS[name]().weights_over_time(3)
    assert all(len(values) == len(found.steps) for values in found.values.values())


def test_a_run_without_a_step_has_its_start():
    assert empty().weights_over_time().steps.tolist() == [0]
