"""Rows of three classes in a folder of Parquet files, and the same rows as arrays."""

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(53, 3))
Y = (X @ RNG.normal(size=(3, 3))).argmax(axis=1)
W = RNG.uniform(0.5, 2, 53)
NAMES = ["a", "b", "c"]


def write(folder, **columns):
    """Write 53 rows into three files; further columns replace or follow those of X, Y and W."""
    table = {**dict(zip(NAMES, X.T, strict=True)), "class": Y, "weight": W, **columns}
    for k, (begin, end) in enumerate(((0, 20), (20, 21), (21, 53))):
        part = {name: column[begin:end] for name, column in table.items()}
        parquet.write_table(pa.table(part), folder / f"part-{k}.parquet", row_group_size=9)
    return folder
