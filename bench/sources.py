"""An epoch from Parquet, a memory map and sources of one's own, against arrays in memory.

    python bench/sources.py                      # 10 million rows of 20 columns
    python bench/sources.py --rows 1000000 --rounds 5

Every source gives the same rows, and every network ends with the same bits. Epochs are timed from
the second one on, in turn, so that all see the same machine. The data are made in a temporary
folder, which needs 200 bytes for each row.
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

COLUMNS, BATCH, UNITS, FILES = 20, 1024, 100, 8
ARRAYS = "arrays in memory"


def make(folder, rows):
    """Write the rows as .npy files and as a folder of Parquet files."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    names = [f"c{k}" for k in range(COLUMNS)]
    X = np.lib.format.open_memmap(folder / "X.npy", "w+", np.float32, (rows, COLUMNS))
    y = np.lib.format.open_memmap(folder / "y.npy", "w+", np.float32, (rows,))
    (folder / "parquet").mkdir()
    for k in range(FILES):
        begin, end = rows * k // FILES, rows * (k + 1) // FILES
        part = np.random.default_rng(k).normal(size=(end - begin, COLUMNS)).astype(np.float32)
        target = part[:, 0] * part[:, 1] + part[:, 2]
        X[begin:end], y[begin:end] = part, target
        table = dict(zip(names, part.T, strict=True)) | {"y": target}
        parquet.write_table(pa.table(table), folder / "parquet" / f"part-{k}.parquet")
    return names


def sources(folder):
    """Return what is given to `fit`, by name."""
    import numpy as np

    import chainrule as cr

    class Fancy:
        """A source of one's own, as one writes it first."""

        def __init__(self, X, y):
            self.X, self.y = X, y

        def __len__(self):
            return len(self.X)

        def rows(self, indices):
            return self.X[indices], self.y[indices]

    class Taken(Fancy):
        def rows(self, indices):
            return self.X.take(indices, axis=0), self.y.take(indices)

    X, y = np.load(folder / "X.npy"), np.load(folder / "y.npy")
    mapped = [np.load(folder / f"{name}.npy", mmap_mode="r") for name in "Xy"]
    names = [f"c{k}" for k in range(COLUMNS)]
    return {
        ARRAYS: (X, y),
        "Parquet": (cr.datasets.Parquet(folder / "parquet", x=names, y="y"),),
        "memory map": tuple(mapped),
        "own source, X.take": (Taken(X, y),),
        "own source, X[indices]": (Fancy(X, y),),
        "Shards": (cr.datasets.Shards(folder, x="X.npy", y="y.npy"),),
    }


def measure(folder, rounds, pinned):
    """Time epochs in this process, and print the medians as JSON."""
    if pinned:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import chainrule as cr

    given, nets, seconds, first = sources(folder), {}, {}, {}
    for turn in range(rounds + 1):
        for name, data in given.items():
            if name not in nets:
                layers = cr.Dense(UNITS), cr.ReLU(), cr.Dense(1)
                nets[name] = cr.Network(*layers, loss=cr.SquaredError(), seed=0)
            begin = perf_counter()
            nets[name].fit(*data, batch_size=BATCH, epochs=1, optimizer=cr.Adam(), verbose=0)
            took = perf_counter() - begin
            if turn:
                seconds.setdefault(name, []).append(took)
            else:
                first[name] = took
    bits = {hashlib.sha256(net.theta.tobytes()).hexdigest() for net in nets.values()}
    assert len(bits) == 1, "the networks differ"
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    print(json.dumps({"medians": medians, "first": first}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--pinned", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        measure(Path(options.inside), options.rounds, options.pinned)
        return
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), options.rows)
        for pinned in (False, True):
            if pinned and not hasattr(os, "sched_setaffinity"):
                continue
            command = [sys.executable, __file__, "--inside", folder]
            command += ["--rounds", str(options.rounds)] + ["--pinned"] * pinned
            answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
            found = json.loads(answer)
            title = "one core" if pinned else "as it is by default"
            print(f"{options.rows:,} rows, {title}")
            print(f"{'':24}  epoch  ratio  first epoch")
            for name, median in found["medians"].items():
                ratio = median / found["medians"][ARRAYS]
                print(f"{name:24} {median:5.2f} s  {ratio:5.2f}  {found['first'][name]:9.2f} s")


if __name__ == "__main__":
    main()
