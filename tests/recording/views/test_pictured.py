"""What pictured.py promises: a run draws what was watched."""

import pytest
from tests.recording.runs import failed, table


def test_plot_draws_what_was_watched(tmp_path):
    pytest.importorskip("matplotlib")
    assert [a.get_ylabel() for a in table().plot(tmp_path / "a.png").axes] == ["loss"]
    assert (tmp_path / "a.png").exists()
    assert len(failed().plot().axes) == 4, "its timeline, as no epoch was completed"
