"""Checkpoints that older versions wrote are read, and their runs go on.

tests/golden/saved/run_*.safetensors were written by the version before the modules moved, on
the reference engine, in runs that ended with an error: `plateau` after epoch 6 of all, `averaged`
inside its second epoch, `machine` after epoch 3.
"""

from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.files.container import read

SAVED = Path(__file__).parents[1] / "golden" / "saved"


def rows(n=24):
    X = np.sin(np.arange(n * 3, dtype=float).reshape(n, 3) * 1.7)
    return X, np.cos(X.sum(axis=1, keepdims=True) * 2)


def plateau(**options):
    """Adam with a schedule that remembers, early stopping, a thawed layer with its own rate."""
    X, y = rows()
    layers = cr.Dense(3), cr.Tanh(), cr.Dense(1)
    net = cr.Network(*layers, loss=cr.SquaredError(), inputs=(3,), seed=3, dtype="float64")
    net.freeze("dense1")
    lr = cr.ReduceOnPlateau(0.05, patience=1, factor=0.5, monitor="loss", min_delta=0.1)
    rule, given = cr.Adam(lr=lr), {"batch_size": 8, "verbose": 0}
    net.fit(X, y, optimizer=rule, epochs=2, **given)
    net.thaw("dense1/b").scale_lr({"dense2": 0.5})
    stop = cr.EarlyStopping(patience=3)
    given |= {"validation_fraction": 0.25, "callbacks": [stop], **options}
    return net, net.fit(X, y, optimizer=rule, epochs=8, **given)


def averaged(**options):
    """A clip, momentum, a constraint, an average, running statistics and dropout."""
    X, y = rows()
    layers = cr.Dense(4), cr.BatchNorm(), cr.ReLU(), cr.Dropout(0.25), cr.Dense(1)
    net = cr.Network(*layers, loss=cr.SquaredError(), seed=5, dtype="float64")
    parts = cr.ClipNorm(1.0), cr.Momentum(lr=0.05), cr.MaxNorm(2.0), cr.EMA(0.9)
    history = net.fit(X, y, optimizer=parts, epochs=4, batch_size=8, verbose=0, **options)
    return net, history


def machine(**options):
    """An RBM, whose objective carries chains from step to step."""
    X = (np.sin(np.arange(20 * 6).reshape(20, 6) * 1.3) > 0).astype(float)
    rbm = cr.energy.RBM(3, seed=2, dtype="float64")
    rule, sampler = cr.SGD(lr=0.1), cr.energy.PCD(k=1)
    given = {"epochs": 5, "batch_size": 5, "verbose": 0, **options}
    return rbm, rbm.fit(X, sampler=sampler, optimizer=rule, **given)


@pytest.mark.parametrize("make", [plateau, averaged, machine], ids=lambda make: make.__name__)
def test_an_old_run_goes_on(make):
    whole, expected = make()
    resumed, history = make(resume=SAVED / f"run_{make.__name__}.safetensors")
    one, other = whole.run_state.arrays(), resumed.run_state.arrays()
    assert one.keys() == other.keys()
    for name, a in one.items():
        np.testing.assert_allclose(other[name], a, rtol=1e-9, atol=1e-12, err_msg=name)
    assert history.keys() == expected.keys()
    assert (history.stopped, history.best_epoch) == (expected.stopped, expected.best_epoch)
    np.testing.assert_allclose(history.loss, expected.loss, rtol=1e-9)


@pytest.mark.parametrize(
    ("make", "load"), [(plateau, cr.Network.load), (machine, cr.energy.RBM.load)]
)
def test_an_old_checkpoint_is_a_model(make, load):
    path = SAVED / f"run_{make.__name__}.safetensors"
    model = load(path)
    for name, a in read(path)[1].items():
        if ":" not in name and not name.startswith("program/"):
            assert a.size and np.isin(a.ravel(), model.theta).all(), name


def test_a_new_checkpoint_has_the_same_arrays(tmp_path):
    """What is written today has the names and shapes of then, so older versions read it too."""
    path = tmp_path / "run"
    stop = cr.EarlyStopping(patience=3)
    plateau(callbacks=[stop, cr.Checkpoint(path)])
    (about, now), (then, before) = read(path), read(SAVED / "run_plateau.safetensors")
    assert now.keys() == before.keys()
    assert about["run"].keys() == then["run"].keys()
    assert about["run"]["conditions"] == then["run"]["conditions"]
    for name, a in now.items():
        assert a.dtype == before[name].dtype, name
        if not name.startswith("run:history"):
            assert a.shape == before[name].shape, name
