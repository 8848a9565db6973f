"""What recording a run costs, and how soon any of its steps is there again.

    CHAINRULE_DATA=... python bench/recording.py [cost] [reach] [budget]

cost     seconds of fit with a Record, in memory and to a file, over seconds of fit without: pairs
         of rounds in turn, one pinned core, ratio of the medians
reach    size of the file, and the time until a random step is there: median, and the longest of 40
budget   the same for 2,000 epochs of digits with budgets from 0.2 MB on
"""

import os
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import numpy as np
from sklearn.datasets import load_digits

import chainrule as cr

ROUNDS, STEPS = 5, 40
FOLDER = Path(tempfile.mkdtemp())


def digits():
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype(np.float32)
    net = cr.Network(cr.Dense(100), cr.ReLU(), cr.Dense(10), loss=cr.SoftmaxCrossEntropy())
    return net, x, y


def images(rows):
    x, y, *_ = cr.datasets.mnist()
    return (x[:rows] / np.float32(255)), y[:rows]


def mlp():
    x, y = images(12_800)
    layers = cr.Dense(512), cr.ReLU(), cr.Dense(512), cr.ReLU(), cr.Dense(10)
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy())
    return net, x.reshape(len(x), -1), y


def lenet(rows=12_800):
    x, y = images(rows)
    net = cr.Network(
        *(cr.Conv2D(6, kernel=5, padding="same"), cr.Tanh(), cr.AveragePool2D(2)),
        *(cr.Conv2D(16, kernel=5), cr.Tanh(), cr.AveragePool2D(2), cr.Flatten()),
        *(cr.Dense(120), cr.Tanh(), cr.Dense(84), cr.Tanh(), cr.Dense(10)),
        loss=cr.SoftmaxCrossEntropy(),
    )
    return net, x, y


WORK = {
    "digits 64-100-10, b32": (digits, {"epochs": 2000, "batch_size": 32}),
    "784-512-512-10, b128": (mlp, {"epochs": 24, "batch_size": 128}),
    "LeNet-5, b128": (lenet, {"epochs": 8, "batch_size": 128}),
    "XOR, 4 rows": (
        lambda: (
            cr.Network(cr.Dense(2), cr.Tanh(), cr.Dense(1), loss=cr.SigmoidCrossEntropy()),
            *cr.datasets.xor(),
        ),
        {"epochs": 3_000_000, "batch_size": None},
    ),
}


def seconds(make, options, callbacks):
    """Return wall and processor seconds of one fit of a new network."""
    net, x, y = make
    net = net.twin()
    begin = perf_counter(), process_time()
    net.fit(x, y, verbose=0, callbacks=callbacks, **options)
    return perf_counter() - begin[0], process_time() - begin[1]


def cost():
    """Print what recording costs."""
    kinds = {
        "without": list,
        "in memory": lambda: [cr.Record()],
        "to a file": lambda: [cr.Record(FOLDER / "run.safetensors")],
    }
    for name, (make, options) in WORK.items():
        made, took = make(), {kind: [] for kind in kinds}
        for _ in range(ROUNDS):
            for kind, callbacks in kinds.items():
                took[kind].append(seconds(made, options, callbacks()))
        print(f"{name}: {median(t for t, _ in took['without']):.2f} s without")
        for kind in list(kinds)[1:]:
            ratios = [
                median(t[k] for t in took[kind]) / median(t[k] for t in took["without"])
                for k in (0, 1)
            ]
            pairs = median(a[1] / b[1] for a, b in zip(took[kind], took["without"], strict=True))
            print(
                f"  {kind}: {ratios[0]:.3f} of the time, {ratios[1]:.3f} of the processor's, "
                f"{pairs:.3f} in the median pair"
            )


def reached(run):
    """Return the seconds until each of some random steps is there; every visit is a new one."""
    rng, took = np.random.default_rng(0), []
    run.at(step=run.first)  # the engine's plan is made once
    for step in rng.integers(run.first, run.last, STEPS):
        fresh = cr.Recording(run.recorded)
        _ = fresh.at(step=run.first).theta
        begin = perf_counter()
        _ = fresh.at(step=int(step)).theta
        took.append(perf_counter() - begin)
    return f"{1000 * median(took):.1f} ms, at most {1000 * max(took):.1f} ms"


def reach():
    """Print the size of files and the time to reach a step."""
    for name, make, options in (
        ("digits 64-100-10, 50 epochs", digits, {"epochs": 50}),
        (
            "LeNet-5, 2 epochs of MNIST without a budget",
            lambda: lenet(60_000),
            {"epochs": 2, "batch_size": 128, "budget": None},
        ),
        ("LeNet-5, 20 epochs of MNIST", lambda: lenet(60_000), {"epochs": 20, "batch_size": 128}),
    ):
        net, x, y = make()
        path = FOLDER / "run.safetensors"
        begin = perf_counter()
        run = net.record(x, y, path=path, verbose=0, **options)
        took = perf_counter() - begin
        size = path.stat().st_size / 1e6
        print(f"{name}: {took:.1f} s, {run.last:,} steps, {size:.2f} MB, {run.storage()}")
        print(f"  a random step: {reached(run)}; from the file: ", end="")
        print(reached(cr.Recording.load(path, x, y)))


def budget():
    """Print the time to reach a step for some budgets."""
    for limit in (0.2e6, 0.5e6, 1e6, 2e6, 5e6, 20e6, None):
        net, x, y = digits()
        run = net.record(x, y, epochs=2000, budget=limit, verbose=0)
        shown = "none" if limit is None else f"{limit / 1e6:g} MB"
        print(f"budget {shown}: {len(run.recorded.snapshots)} snapshots, {reached(run)}")


if __name__ == "__main__":
    for part in sys.argv[1:] or ("cost", "reach", "budget"):
        {"cost": cost, "reach": reach, "budget": budget}[part]()
