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


X = np.random.default_rng(0).normal(size=(24, 3))
Y = X[:, :1]


def network():
    return cr.Network(cr.Dense(4), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), seed=1)


def train(*callbacks, net=None, **options):
    net = net or network()
    options = {"epochs": 6, "batch_size": 8, "verbose": 0} | options
    return net, net.fit(X, Y, callbacks=list(callbacks), **options)


def test_a_name_with_fields_makes_a_file_for_each_epoch(tmp_path):
    path = tmp_path / "run-{epoch:02d}-{loss:.3f}.st"
    net, history = train(cr.Checkpoint(path, every=2))
    expected = [f"run-{k:02d}-{history.loss[k - 1]:.3f}.st" for k in (2, 4, 6)]
    assert sorted(os.listdir(tmp_path)) == expected
    last = cr.Network.load(tmp_path / expected[-1])
    assert last.theta.tobytes() == net.theta.tobytes()
    # a second call of fit counts on
    train(cr.Checkpoint(tmp_path / "b-{epoch}"), net=net, epochs=1)
    assert (tmp_path / "b-7").exists()


def test_a_name_with_steps(tmp_path):
    train(cr.Checkpoint(tmp_path / "{epoch}-{step}", every=None, every_steps=4), epochs=4)
    assert sorted(os.listdir(tmp_path)) == ["2-4", "3-8", "4-12"]


@pytest.mark.parametrize("best_only", [False, True])
def test_the_last_files_are_kept(best_only, tmp_path):
    (tmp_path / "run-999.st").write_bytes(b"of another run")
    writer = cr.Checkpoint(tmp_path / "run-{epoch}.st", keep=2, best_only=best_only, monitor="loss")
    train(writer)
    assert sorted(os.listdir(tmp_path)) == ["run-5.st", "run-6.st", "run-999.st"]
    train(cr.Checkpoint(tmp_path / "run-{epoch}.st", keep=2), resume=True, epochs=8)
    assert sorted(os.listdir(tmp_path)) == ["run-7.st", "run-8.st", "run-999.st"]


@pytest.mark.parametrize("cut", [1, 2, 4])
def test_resume_true_takes_the_file_that_was_written_last(cut, tmp_path):
    path = tmp_path / "run-{epoch}-{loss:.2e}.st"
    undisturbed, history = train(epochs=6)
    train(cr.Checkpoint(path), epochs=cut)
    net, resumed = train(cr.Checkpoint(path), epochs=6, resume=True)
    assert net.theta.tobytes() == undisturbed.theta.tobytes()
    assert (resumed.loss == history.loss).all() and len(os.listdir(tmp_path)) == 6
    fresh, _ = train(cr.Checkpoint(tmp_path / "other-{epoch}"), epochs=6, resume=True)
    assert fresh.theta.tobytes() == undisturbed.theta.tobytes()


class Says(cr.Callback):
    """Puts its own numbers into the logs."""

    only_writes = True

    def __init__(self, *numbers):
        self.numbers = numbers

    def on_epoch_end(self, run):
        number = self.numbers[run.epoch - run.state.started]
        run.logs["score"] = number
        run.state.record("score", number)


@pytest.mark.parametrize(
    ("mode", "every", "written"),
    [("min", 1, [1, 3, 6]), ("max", 1, [1, 2, 5]), ("min", 2, [2, 4, 6]), ("auto", 1, [1, 3, 6])],
)
def test_only_better_epochs_are_written(mode, every, written, tmp_path):
    numbers = Says(3.0, 4.0, 2.0, float("nan") if every == 1 else 2.5, 5.0, 1.0)
    writer = cr.Checkpoint(tmp_path / "{epoch}", every, best_only=True, monitor="score", mode=mode)
    train(numbers, writer)
    assert sorted(os.listdir(tmp_path)) == [str(k) for k in written]


def test_the_best_file_is_that_of_early_stopping(tmp_path):
    """Both watch the same number in the same way."""
    for monitor in ("val_loss", "val_r2"):
        writer = cr.Checkpoint(tmp_path / monitor, best_only=True, monitor=monitor)
        stop = cr.EarlyStopping(monitor=monitor, patience=50)
        options = {"validation_fraction": 0.3, "metrics": [cr.metrics.r2], "epochs": 30}
        net, history = train(writer, stop, optimizer=cr.Adam(0.3), **options)
        assert 0 < history.best_epoch < 29
        assert cr.Network.load(tmp_path / monitor).theta.tobytes() == net.theta.tobytes()


def test_a_resumed_run_knows_the_best_epoch_before(tmp_path):
    path = tmp_path / "best"
    numbers = 3.0, 1.0, 2.0, 1.5, 0.5
    train(Says(*numbers), cr.Checkpoint(tmp_path / "run"), epochs=3)
    writer = cr.Checkpoint(tmp_path / "best-{epoch}", best_only=True, monitor="score")
    train(Says(*numbers), writer, epochs=5, resume=tmp_path / "run")
    assert not path.exists() and sorted(os.listdir(tmp_path)) == ["best-5", "run"]


def test_what_is_not_in_the_history_is_said_after_the_first_epoch(tmp_path):
    for settings, words in (
        ({"best_only": True, "every": 3}, r"monitor='val_loss'\): expected one of loss, got"),
        ({"best_only": True, "monitor": "los"}, r"Did you mean 'loss'\?"),
    ):
        net = network()
        with pytest.raises(cr.ParameterError, match=words):
            train(cr.Checkpoint(tmp_path / "run", **settings), net=net)
        assert net.run_state.epoch == 0
    with pytest.raises(cr.ParameterError, match=r"among loss, epoch, step, got {val_loss}"):
        train(cr.Checkpoint(tmp_path / "run-{val_loss}"))
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"path": "run", "best_only": 1}, "best_only must be True or False"),
        ({"path": "run", "keep": 2}, "there is one file only. Write a field into its name"),
        ({"path": "run-{epoch}", "keep": 0}, r"keep=0\): keep must be a whole number ≥ 1"),
        ({"path": "run", "best_only": True, "every_steps": 5}, "best_only needs the numbers of a"),
        ({"path": "{loss}", "every_steps": 5}, "{loss} needs the numbers of a whole epoch"),
    ],
)
def test_settings_that_do_not_fit_together(settings, words):
    with pytest.raises(cr.ParameterError, match=words):
        cr.Checkpoint(**settings)
