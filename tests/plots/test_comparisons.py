"""What comparisons.py promises: losses in one panel, distances from the first run in others."""

import numpy as np
import pytest
from tests.plots.pictures import recorded

import chainrule as cr
from chainrule import plots

pytest.importorskip("matplotlib")


def labels(panel):
    return [line.get_label() for line in panel.get_lines()]


def test_a_branch_has_the_color_of_its_place_and_a_mark_where_it_differs():
    run = recorded()
    figure = cr.compare(run, run.branch(at=3, optimizer=cr.SGD(1.0)), moments=3).plot()
    loss, distance = figure.axes
    assert labels(loss) == [
        *("run", "run, validation", "branch at 3", "branch at 3, validation", "first difference")
    ]
    assert len({line.get_color() for line in loss.get_lines()[:4]}) == 2
    assert loss.get_lines()[-1].get_xdata() == [4, 4]
    assert labels(distance) == ["dense1", "dense2", "first difference"]
    assert distance.get_ylim()[0] == 0


def test_equal_runs_and_runs_without_an_epoch_say_so():
    run = recorded()
    equal = cr.compare(run, run.branch(at=3), moments=3).plot()
    assert [t.get_text() for t in equal.axes[1].texts] == ["equal at every step"]
    network = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    empty = network.record(np.ones((4, 2)), np.ones(4), epochs=0, verbose=0)
    figure = cr.compare(empty, empty.branch(at=0)).plot()
    assert [t.get_text() for t in figure.axes[0].texts] == ["no epoch was completed"]


def test_other_networks_have_one_panel():
    network = cr.Network(cr.Dense(1), loss=cr.SquaredError())
    other = network.record(np.ones((4, 2)), np.ones(4), epochs=1, verbose=0)
    assert len(cr.compare(recorded(), other).plot().axes) == 1


def test_a_run_is_no_comparison():
    with pytest.raises(cr.DataError, match=r"the result of compare\(run, other\)"):
        plots.comparison(recorded())
