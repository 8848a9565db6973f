"""How training ends before its time, and what people see of it."""

import os
import signal

import numpy as np
import pytest

import chainrule as cr


def data(n=50, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, (X @ rng.normal(size=(3, 3))).argmax(axis=1)


def rich(**options):
    layers = cr.Dense(8), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.25), cr.Residual(cr.Dense(8), cr.Tanh()), cr.Dense(3)
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), **options)


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


def test_a_second_ctrl_c_raises():
    X, y = data()

    class Press(cr.Callback):
        def on_batch_end(self, run):
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        rich().fit(X, y, callbacks=[Press()], verbose=0)


def test_what_is_not_finite_is_named_and_the_weights_stay():
    X, y = data()
    net = cr.Network(cr.Dense(4), cr.Dense(3), loss=cr.SquaredError())
    net.build(X, np.eye(3)[y])
    with pytest.raises(
        cr.TrainingError, match=r"the loss became \w+ at epoch \d+, step \d+; first non-finite value: .*lr=1e\+10"
    ):
        net.fit(X, np.eye(3)[y], optimizer=cr.SGD(lr=1e10), epochs=50, verbose=0)
    assert np.isfinite(net.theta).all()
    assert net.reset().fit(X, np.eye(3)[y], optimizer=cr.SGD(lr=0.1), epochs=5, verbose=0).loss[-1] < 1


def test_a_nan_in_a_value_names_its_layer():
    class Log(cr.Layer):
        def __call__(self, z):
            return log(z)

    @cr.op
    def log(z):
        """a = log(z)"""
        return np.log(z)

    @log.gradient
    def log_backward(da, a, z):
        """dz = da / z"""
        return (da / z,)

    net = cr.Network(cr.Dense(2, init=-1.0, bias=False), Log(), cr.Dense(1), loss=cr.SquaredError(), inputs=(2,))
    before = net.theta.copy()
    with pytest.raises(cr.TrainingError, match=r"became NaN at epoch 1, step 1; first non-finite value: a1 \(log1\)"):
        net.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    np.testing.assert_array_equal(net.theta, before)


# ---------------------------------------------------------------- what people see


def test_plain_lines_in_a_log(capsys):
    X, y = data()
    rich().fit(X, y, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and lines[1].startswith("epoch 2/2  loss ")
    rich().fit(X, y, epochs=500, batch_size=None, verbose=1)
    assert len(capsys.readouterr().out.splitlines()) <= 25
    rich().fit(X, y, epochs=2, verbose=0)
    assert capsys.readouterr().out == ""


def test_a_bar_on_a_terminal(monkeypatch, capsys):
    X, y = data()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    rich().fit(X, y, epochs=3)
    assert "epoch 3/3" in capsys.readouterr().out
