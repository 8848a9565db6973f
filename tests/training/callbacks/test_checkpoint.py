"""Checkpoints: how often they are written, and where."""

import os

import numpy as np
import pytest

import chainrule as cr

rng = np.random.default_rng(3)
X = rng.normal(size=(90, 4))
y = (X @ [1.0, -2.0, 0.5, 1.0] > 0).astype(int)


class Count(cr.Callback):
    """Remembers the steps that it saw."""

    def __init__(self):
        self.steps = 0

    def on_batch_end(self, run):
        self.steps += 1

    def state(self):
        return {"steps": np.array(self.steps)}

    def load(self, state):
        self.steps = int(state["steps"])


def network(**settings):
    layers = (
        cr.Dense(7, penalty=cr.L2(1e-3)),
        cr.BatchNorm(),
        cr.Tanh(),
        cr.Dropout(0.3),
        cr.Dense(2),
    )
    return cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), **({"seed": 4} | settings))


def watch(run):
    """A plain function."""


def fit(
    path=None,
    *,
    epochs=8,
    resume=None,
    net=None,
    every_steps=None,
    every=1,
    patience=30,
    data=(X, y),
    **options,
):
    net, count = net or network(), Count()
    writers = [] if path is None else [cr.Checkpoint(path, every=every, every_steps=every_steps)]
    plateau = cr.optimizers.ReduceOnPlateau(0.05, patience=1, factor=0.5)
    given = {
        "optimizer": (cr.ClipNorm(1.0), cr.Adam(lr=plateau)),
        "batch_size": 16,
        "validation_fraction": 0.2,
        "verbose": 0,
        "metrics": [cr.metrics.accuracy],
        "callbacks": [count, cr.EarlyStopping(patience=patience), watch, *writers],
    }
    history = net.fit(*data, epochs=epochs, resume=resume, **given | options)
    return net, history, count


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
        (tmp_path, "it is a folder"),
    ):
        with pytest.raises(cr.FileError, match=f"it cannot be written .{words}"):
            net.fit(np.ones((4, 3)), np.ones((4, 2)), callbacks=[cr.Checkpoint(path)], verbose=0)
    assert net.run_state.step == 0
