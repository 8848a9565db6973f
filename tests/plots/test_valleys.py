"""What valleys.py promises."""

import numpy as np
import pytest
from tests.plots.pictures import memories

import chainrule as cr
from chainrule import energy, plots
from chainrule.errors import DataError

pytest.importorskip("matplotlib")


def test_a_tree_joins_its_leaves_at_the_passes():
    found = energy.landscape(memories())
    panel = plots.valleys(found).axes[0]
    heights = sorted(line.get_ydata()[1] for line in panel.lines)
    assert len(heights) == len(found.names) - 1
    assert heights[-1] == found.saddles[np.triu_indices(len(found.names), 1)].max()
    assert heights[0] == found.saddles[np.triu_indices(len(found.names), 1)].min()
    assert sorted(label.get_text() for label in panel.get_xticklabels()) == sorted(found.names)


def test_a_tree_of_too_many_leaves_is_refused():
    with pytest.raises(DataError, match="at most 40 attractors"):
        plots.valleys(energy.landscape(np.zeros((6, 6))))


def test_changes_are_counted_in_whole_numbers():
    memory = cr.Hopfield().store([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
    figure = plots.recall_path(memory.recall([1, 1, -1, -1, -1, -1]))
    for panel in figure.axes:
        assert all(float(at).is_integer() for at in panel.get_xticks())


def test_a_recall_without_a_change_shows_its_overlaps():
    figure = plots.recall_path(memories(2).recall(memories(2).patterns[0]))
    lines = figure.axes[-1].get_lines()
    assert lines and all(line.get_marker() == "o" for line in lines)
