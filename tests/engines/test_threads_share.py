"""Threads share the rows of a step, or the columns of a large W. No number depends on it."""

from functools import cache

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native

pytestmark = pytest.mark.skipif(not native.available(), reason="the native engine was not built")

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(300, 12, 12, 1)).astype(np.float32)
ROWS = RNG.normal(size=(300, 700)).astype(np.float32)
WORDS = RNG.integers(0, 40, (300, 30)).astype(np.int32)
LABELS = RNG.integers(0, 3, 300)


# name: layers, rows. A step of one row is enough work for several threads, or few are.
NETWORKS = {
    "dense": ((cr.Dense(640), cr.ReLU(), cr.Dense(529), cr.Tanh(), cr.Dense(300), cr.ReLU()), ROWS),
    "batch norm": ((cr.Dense(600, bias=False), cr.BatchNorm(), cr.ReLU(), cr.Dense(500)), ROWS),
    "convolution": (
        (cr.Conv2D(8, kernel=3), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten(), cr.Dense(300)),
        IMAGES,
    ),
    "tied": ((cr.Dense(512), cr.Tanh(), cr.Dense(700, tie="dense1"), cr.ReLU()), ROWS),
    "words": ((cr.Embedding(40, 32), cr.Flatten(), cr.Dense(600), cr.ReLU(), cr.Dense(400)), WORDS),
}


@cache
def after_steps(name, batch, threads):
    """Theta after some steps, and predictions of few and of all rows."""
    layers, rows = NETWORKS[name]
    net = cr.Network(
        *layers,
        cr.Dense(3),
        loss=cr.SoftmaxCrossEntropy(),
        inputs=rows.shape[1:],
        engine="native",
        seed=1,
        threads=threads,
    )
    n = min(len(rows), 2 * batch + batch // 3)  # the last batch is short
    net.fit(rows[:n], LABELS[:n], batch_size=batch, epochs=1, verbose=0, optimizer=cr.Adam())
    few = net.predict(rows[:5])
    assert (net.predict(rows[:1])[0] == few[0]).all()  # a row alone is that row among others
    whole = net.predict(rows)
    assert (whole[:5] == few).all()
    return net.theta.tobytes() + whole.tobytes()


QUICK = [("dense", 32, 2), ("batch norm", 31, 2)]
SLOW = [
    (name, batch, threads)
    for name in NETWORKS
    for batch in (1, 2, 31, 32, 33, 100, 127)
    for threads in range(2, 9)
    if (name, batch) != ("batch norm", 1)  # which warns
]


@pytest.mark.parametrize(
    ("name", "batch", "threads"),
    [*QUICK, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW if case not in QUICK)],
)
def test_any_number_of_threads_gives_the_same_bits(name, batch, threads):
    assert after_steps(name, batch, threads) == after_steps(name, batch, 1)
