"""Batches larger than memory: rows run in chunks, whatever the batch size; no option says so."""

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.engines import native
from chainrule.engines.native import Native
from chainrule.engines.reference import tree
from chainrule.training.objective import ProgramObjective

needs_native = pytest.mark.skipif(not native.available(), reason="the native engine was not built")
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(4096, 6)), rng.integers(0, 3, 4096)


def network(*before, engine="reference", dtype="float64", **options):
    layers = (*before, cr.Dense(40, penalty=cr.L2(0.01)), cr.Tanh(), cr.Dropout(0.2), cr.Dense(3))
    return cr.Network(
        *layers, loss=cr.SoftmaxCrossEntropy(), inputs=(6,), engine=engine, dtype=dtype, **options
    )


def batch(net, rows, c, numbers=None):
    numbers = np.arange(len(X))[rows] if numbers is None else numbers
    return {
        "x": X[rows].astype(net.dtype),
        "y": Y[rows].astype(np.int32),
        "c": c,
        "row": numbers.astype(np.int32),
    }


def objective(net):
    net.build(X[:1], Y[:1])
    return ProgramObjective(net.programs.train, (), net.engine, 1)


# ---------------------------------------------------------------- the bits of accumulated gradients


def test_the_reference_engine_adds_chunks_of_256_rows():
    net = network()
    ours, key, c = objective(net), np.array([0, 3]), np.full(len(X), 1 / len(X))
    L, g, _ = ours(net.theta, batch(net, slice(0, 4096), c), key, {})
    loss, total = 0.0, np.zeros_like(g)
    for k in range(16):  # by hand: gradients of small batches, added; penalties once
        rows = slice(256 * k, 256 * (k + 1))
        once = {} if k == 0 else {"lam": 0.0}
        part, dg, _ = ours(net.theta, batch(net, rows, c[rows]) | once, key, {})
        loss, total = loss + part, total + dg
    assert loss == L and np.array_equal(total, g)
    whole, g1 = ours.engine.loss_and_grad(
        net.theta, ours.inputs(net.theta, batch(net, slice(0, 4096), c), key), [slice(0, 4096)]
    )
    assert pytest.approx(whole, rel=1e-13) == L and g == pytest.approx(g1, rel=1e-10, abs=1e-13)


@needs_native
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_native_engine_adds_shards_in_the_tree(dtype):
    """Gradients of 64 small batches, added in the fixed tree, are the bits of one large call."""
    layers = (cr.Dense(40), cr.Tanh(), cr.Dropout(0.2), cr.Dense(3))
    net = cr.Network(
        *layers, loss=cr.SoftmaxCrossEntropy(), inputs=(6,), engine="native", dtype=dtype
    )
    ours, key, c = objective(net), np.array([0, 3]), np.full(len(X), 1 / len(X), dtype)
    _, g, _ = ours(net.theta, batch(net, slice(0, 4096), c), key, {})
    parts = []
    for k in range(64):
        rows = slice(64 * k, 64 * (k + 1))
        parts.append(ours(net.theta, batch(net, rows, c[rows]), key, {})[1])
    assert np.array_equal(tree(parts), g)


@pytest.mark.parametrize("engine", ["reference", pytest.param("native", marks=needs_native)])
def test_a_step_of_many_rows_is_the_sum_of_steps_that_do_not_move(engine):
    """Full-batch descent by fit, and the same by hand from the gradients of small parts."""
    net, by_hand = network(engine=engine), network(engine="reference")
    net.fit(X, Y, optimizer=cr.SGD(0.1), batch_size=None, epochs=1, verbose=0)
    ours, key, c = objective(by_hand), np.array([0, 0]), np.full(len(X), 1 / len(X))
    g = 0
    for k in range(32):
        rows = slice(128 * k, 128 * (k + 1))
        g = (
            g
            + ours(
                by_hand.theta,
                batch(by_hand, rows, c[rows]) | ({} if k == 0 else {"lam": 0.0}),
                key,
                {},
            )[1]
        )
    assert net.theta == pytest.approx(by_hand.theta - 0.1 * g, rel=1e-10, abs=1e-13)


def test_rows_that_meet_before_the_loss_stay_together():
    net = network(cr.BatchNorm())
    ours, key, c = objective(net), np.array([0, 3]), np.full(len(X), 1 / len(X))
    inputs = batch(net, slice(0, 4096), c) | {"N": np.float64(4096)}
    assert not ours.alone
    assert np.array_equal(
        ours(net.theta, inputs, key, {})[1],
        ours.engine.loss_and_grad(net.theta, ours.inputs(net.theta, inputs, key), [slice(0, 4096)])[
            1
        ],
    )


# ---------------------------------------------------------------- memory


def wide(engine):
    """Much to keep for a row, little for a parameter."""
    layers = [cr.Tanh(), cr.Softsign()] * 8
    return cr.Network(
        *layers, cr.Dense(2), loss=cr.SoftmaxCrossEntropy(), inputs=(256,), engine=engine, threads=1
    )


def test_peak_of_4096_rows_in_the_reference_engine():
    net, peaks = wide("reference"), {}
    x, y = (
        rng.normal(size=(4096, 256)).astype(np.float32),
        rng.integers(0, 2, 4096).astype(np.int32),
    )
    net.build(x[:1], y[:1])
    ours = ProgramObjective(net.programs.train)
    for rows in (256, 4096):
        given = {"x": x[:rows], "y": y[:rows], "c": np.full(rows, 1 / rows, np.float32)}
        tracemalloc.start()
        ours(net.theta, given, np.zeros(2, int), {})
        peaks[rows] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[256] > 16 * 256 * 256 * 4  # the values of a layer are in it
    assert peaks[4096] <= 1.3 * peaks[256]


PEAK = """
import numpy as np
import chainrule as cr
X, y = np.zeros((4096, 64), np.float32), np.zeros(4096, np.int32)
layers = cr.Dense(256), cr.Tanh(), cr.Dense(256), cr.Tanh(), cr.Dense(2)
net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), engine="native", threads=1)
net.fit(X, y, batch_size={rows}, epochs=1, verbose=0)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@needs_native
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc"
)
def test_peak_of_a_process_with_4096_rows_in_the_native_engine():
    """The same data in both, so what is compared is the rest."""
    path = os.pathsep.join([str(Path(cr.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    peaks = [
        int(
            subprocess.check_output(
                [sys.executable, "-c", PEAK.format(rows=rows)],
                env={**os.environ, "PYTHONPATH": path},
            )
        )
        for rows in (256, 4096)
    ]
    assert peaks[1] <= 1.3 * peaks[0]


@needs_native
def test_a_plan_does_not_grow_with_rows_beyond_a_wave():
    net = wide("native")
    net.build(np.zeros((1, 256)), np.zeros(1, int))
    program = net.programs.train
    wrt = [p.value for p in program.parameters]
    small, large = (Native(program, rows, "float32", wrt=wrt).memory for rows in (4096, 16384))
    assert large <= 1.01 * small
