"""Each optimizer trains real networks with the numbers it has by default."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

PIXELS, DIGITS = cr.datasets.digits()
X = PIXELS.reshape(len(PIXELS), -1) / 16
NEW = [cr.RAdam, cr.AdaBelief, cr.Lion, cr.LAMB, cr.Muon, cr.PolakRibiere, cr.FletcherReeves]


def right(rule, engine, **options):
    net = cr.Network(
        cr.Dense(32),
        cr.ReLU(),
        cr.Dense(24),
        cr.ReLU(),
        cr.Dense(10),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=(64,),
        engine=engine,
    )
    net.fit(X[:1200], DIGITS[:1200], optimizer=rule, verbose=0, **options)
    return float((net.predict(X[1200:]).argmax(axis=1) == DIGITS[1200:]).mean())


@pytest.mark.parametrize("cls", NEW, ids=lambda cls: cls.__name__)
def test_new_optimizers_learn_digits(cls):
    engine = "native" if native.available() else "reference"
    options = (
        {"batch_size": None, "epochs": 60}
        if cls.full_batch
        else {"epochs": 60 if cls is cr.Lion else 30}
    )
    assert right(cls(), engine, **options) > 0.88


def test_levenberg_marquardt_learns_a_curve():
    x = np.linspace(-2, 2, 60)[:, None]
    net = cr.Network(cr.Dense(8), cr.Tanh(), cr.Dense(1), loss=cr.SquaredError(), inputs=(1,))
    rule = cr.LevenbergMarquardt()
    history = net.fit(x, np.sin(2 * x), optimizer=rule, epochs=60, batch_size=None, verbose=0)
    assert history.loss[-1] < 1e-3
