"""What pictured.py and summary.py promise: a recording shows itself."""

from xml.etree import ElementTree

import pytest
from tests.recording.runs import RUNS, empty, failed, table

import chainrule as cr


def test_what_a_recording_says():
    run = table(optimizer=(cr.ClipNorm(1.0), cr.Adam(0.01)), validation_fraction=0.2)
    text = str(run)
    assert "steps      0 to 9, 3 epochs, finished" in text
    assert "model      Dense(6), ReLU(), Dense(3); SoftmaxCrossEntropy()" in text
    assert "optimizer  ClipNorm(1.0), Adam(lr=0.01)" in text
    assert "batches    16 of 48 rows" in text
    assert "begins at step 4 of its parent" in str(run.branch(at=4))
    assert "failed     the loss became" in str(failed())


@pytest.mark.parametrize("name", [*RUNS, "empty"])
def test_a_notebook_shows_a_table_and_curves(name):
    page = (RUNS | {"empty": empty})[name]()._repr_html_()
    ElementTree.fromstring(page.replace("&#160;", " "))
    assert page.count("<table") == 1 + (name not in ("failed", "empty"))


def test_plot_draws_what_was_watched(tmp_path):
    pytest.importorskip("matplotlib")
    assert [a.get_ylabel() for a in table().plot(tmp_path / "a.png").axes] == ["loss"]
    assert (tmp_path / "a.png").exists()
    assert len(failed().plot().axes) == 4, "its timeline, as no epoch was completed"
