"""Checkpoints: how often they are written, and where."""

import os

import numpy as np
import pytest
from tests.model.runs import fit

import chainrule as cr


def test_every_counts_epochs_and_steps(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "replace", lambda old, new: (seen.append(1), os.rename(old, new)))
    fit(tmp_path / "a", epochs=7, every=3)
    assert len(seen) == 2
    fit(tmp_path / "b", epochs=2, every=None, every_steps=5)  # 72 rows: 5 steps an epoch
    assert len(seen) == 4


@pytest.mark.parametrize(
    "settings",
    [{"every": 0}, {"every": 1.5}, {"every_steps": 0}, {"every": None}, {"every_steps": True}],
)
def test_settings_of_a_checkpoint(settings):
    with pytest.raises(cr.ParameterError, match="every"):
        cr.Checkpoint("run", **settings)


def test_a_checkpoint_needs_a_path():
    with pytest.raises(cr.FileError, match="name of a file"):
        cr.Checkpoint(3)


def test_a_path_that_cannot_be_written_is_said_before_the_first_epoch(tmp_path):
    net = cr.Network(cr.Dense(2), loss=cr.SquaredError(), inputs=(3,))
    for path, words in (
        (tmp_path / "nowhere" / "run", "there is no folder"),
        (tmp_path, "got a folder"),
    ):
        with pytest.raises(cr.FileError, match=f"cannot be written: .*{words}"):
            net.fit(np.ones((4, 3)), np.ones((4, 2)), callbacks=[cr.Checkpoint(path)], verbose=0)
    assert net.run_state.step == 0
