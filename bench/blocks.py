"""Measure predictions by Dask and Ray beside one call in memory.

    python bench/blocks.py                    # 200,000 rows of 784 numbers
    python bench/blocks.py --rows 50000

In memory, on Dask's threads, on two Dask workers, and on Ray from Parquet; what is not installed
is left out. Seconds are the least of three. All answers must have equal bits.
"""

import argparse
import logging
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np

import chainrule as cr

BLOCK = 10_000  # rows


def least(call, repeats=3):
    """Return the least seconds of some calls, and what the last one returned."""
    seconds = []
    for _ in range(repeats):
        begin = perf_counter()
        found = call()
        seconds.append(perf_counter() - begin)
    return min(seconds), found


def say(name, seconds, found, expected, more=""):
    if found.tobytes() != expected.tobytes():
        raise SystemExit(f"{name}: other bits")
    print(f"{name:32} {seconds:6.2f} s  {len(found) / seconds:12,.0f} rows/s{more}", flush=True)


def on_dask(net, X, expected):
    import dask.array as da

    def answers(given):
        return given.map_blocks(
            net.predict, dtype=np.float32, chunks=(given.chunks[0], expected.shape[1:])
        )

    blocks = da.from_array(X, chunks=(BLOCK, X.shape[1]))
    made = answers(blocks)
    say("Dask, one thread", *least(lambda: made.compute(scheduler="sync")), expected)
    say("Dask, threads", *least(lambda: made.compute(scheduler="threads")), expected)
    if find_spec("distributed") is None:
        return
    from distributed import Client, LocalCluster

    options = {"dashboard_address": None, "silence_logs": logging.ERROR, "host": "127.0.0.1"}
    with LocalCluster(n_workers=2, threads_per_worker=1, **options) as cluster, Client(cluster):
        there = answers(blocks.persist())
        say("Dask, two workers, rows there", *least(there.compute), expected)
        say("Dask, two workers, rows here", *least(made.compute), expected)


def on_ray(net, X, expected, place):
    import pyarrow as pa
    import ray
    from pyarrow import parquet

    for k, begin in enumerate(range(0, len(X), BLOCK)):
        rows = X[begin : begin + BLOCK]
        pixels = pa.FixedShapeTensorArray.from_numpy_ndarray(rows)
        table = pa.table({"row": np.arange(begin, begin + len(rows)), "x": pixels})
        parquet.write_table(table, place / f"{k:04}.parquet")

    def answer(batch):
        return {"row": batch["row"], "p": net.predict(batch["x"])}

    def all_rows(data, name):
        parts = list(data.iter_batches(batch_size=None))
        order = np.argsort(np.concatenate([part["row"] for part in parts]))
        return np.concatenate([np.stack(part[name]) for part in parts])[order]

    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # keeps it off the other interfaces
    quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": logging.ERROR}
    ray.init(address="local", num_cpus=2, _node_ip_address="127.0.0.1", **quiet)
    try:
        ray.data.DataContext.get_current().enable_progress_bars = False
        data = ray.data.read_parquet(str(place))
        reading, _ = least(lambda: sum(1 for _ in data.iter_batches(batch_size=BLOCK)))
        seconds, found = least(lambda: all_rows(data.map_batches(answer, batch_size=BLOCK), "p"))
        say("Ray, from Parquet", seconds, found, expected, f"  ({reading:.2f} s of it reading)")
    finally:
        ray.shutdown()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    X = np.random.default_rng(0).standard_normal((rows, 784), dtype=np.float32)
    layers = cr.Dense(100), cr.ReLU(), cr.Dense(10)
    net = cr.Network(*layers, loss=cr.SoftmaxCrossEntropy(), inputs=(784,))
    seconds, expected = least(lambda: net.predict(X))
    say("in memory, one call", seconds, expected, expected)
    if find_spec("dask") is not None:
        on_dask(net, X, expected)
    if find_spec("ray") is not None and find_spec("pyarrow") is not None:
        with tempfile.TemporaryDirectory() as place:
            on_ray(net, X, expected, Path(place))


if __name__ == "__main__":
    main()
