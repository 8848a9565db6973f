"""How training ends before its time, and what people see of it."""

import os
import signal

import numpy as np
import pytest
from tests.training.rows import data, rich

import chainrule as cr


def test_ctrl_c_keeps_what_was_learned():
    X, y = data()
    net = rich()

    def press(run):
        if run.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    history = net.fit(X, y, epochs=1000, callbacks=press, verbose=0)
    assert history.stopped == "interrupted" and 3 <= len(history) < 1000
    assert signal.getsignal(signal.SIGINT) is before
    net.fit(X, y, epochs=1, verbose=0)  # and it goes on


@pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_end"])
@pytest.mark.parametrize("reason", [False, True])
def test_ctrl_c_at_the_very_end_is_not_lost(hook, reason):
    """Also if something else ends the run: a caller with more networks to train must know."""

    class Press(cr.Callback):
        reason = "had enough"

        def on_epoch_end(self, run):
            return reason

    setattr(Press, hook, lambda self, run: os.kill(os.getpid(), signal.SIGINT) or reason)
    assert rich().fit(*data(), callbacks=[Press()], epochs=1, verbose=0).stopped == "interrupted"


def test_a_second_ctrl_c_raises():
    X, y = data()

    class Press(cr.Callback):
        def on_batch_end(self, run):
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        rich().fit(X, y, callbacks=[Press()], verbose=0)


class Tells(cr.Callback):
    """What it was told, and what it does at one hook."""

    def __init__(self, hook="", action=None):
        self.told, self.hook, self.action = [], hook, action

    def on_train_begin(self, run):
        self._tell("on_train_begin")

    def on_batch_end(self, run):
        self._tell("on_batch_end")

    def on_epoch_end(self, run):
        self._tell("on_epoch_end")

    def on_train_end(self, run):
        self._tell("on_train_end")

    def on_exception(self, run, error):
        self.told.append(type(error))

    def _tell(self, hook):
        self.told.append(hook)
        if hook == self.hook:
            self.action()


def fail():
    raise RuntimeError("it broke")


@pytest.mark.parametrize("hook", ["on_train_begin", "on_batch_end", "on_epoch_end"])
def test_a_callback_that_fails_leaves_a_network_that_goes_on(hook):
    X, y = data()
    net, failing, other = rich(), Tells(hook, fail), Tells()
    with pytest.raises(RuntimeError, match="it broke"):
        net.fit(X, y, epochs=3, callbacks=[other, failing], verbose=0)
    assert other.told[-1] is RuntimeError and failing.told[-1] is RuntimeError
    assert "on_train_end" not in other.told
    assert np.isfinite(net.theta).all()
    assert len(net.fit(X, y, epochs=2, verbose=0)) == 2


def test_a_metric_that_fails_changes_nothing_but_the_steps_before_it():
    X, y = data()
    net, plain, other = rich(), rich(), Tells()

    def broken(y, p):
        fail()

    with pytest.raises(RuntimeError, match="it broke"):
        net.fit(X, y, epochs=3, metrics=[broken], callbacks=[other], verbose=0)
    plain.fit(X, y, epochs=1, verbose=0)
    assert net.theta.tobytes() == plain.theta.tobytes() and other.told[-1] is RuntimeError


def test_on_exception_comes_for_nan_and_for_ctrl_c():
    X, y = data()
    told = Tells()
    with pytest.raises(cr.TrainingError):
        rich().fit(X, y, optimizer=cr.SGD(lr=1e30), epochs=50, callbacks=[told], verbose=0)
    assert told.told[-1] is cr.TrainingError

    def press():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    told = Tells("on_batch_end", press)
    with pytest.raises(KeyboardInterrupt):
        rich().fit(X, y, callbacks=[told], verbose=0)
    assert told.told[-1] in (KeyboardInterrupt, GeneratorExit)


def test_a_third_ctrl_c_does_not_wait_for_what_hangs():
    X, y = data()
    presses = []

    def hang(run):
        while True:  # until it is interrupted
            presses.append(0)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        rich().fit(X, y, callbacks=[hang], verbose=0)
    assert len(presses) == 3


def test_a_source_that_ends_early_leaves_the_steps_before_it():
    X, y = data()

    class Ends:
        def __len__(self):
            return 50

        def rows(self, indices):
            if len(seen) == 3:
                raise OSError("the disk is gone")
            seen.append(indices)
            return X[indices], y[indices]

    seen = []
    net = rich()
    net.build(X, y)
    with pytest.raises(OSError, match="the disk is gone"):
        net.fit(Ends(), batch_size=10, epochs=2, verbose=0)
    assert net.run_state.step == 2 and np.isfinite(net.theta).all()
    assert len(net.fit(X, y, epochs=1, verbose=0)) == 1


def test_a_stream_that_ends_early_ends_the_epoch_and_an_empty_one_is_said():
    X, y = data()

    class Short:
        def stream(self, epoch, start):
            yield from [(X[:20], y[:20])] * (2 - epoch)

    net = rich()
    with pytest.raises(cr.DataError, match="at least one batch an epoch, got none"):
        net.fit(Short(), epochs=3, verbose=0)
    assert net.run_state.step == 3 and np.isfinite(net.theta).all()


def test_a_resume_that_fails_changes_nothing(tmp_path):
    X, y = data()
    net, whole, other = rich(), rich(), rich(seed=5)
    other.fit(X, y, epochs=1, callbacks=[cr.Checkpoint(tmp_path / "other.safetensors")], verbose=0)
    net.fit(X, y, epochs=1, verbose=0)
    theta = net.theta
    for path in (tmp_path / "nowhere", tmp_path / "other.safetensors"):
        with pytest.raises(cr.FileError):
            net.fit(X, y, epochs=3, optimizer=cr.SGD(0.1), resume=path, verbose=0)
    assert net.theta is theta or np.shares_memory(net.theta, theta)
    net.fit(X, y, epochs=1, verbose=0)
    whole.fit(X, y, epochs=2, verbose=0)
    assert net.theta.tobytes() == whole.theta.tobytes()


PHASES = [
    *("on_train_begin", "on_epoch_begin", "on_batch_begin", "on_batch_end", "on_epoch_end"),
    *("on_train_end", "metric", "source", "augmentation", "order", "checkpoint"),
]


@pytest.mark.parametrize("phase", PHASES)
def test_ctrl_c_in_each_phase_gives_the_history_so_far_and_a_network_that_works(phase, tmp_path):
    """Ctrl-C in the third epoch, or where there is one phase only, in that one."""
    X = np.random.default_rng(0).normal(size=(24, 3))
    Y = X[:, :1]
    seen = []

    def press():
        seen.append(1)
        if len(seen) == (1 if "train" in phase else 3):
            os.kill(os.getpid(), signal.SIGINT)

    def metric(y, p):
        if phase == "metric":
            press()
        return 0.0

    class Press(cr.Callback):
        def state(self):  # what a checkpoint asks
            if phase == "checkpoint":
                press()
            return {}

    if phase.startswith("on_"):
        setattr(Press, phase, lambda self, run: press())

    def augment(x, key, rows):
        if phase == "augmentation":
            press()
        return x

    class Rows:
        def __len__(self):
            return 24

        def rows(self, indices):
            if phase == "source":
                press()
            return X[indices], Y[indices]

    def order(epoch, n):
        if phase == "order":
            press()
        return np.arange(n)

    net = cr.Network(cr.Dense(2), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(3,))
    writer = cr.Checkpoint(tmp_path / "run")
    options = {"epochs": 9, "batch_size": 8, "callbacks": [Press(), writer], "verbose": 0}
    if phase == "source":
        history = net.fit(Rows(), **options)
    else:
        extra = {"augment": augment} if phase == "augmentation" else {}
        validation = {"validation_data": (X, Y), "metrics": [metric]}
        history = net.fit(X, Y, order=order, **extra, **validation, **options)
    assert seen and history.stopped == "interrupted"
    assert len(history) == net.run_state.epoch or phase == "metric"
    assert all(len(history[name]) == len(history) for name in history.keys())  # noqa: SIM118
    assert np.isfinite(net.predict(X)).all()
    steps = net.run_state.step
    net.save(tmp_path / "net")
    again = net.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    assert again.stopped == "finished" and net.run_state.step == steps + 6
