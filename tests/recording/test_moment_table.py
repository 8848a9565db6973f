"""What moment_table.py promises: a moment as a small table."""

import numpy as np
import pytest
from tests.recording.runs import RUNS, failed, table

import chainrule as cr


def test_what_a_moment_says():
    run = table(optimizer=cr.SGD(cr.OneCycle(0.1)), batch_size=25)
    text = str(run.at(1))
    lines = text.split("\n")
    assert lines[0].split() == ["step", "1", "of", "9"]
    assert "25 of 60 rows of the next one" in lines[1]
    assert "25 rows: " in lines[2]
    assert f"{run.at(1).loss:.6g}, of this batch" in lines[3]
    rate = run.at(1).update.update.rule.at(2).lr
    assert lines[4].split() == ["lr", f"{rate:.6g}"]
    dense1 = next(line for line in lines if line.startswith("dense1")).split()
    theta = run.at(1).theta[:36]
    moved = np.linalg.norm((run.at(2).theta[:36] - theta).astype(float))
    assert dense1[1] == "36" and float(dense1[2]) == pytest.approx(np.linalg.norm(theta), rel=1e-3)
    assert float(dense1[4]) == pytest.approx(moved, rel=1e-3)


@pytest.mark.parametrize("name", RUNS)
def test_every_moment_shows_itself(name):
    run = RUNS[name]()
    for moment in (run.at("start"), run.at("end")):
        assert str(moment).startswith("step") and "<table" in moment._repr_html_()


def test_the_last_moment_has_no_update_unless_it_failed():
    assert "no update: this is the end" in str(table().at("end"))
    assert "|Δθ|" in str(failed().at("end"))
