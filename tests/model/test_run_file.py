"""A resumed run is the undisturbed one: theta, slots, history, callbacks, schedules."""

import errno
import os

import numpy as np
import pytest
from tests.model.runs import Count, X, fit, network, same, watch, y

import chainrule as cr
from chainrule.files.container import read, write


@pytest.mark.parametrize("epochs", [1, 3, 7])
def test_resumed_after_epochs(epochs, tmp_path):
    path = tmp_path / "run"
    fit(path, epochs=epochs)
    same(fit(epochs=8), fit(path, epochs=8, resume=path))


class Break(cr.Callback):
    """Ends the world at a step."""

    def __init__(self, step):
        self.step = step

    def on_batch_end(self, run):
        if run.step == self.step:
            raise RuntimeError


@pytest.mark.parametrize("step", [2, 5, 9, 23])
@pytest.mark.parametrize("every_steps", [1, 2])
def test_resumed_in_the_middle_of_an_epoch(step, every_steps, tmp_path):
    path = tmp_path / "run"
    with pytest.raises(RuntimeError):
        callbacks = [Count(), cr.Checkpoint(path, every=None, every_steps=every_steps), Break(step)]
        network().fit(X, y, epochs=6, batch_size=16, callbacks=callbacks, verbose=0)
    callbacks = [count := Count(), Break(-1), cr.Checkpoint(path, every_steps=every_steps)]
    resumed = network()
    history = resumed.fit(
        X, y, epochs=6, batch_size=16, callbacks=callbacks, verbose=0, resume=True
    )
    alone, single = network(), Count()
    same(
        (alone, alone.fit(X, y, epochs=6, batch_size=16, callbacks=[single], verbose=0), single),
        (resumed, history, count),
    )


def test_a_run_that_had_ended_returns_at_once(tmp_path):
    path = tmp_path / "run"
    ended = fit(path, epochs=5)
    before = os.stat(path).st_mtime_ns
    same(ended, fit(path, epochs=5, resume=path))
    assert os.stat(path).st_mtime_ns == before


def test_a_run_that_had_stopped_early_returns_its_best_epoch(tmp_path):
    path = tmp_path / "run"
    ended = fit(path, epochs=60, patience=2)
    assert ended[1].stopped == "early stopping" and len(ended[1]) < 60
    same(ended, fit(path, epochs=60, patience=2, resume=path))
    same(ended, fit(epochs=60, patience=2))


def test_after_ctrl_c_it_goes_on(tmp_path):
    path = tmp_path / "run"

    def interrupt(run):
        if run.epoch == 2:
            os.kill(os.getpid(), 2)

    _, history, _ = fit(
        path, callbacks=[Count(), cr.EarlyStopping(patience=30), interrupt, cr.Checkpoint(path)]
    )
    assert history.stopped == "interrupted"
    interrupted = lambda run: None
    interrupted.__name__ = "interrupt"
    count = Count()
    callbacks = [count, cr.EarlyStopping(patience=30), interrupted]
    net, history, _ = fit(callbacks=callbacks, resume=path)
    same(fit(), (net, history, count))


def test_lbfgs_a_second_fit_and_an_explicit_path(tmp_path):
    def run(path=None, epochs=6, resume=None):
        net = cr.Network(
            cr.Dense(3),
            cr.Tanh(),
            cr.Dense(2),
            loss=cr.SoftmaxCrossEntropy(),
            seed=1,
            dtype="float64",
        )
        options = {"optimizer": cr.LBFGS(), "batch_size": None, "verbose": 0}
        net.fit(X, y, epochs=3, **options)
        history = net.fit(
            X,
            y,
            epochs=epochs,
            callbacks=[cr.Checkpoint(path)] if path else (),
            resume=resume,
            **options,
        )
        return net, history, Count()

    run(tmp_path / "run", epochs=2)
    same(run(), run(resume=tmp_path / "run"))


def test_a_thawed_layer_keeps_the_age_of_its_slots(tmp_path):
    def run(path=None, epochs=4, resume=None, before=True):
        net = network()
        net.build(X, y).freeze("dense1")
        if before:
            net.fit(X, y, epochs=1, verbose=0)
        net.thaw("dense1").scale_lr({"dense2": 0.1})
        history = net.fit(
            X,
            y,
            epochs=epochs,
            verbose=0,
            callbacks=[cr.Checkpoint(path)] if path else (),
            resume=resume,
        )
        return net, history, Count()

    run(tmp_path / "run", epochs=2)
    same(run(), run(resume=tmp_path / "run", before=False))
    about, tensors = read(tmp_path / "run")
    (name,) = (name for name in tensors if name.endswith("born/dense1/W"))
    for wrong in (-(2**31) - 1, 2**31, 10**6):
        write(tmp_path / "edited", tensors | {name: np.array(wrong)}, about)
        with pytest.raises(cr.FileError, match=f"born/dense1/W: it cannot be {wrong}"):
            run(resume=tmp_path / "edited", before=False)


def test_theta_and_slots_are_put_back_in_place(tmp_path):
    path = tmp_path / "run"
    fit(path, epochs=2)
    net = network().build(X, y)
    theta, W = net.theta, net.parameters["W1"]
    fit(net=net, epochs=2, resume=path)
    assert net.theta is theta and np.shares_memory(W, theta)


def test_a_checkpoint_is_a_network(tmp_path):
    path = tmp_path / "run"
    net, _, _ = fit(path, epochs=2)
    twin = cr.Network.load(path)
    assert twin.predict(X).tobytes() == net.predict(X).tobytes()
    about, tensors = read(path)
    assert about["run"]["stopped"] == "" and {
        "run:slot/m",
        "run:run/counters",
        "run:schedule/lr/best",
    } <= set(tensors)
    same(fit(), fit(net=twin, resume=path))


OTHERS = {
    "data": (cr.DataError, "data of the interrupted run", {"data": (X + 1, y)}),
    "rows": (cr.DataError, "data of the interrupted run", {"sample_weight": np.arange(90) + 1.0}),
    "optimizer": (
        cr.FileError,
        "the optimizer of the interrupted run",
        {"optimizer": cr.Adam(lr=0.1)},
    ),
    "clip": (
        cr.FileError,
        "the optimizer of the interrupted run",
        {"optimizer": (cr.ClipNorm(2.0), cr.Adam())},
    ),
    "batch": (cr.FileError, "batch size of the interrupted run, 16, got 8", {"batch_size": 8}),
    "callbacks": (
        cr.FileError,
        "callbacks of the interrupted run, Count, EarlyStopping, watch, got none",
        {"callbacks": ()},
    ),
    "network": (
        cr.FileError,
        "the network of",
        {"net": cr.Network(cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), seed=4)},
    ),
    "seed": (cr.FileError, "seed of the interrupted run, 4, got 5", {"net": network(seed=5)}),
    "dtype": (cr.FileError, "float32, got float64", {"net": network(dtype="float64")}),
    "frozen": (cr.FileError, "frozen layers", {"net": network(inputs=(4,)).freeze("dense1")}),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_differs_is_said_and_nothing_changes(name, tmp_path):
    kind, message, changes = OTHERS[name]
    path = tmp_path / "run"
    fit(path, epochs=1)
    net = changes.get("net") or network()
    before = net.build(X, y).theta.tobytes()
    with pytest.raises(kind, match=message):
        fit(resume=path, **changes | {"net": net})
    assert net.theta.tobytes() == before and net.run_state.step == 0


def test_what_only_shows_or_writes_may_differ(tmp_path, capsys):
    path = tmp_path / "run"
    fit(path, epochs=2)
    net, count = network(), Count()
    callbacks = [
        cr.Checkpoint(tmp_path / "other", every=2),
        count,
        cr.EarlyStopping(patience=30),
        watch,
    ]
    resumed = fit(net=net, resume=path, callbacks=callbacks, verbose=1)
    same(fit(), (net, resumed[1], count))
    assert "epoch 3/8" in capsys.readouterr().out


def test_no_checkpoint(tmp_path):
    with pytest.raises(cr.FileError, match="No such file"):
        fit(resume=tmp_path / "none")
    same(fit(), fit(tmp_path / "none", resume=True))
    network(inputs=(4,)).save(tmp_path / "net")
    with pytest.raises(cr.FileError, match="a network without a run"):
        fit(resume=tmp_path / "net")


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    path, calls, fsync = tmp_path / "run", [], os.fsync

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) > 4:  # each writing flushes the file and its folder
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(cr.FileError, match="No space left"):
            fit(path)
    assert os.listdir(tmp_path) == ["run"]
    same(fit(), fit(path, resume=path))


def test_what_a_killed_writing_left_is_removed(tmp_path):
    path = tmp_path / "run"
    (tmp_path / ".run.01234567.tmp").write_bytes(b"half")
    (tmp_path / ".runner.01234567.tmp").write_bytes(b"another's")
    fit(path, epochs=1)
    assert sorted(os.listdir(tmp_path)) == [".runner.01234567.tmp", "run"]


class Batches:
    """A stream that can begin anywhere."""

    def stream(self, epoch, start):
        for k in range(start, 6):
            rows = (np.arange(15) * 7 + epoch + 15 * k) % 90
            yield X[rows], y[rows]


@pytest.mark.parametrize("step", [4, 6, 9])
def test_a_stream_goes_on_at_its_batch(step, tmp_path):
    path = tmp_path / "run"

    def run(*callbacks, **options):
        net, count = network(), Count()
        history = net.fit(Batches(), epochs=3, callbacks=[count, *callbacks], verbose=0, **options)
        return net, history, count

    with pytest.raises(RuntimeError):
        run(Break(step), cr.Checkpoint(path, every_steps=1))
    same(run(Break(-1)), run(Break(-1), resume=path))


def test_a_bare_iterator_cannot_be_checkpointed(tmp_path):
    with pytest.raises(cr.DataError, match="checkpoint"):
        network().fit(iter([(X, y)]), callbacks=[cr.Checkpoint(tmp_path / "run")], verbose=0)
