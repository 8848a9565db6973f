"""Callbacks: when they are called, what they are named, and that they change no number."""

import numpy as np
import pytest
from tests.training.rows import data, rich

import chainrule as cr


@pytest.mark.parametrize(
    "hook", ["on_epoch_begin", "on_epoch_end", "on_batch_begin", "on_batch_end", "on_train_begin"]
)
def test_numpys_true_stops_too(hook):
    X, y = data()
    stop = type("Stop", (cr.Callback,), {hook: lambda self, run: np.float64(1) < 2})()
    assert rich().fit(X, y, epochs=5, callbacks=[stop], verbose=0).stopped == "Stop"


@pytest.mark.parametrize(
    ("hook", "words"),
    [
        ("on_train_batch_end", "Here it is called on_batch_end"),
        ("on_epoch_ends", "on_epoch_end"),
        ("on_fire", "no hook"),
    ],
)
def test_a_hook_by_another_name_is_said(hook, words):
    X, y = data()
    callback = type("Log", (cr.Callback,), {hook: lambda self, *args: None})()
    with pytest.raises(
        cr.ParameterError, match=f"callbacks: Log: expected .*, got {hook}. .*{words}"
    ):
        rich().fit(X, y, callbacks=[callback], verbose=0)


class Recorder(cr.Callback):
    def __init__(self):
        self.told = []

    def on_train_begin(self, run):
        self.told.append("train begin")

    def on_train_end(self, run):
        self.told.append("train end")

    def on_epoch_begin(self, run):
        self.told.append(f"epoch {run.epoch} begin")

    def on_epoch_end(self, run):
        self.told.append(f"epoch {run.epoch} end {sorted(run.logs)}")

    def on_batch_begin(self, run):
        self.told.append("batch begin")

    def on_batch_end(self, run):
        self.told.append(f"batch end {run.step}")


def test_callbacks_are_told_in_order():
    X, y = data()
    recorder = Recorder()
    rich().fit(X, y, epochs=1, callbacks=[recorder], verbose=0)
    batches = ["batch begin", "batch end 1", "batch begin", "batch end 2"]
    assert recorder.told == [
        "train begin",
        "epoch 0 begin",
        *batches,
        "epoch 0 end ['loss']",
        "train end",
    ]


def test_callbacks_do_not_change_the_numbers():
    X, y = data()
    plain, watched = rich(), rich()
    plain.fit(X, y, epochs=3, verbose=0)
    watched.fit(
        X,
        y,
        epochs=3,
        verbose=0,
        callbacks=[Recorder(), lambda run: None, cr.EarlyStopping(monitor="loss", restore=False)],
    )
    assert plain.theta.tobytes() == watched.theta.tobytes()


def test_a_function_is_an_epoch_end_and_true_stops():
    X, y = data()
    history = rich().fit(X, y, epochs=9, callbacks=lambda run: run.epoch == 2, verbose=0)
    assert len(history) == 3 and history.stopped == "<lambda>"


def test_epochs_may_stay_together_if_no_callback_needs_their_ends():
    from chainrule.training.callbacks.base import as_callbacks, can_wait

    class Waits(cr.Callback):
        pauses_only = True

    class EachBatch(Waits):
        def on_batch_end(self, run):
            pass

    assert can_wait([]) and can_wait([Waits(), cr.Watch()])
    for other in (cr.Callback(), EachBatch(), *as_callbacks(print), cr.EarlyStopping()):
        assert not can_wait([Waits(), other])
