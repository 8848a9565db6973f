"""How the engine grows: batches, threads, layers, and rows of a large file.

    python bench/growth.py [batches] [threads] [layers] [gather] [--quick] [--json]

batches: time for each row, from batch 1 to 4,096. threads: speed of 1 to 8 threads on two cores,
against one thread. layers: time and memory of a plan, from 10 to 1,000 layers. gather: rows a
second from a memory map of 2 GB of uint8 pixels, against the same network on rows in memory; the
file is made in a temporary folder and removed. `growth` stands for the first three. All sizes of a
table take turns; numbers are medians.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
from functools import cache, partial
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from peers_turns import processors

import chainrule as cr
from chainrule.engines.native import Native

BATCHES = (1, 4, 16, 64, 256, 1024, 4096)
THREADS, THREAD_BATCHES = (1, 2, 3, 4, 8), (32, 128)
LAYERS, UNITS = (10, 30, 100, 300, 1000), 32
FILE_BYTES, PIXELS, BATCH = 2_000_000_000, 784, 128
PARTS = ("batches", "threads", "layers", "gather")
LEAST = 0.9  # of the speed of one thread


def dense(*sizes):
    layers = [layer for units in sizes[1:] for layer in (cr.Dense(units), cr.ReLU())][:-1]
    return layers, sizes[:1]


def lenet():
    layers = [cr.Conv2D(6, kernel=5, padding="same"), cr.ReLU(), cr.MaxPool2D(2)]
    layers += [cr.Conv2D(16, kernel=5), cr.ReLU(), cr.MaxPool2D(2), cr.Flatten()]
    return [*layers, *dense(400, 120, 84, 10)[0]], (28, 28, 1)


NETWORKS = {
    "64-100-10": lambda: dense(64, 100, 10),
    "784-512-512-10": lambda: dense(784, 512, 512, 10),
    "LeNet-5": lenet,
}


def network(name, threads):
    layers, inputs = NETWORKS[name]()
    loss = cr.SoftmaxCrossEntropy()
    return cr.Network(*layers, loss=loss, inputs=inputs, seed=0, threads=threads)


@contextlib.contextmanager
def pinned(cores):
    """Run on so many cores of the process."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors(cores))
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


def turns(functions, repeats):
    """Return {key: median of what its function returns}; they take turns."""
    for function in functions.values():
        function()
    found = {key: [] for key in functions}
    for _ in range(repeats):
        for key, function in functions.items():
            found[key].append(function())
    return {key: median(times) for key, times in found.items()}


@cache
def rows(name):
    """Return rows and labels of the largest batch."""
    rng, (_, inputs) = np.random.default_rng(0), NETWORKS[name]()
    return rng.random((BATCHES[-1], *inputs), np.float32), rng.integers(0, 10, BATCHES[-1])


def fit_time(name, batch, threads, seconds):
    """Return a function that trains for about so many seconds: the time for each row."""
    net, (X, y) = network(name, threads), rows(name)

    def fit(count, epochs):
        begin = perf_counter()
        net.fit(X[:count], y[:count], batch_size=batch, epochs=epochs, verbose=0)
        return (perf_counter() - begin) / (epochs * count)

    fit(batch, 1)
    count = int(seconds / fit(batch, 3)) // batch * batch
    count = min(max(count, batch), len(X))
    epochs = max(1, round(seconds / (fit(count, 1) * count)))
    return lambda: fit(count, epochs)


def batches(quick):
    """Return the time for each row, by network, cores and batch."""
    found = {}
    for name in NETWORKS:
        for cores in (1, 2):
            with pinned(cores):
                runs = {b: fit_time(name, b, cores, 0.01 if quick else 0.05) for b in BATCHES}
                found[f"{name}, {cores}"] = turns(runs, 3 if quick else 7)
    return found


def threads(quick):
    """Return how fast more threads are on two cores, against one thread."""
    found = {}
    with pinned(2):
        for name in NETWORKS:
            for batch in THREAD_BATCHES:
                runs = {t: fit_time(name, batch, t, 0.01 if quick else 0.05) for t in THREADS}
                times = turns(runs, 3 if quick else 9)
                found[f"{name}, {batch}"] = {t: times[1] / time for t, time in times.items()}
    return found


def layers(quick):
    """Return seconds and bytes of the plan of so many dense layers, made for batches of 32."""
    found = {}
    with pinned(1):
        for count in LAYERS:
            stack, inputs = dense(*[UNITS] * (count + 1))
            net = cr.Network(*stack, loss=cr.SquaredError(), inputs=inputs)
            program = net.programs.train
            parameters = [p.value for p in program.parameters]

            def plan(program=program, parameters=parameters):
                begin = perf_counter()
                made = Native(program, 32, np.float32, wrt=parameters)
                return perf_counter() - begin, made.memory

            plan()
            answers = [plan() for _ in range(3 if quick else 9)]
            found[count] = {"seconds": median(s for s, _ in answers), "bytes": answers[0][1]}
    return found


def pixels_file(folder, bytes_):
    """Write a file of random uint8 numbers, and return it as a memory map."""
    rows = bytes_ // PIXELS
    path, rng = Path(folder) / "pixels.npy", np.random.default_rng(0)
    X = np.lib.format.open_memmap(path, "w+", np.uint8, (rows, PIXELS))
    part = rng.integers(
        1, 5, (min(rows, 100_000), PIXELS), np.uint8
    )  # small: nothing needs scaling
    for begin in range(0, rows, len(part)):
        X[begin : begin + len(part)] = part[: rows - begin]
    X.flush()
    del X
    return np.load(path, mmap_mode="r")


def epoch_time(net, X, y, order, epochs):
    """Return the time for each row of an epoch in this order, without the start of the fit."""
    ends = []
    net.fit(
        X,
        y,
        batch_size=BATCH,
        epochs=epochs + 1,
        order=lambda epoch, _: order[epoch % len(order)],
        callbacks=[lambda _: ends.append(perf_counter())],
        verbose=0,
    )
    return (ends[-1] - ends[0]) / (epochs * len(order[0]))


def gather(quick):
    """Return rows a second from a memory map, and from rows in memory, by network and cores."""
    size, some = (FILE_BYTES // 10 if quick else FILE_BYTES), 8192
    stacks = {
        "LeNet-5": [cr.Reshape(28, 28, 1), *lenet()[0]],
        "784-100-10": dense(784, 100, 10)[0],
    }
    found, rng = {}, np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        far = pixels_file(folder, size)
        y = rng.integers(0, 10, len(far)).astype(np.int32)
        near, labels = np.array(far[:some]), y[:some].copy()
        orders = [rng.integers(0, len(far), some) for _ in range(8)]
        shuffled = [rng.permutation(some) for _ in range(8)]
        for name, stack in stacks.items():
            for cores in (1, 2):
                loss = cr.SoftmaxCrossEntropy()
                nets = [
                    cr.Network(*stack, loss=loss, inputs=(PIXELS,), seed=0, threads=cores)
                    for _ in range(2)
                ]
                epochs = 1 if quick else 3
                sides = {
                    "map": (nets[0], far, y, orders),
                    "memory": (nets[1], near, labels, shuffled),
                }
                runs = {k: partial(epoch_time, *side, epochs) for k, side in sides.items()}
                with pinned(cores):
                    times = turns(runs, 3 if quick else 5)
                found[f"{name}, {cores}"] = {k: 1 / t for k, t in times.items()}
        del far, sides, runs  # the file is open no more
    return found | {"bytes": size}


def printed(part, found):
    """Print one table."""
    print(f"\n{part}")
    if part == "batches":
        print("time for each row, µs".ljust(26), *(f"{b:>8}" for b in BATCHES))
        for name, times in found.items():
            print(f"{name} core(s)".ljust(26), *(f"{1e6 * t:8.2f}" for t in times.values()))
    if part == "threads":
        print("network, batch".ljust(26), *(f"{t:>6}" for t in THREADS))
        for name, speeds in found.items():
            note = "" if min(speeds.values()) >= LEAST else f"  below {LEAST}"
            print(name.ljust(26), *(f"{s:6.2f}" for s in speeds.values()), note)
    if part == "layers":
        for count, one in found.items():
            each = f"{1e6 * one['seconds'] / count:.1f} µs and {one['bytes'] / count / 1e3:.1f} kB"
            print(f"{count:5} layers: {1e3 * one['seconds']:8.2f} ms, each {each}")
    if part == "gather":
        for name, rates in found.items():
            if name != "bytes":
                ratio = rates["map"] / rates["memory"]
                print(
                    f"{name} core(s)".ljust(26),
                    f"{rates['map']:10,.0f} rows/s from the map, "
                    f"{rates['memory']:10,.0f} from memory, ratio {ratio:.3f}",
                )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, "growth", []], metavar="PART")
    parser.add_argument("--quick", action="store_true", help="few, short turns")
    parser.add_argument("--json", action="store_true", help="print JSON to stdout")
    options = parser.parse_args()
    wanted = [p for p in PARTS if not options.parts or p in options.parts]
    if "growth" in options.parts:
        wanted = [p for p in PARTS if p in (*PARTS[:3], *options.parts)]
    found = {}
    for part in wanted:
        print(f"  {part} ...", file=sys.stderr, flush=True)
        found[part] = globals()[part](options.quick)
        if not options.json:
            printed(part, found[part])
    if options.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
