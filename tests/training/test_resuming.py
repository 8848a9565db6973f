"""Going on from a checkpoint: which file, how many epochs, and when it is refused."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.data.sources import Nothing
from chainrule.training import FitOptions, Run, RunState
from chainrule.training.resuming import check_paths, go_on_from
from chainrule.training.updates import Group, Update


class Files:
    """Reads and writes nothing; remembers what it was asked."""

    def __init__(self, started=3):
        self.asked, self.started = [], started

    def conditions(self, run):
        return {}

    def save(self, run, path, conditions):
        self.asked.append(("save", path))

    def restore(self, run, path):
        self.asked.append(("restore", path))
        run.state.started, run.state.epoch = self.started, 5


def run_of(*callbacks, epochs=4):
    update = Update(cr.SGD(lr=0.1), (Group(slice(0, 1)),))
    state = RunState(np.ones(1), update=update)
    options = FitOptions(epochs=epochs, callbacks=callbacks)
    return Run(lambda *given: (0.0, np.zeros(1), {}), state, Nothing(), options, files=Files())


def test_a_path_is_read_and_epochs_count_from_where_that_fit_began():
    run = run_of(epochs=4)
    assert run.until == 4
    go_on_from(run, "some file")
    assert run.files.asked == [("restore", "some file")] and run.until == 3 + 4


def test_true_is_the_checkpoints_own_file(tmp_path):
    path = tmp_path / "run"
    path.write_bytes(b"")
    run = run_of(cr.EarlyStopping(), cr.Checkpoint(path))
    go_on_from(run, True)
    assert run.files.asked == [("restore", str(path))]


def test_a_file_that_is_not_there_yet_begins_a_new_run(tmp_path):
    run = run_of(cr.Checkpoint(tmp_path / "run"))
    go_on_from(run, True)
    assert run.files.asked == [] and run.until == 4


def test_true_needs_a_checkpoint():
    with pytest.raises(cr.ParameterError, match="there is no Checkpoint among the callbacks"):
        go_on_from(run_of(cr.EarlyStopping()), True)


def test_a_checkpoint_uses_what_it_is_handed(tmp_path):
    checkpoint = cr.Checkpoint(tmp_path / "run")
    run = run_of(checkpoint)
    checkpoint.on_train_begin(run)
    checkpoint.on_batch_end(run)
    assert run.files.asked == [("save", str(tmp_path / "run"))]


def test_paths_are_checked_before_a_run(tmp_path):
    check_paths([cr.EarlyStopping(), cr.Checkpoint(tmp_path / "run")])
    with pytest.raises(cr.FileError, match="there is no folder"):
        check_paths([cr.Checkpoint(tmp_path / "nowhere" / "run")])
