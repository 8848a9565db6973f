"""Measure `chainrule predict` on a folder of Parquet files: memory, and rows a second.

    python bench/predict_folder.py                               # 1 GB, 20 columns
    python bench/predict_folder.py --gigabytes 10
    python bench/predict_folder.py --columns 784 --units 100,100
    python bench/predict_folder.py --folder /large/disk          # where its data may lie

It makes the folder, predicts it by the command in a process of its own, reads it without
predicting, predicts a file of it in memory, and removes all it made. Memory is the peak of the
process above the peak of the same command on a file of one row, which is what Python, pyarrow and
the library take. Goals: at most 500 MB, and at least 0.7 of the rate of reading all and predicting
it in memory afterwards.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
from pyarrow import parquet

import chainrule as cr
from chainrule.datasets.parquet_files import ParquetFiles

FILE, GROUP = 256e6, 64e6  # bytes of numbers in a file, and in a group of rows
CHILD = """
import os, subprocess, sys, time
begin = time.perf_counter()
_, status, usage = os.wait4(subprocess.Popen([sys.executable, *sys.argv[1:]]).pid, 0)
print(time.perf_counter() - begin, usage.ru_maxrss, os.waitstatus_to_exitcode(status), flush=True)
"""
READ = """
import sys
from chainrule.datasets.parquet_files import ParquetFiles
print(sum(len(batch) for batch in ParquetFiles(sys.argv[1]).batches()))
"""


def make(folder, gigabytes, columns):
    """Write files of random numbers, and return their rows."""
    rows = max(1, int(FILE / 4 / columns))
    left = int(gigabytes * 1e9 / 4 / columns)
    folder.mkdir()
    for k in range(-(-left // rows)):
        rng, count = np.random.default_rng(k), min(rows, left - k * rows)
        numbers = rng.standard_normal((columns, count), dtype=np.float32)
        table = pa.table({f"x{j}": column for j, column in enumerate(numbers)})
        parquet.write_table(
            table, folder / f"{k:04}.parquet", row_group_size=int(GROUP / 4 / columns)
        )
    return left


def run(*command):
    """Run a command, and return its seconds and the peak of its memory in MB."""
    # A process begins with the peak of the one that starts it: so that is a small one.
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *command], stdout=subprocess.PIPE, text=True, check=True
    )
    seconds, peak, code = done.stdout.splitlines()[-1].split()
    if int(code):
        raise SystemExit(int(code))
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, else kilobytes
    return float(seconds), float(peak) / unit


def in_memory(net, path):
    """Return the rows a second of `net.predict`, for the rows of one file."""
    table = parquet.read_table(path)
    X = np.column_stack([column.to_numpy() for column in table.columns])
    net.predict(X[:1000])
    seconds = []
    for _ in range(3):
        begin = perf_counter()
        net.predict(X)
        seconds.append(perf_counter() - begin)
    return len(X) / min(seconds)


def measure(place, gigabytes, columns, units):
    layers = [layer for n in units for layer in (cr.Dense(n), cr.ReLU())]
    net = cr.Network(*layers, cr.Dense(10), loss=cr.SoftmaxCrossEntropy(), inputs=(columns,))
    model, data, one = place / "net.safetensors", place / "data", place / "one"
    net.save(model)
    rows = make(data, gigabytes, columns)
    one.mkdir()
    parquet.write_table(parquet.read_table(data / "0000.parquet")[:1], one / "one.parquet")
    command = "-m", "chainrule", "predict", str(model)
    start, base = run(*command, str(one), "--output", str(place / "first"))
    begin_reading, _ = run("-c", READ, str(one))
    seconds, peak = run(*command, str(data), "--output", str(place / "out"))
    reading, peak_reading = run("-c", READ, str(data))
    if len(ParquetFiles(place / "out")) != rows:
        raise SystemExit("rows are missing")
    rate, reads = rows / (seconds - start), rows / (reading - begin_reading)
    memory = in_memory(net, data / "0000.parquet")
    print(f"{gigabytes:g} GB, {rows:,} rows of {columns} numbers, units {units}")
    print(f"peak memory: {peak - base:.0f} MB over the start of {base:.0f} MB")
    print(f"the command: {rate:,.0f} rows/s, {rate * columns * 4 / 1e6:.0f} MB/s, {seconds:.1f} s")
    print(f"reading alone: {reads:,.0f} rows/s ({peak_reading:.0f} MB of memory in all)")
    print(f"in memory: {memory:,.0f} rows/s")
    both = 1 / (1 / memory + 1 / reads)
    print(f"of the rate in memory: {rate / memory:.2f}", end="; ")
    print(f"of reading and then predicting in memory: {rate / both:.2f} (goal: 0.70)")
    return peak - base <= 500 and rate >= 0.7 * both


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--units", default="100", help="units of the hidden layers")
    parser.add_argument("--folder", help="where its data may lie")
    given = parser.parse_args()
    units = tuple(map(int, given.units.split(",")))
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        good = measure(Path(place), given.gigabytes, given.columns, units)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
