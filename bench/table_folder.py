"""Peak memory and time of a TableRegressor that learns from a Parquet folder.

    python bench/table_folder.py             # 5,000,000 rows, 10 columns
    python bench/table_folder.py 1000000

Memory that belongs to files on disk is not counted: the system takes it back when it needs it.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from chainrule.estimators import TableRegressor

FILES, COLUMNS = 10, 10


def write(folder, rows):
    """Write a folder of numbers, words, dates and missing cells, about 40 bytes a row."""
    for k in range(FILES):
        rng, n = np.random.default_rng(k), rows // FILES
        numbers = {f"x{j}": rng.normal(size=n).astype(np.float32) for j in range(4)}
        town = rng.choice(["Oslo", "Rome", "Bonn", "Lima"], n)
        table = {
            **numbers,
            "age": pa.array(rng.integers(0, 90, n), pa.int16(), mask=rng.random(n) < 0.05),
            "town": pa.array(town).dictionary_encode(),
            "shop": pa.array(rng.zipf(1.5, n) % 300).cast(pa.string()),
            "day": np.datetime64("2020-01-01") + rng.integers(0, 1500, n),
            "promo": rng.random(n) < 0.3,
            "price": numbers["x0"] + (town == "Rome") + 0.3 * rng.normal(size=n),
        }
        parquet.write_table(pa.table(table), Path(folder) / f"{k}.parquet")


class Peak:
    """The most memory of the process that belongs to no file, in MB, since the beginning."""

    def __init__(self):
        self.start = self.most = self.now()
        threading.Thread(target=self._watch, daemon=True).start()

    def now(self):
        status = Path("/proc/self/status").read_text()
        return int(status.partition("RssAnon:")[2].split()[0]) / 1024

    def _watch(self):
        while True:
            self.most = max(self.most, self.now())
            time.sleep(0.01)


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        write(folder, rows)
        TableRegressor(max_iter=1, n_estimators=1).fit({"x": range(100)}, list(range(100)))
        peak, begin = Peak(), time.perf_counter()
        settings = {"hidden_layer_sizes": (16,), "n_estimators": 1, "max_iter": 2}
        model = TableRegressor(**settings, random_state=0, verbose=1).fit(folder, "price")
        took, most = time.perf_counter() - begin, peak.most - peak.start
        score = model.score(folder, "price")
    print(f"{rows:,} rows, {COLUMNS} columns: {took:.1f} s, {most:.0f} MB over the start")
    print(f"R2 {score:.4f}; with score {peak.most - peak.start:.0f} MB over the start")


if __name__ == "__main__":
    main()
