"""Parquet folders for tests, and the same rows as a dict of Python's objects."""

import datetime
import decimal
import zoneinfo

import numpy as np
import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("sklearn", minversion="1.6")

import pyarrow as pa
from pyarrow import parquet

from chainrule.estimators.tables.folder import FolderTable

RNG = np.random.default_rng(0)
N = 90
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
DAY = datetime.datetime(2021, 3, 1, 7, 30, tzinfo=OSLO)


def some(make):
    """Return N cells; every eleventh is missing."""
    return [None if k % 11 == 5 else make(k) for k in range(N)]


COLUMNS = {
    "size": pa.array(RNG.normal(size=N)),
    "age": pa.array(some(lambda k: k * k % 90), pa.int16()),
    "cost": pa.array(some(lambda k: decimal.Decimal(k * 7919).scaleb(-2)), pa.decimal128(10, 2)),
    "town": pa.array(some(lambda k: ["Oslo", "Rome ", "Bonn"][k % 3])).dictionary_encode(),
    "code": pa.array([f"c{k % 23}" if k % 23 else "n/a" for k in range(N)]),
    "day": pa.array(some(lambda k: datetime.date(2020, 1, 1) + datetime.timedelta(k))),
    "time": pa.array(
        [DAY + datetime.timedelta(hours=k) for k in range(N)], pa.timestamp("us", "Europe/Oslo")
    ),
    "open": pa.array(some(lambda k: k % 4 == 0)),
    "text": pa.array([f"{k / 4}" for k in range(N)]),
    "wait": pa.array(some(lambda k: datetime.timedelta(hours=k)), pa.duration("us")),
    "none": pa.nulls(N),
    "price": pa.array([100 + k % 7 + (k % 3 == 1) * 3.5 for k in range(N)]),
    "kind": pa.array([["dear", "cheap", None, "cheap"][k % 4] for k in range(N)]),
    "w": pa.array([float(k % 3) for k in range(N)]),
}
OBJECTS = {}
for column, cells in COLUMNS.items():
    OBJECTS[column] = np.empty(N, object)
    OBJECTS[column][:] = cells.to_pylist()


def written(folder, columns=COLUMNS, ends=(40, 41, 90)):
    """Write a folder with a file for each end."""
    table, begin = pa.table(columns), 0
    for k, end in enumerate(ends):
        parquet.write_table(table.slice(begin, end - begin), folder / f"{k}.parquet")
        begin = end
    return str(folder)


def opened(folder, *names, **columns):
    """Return the FolderTable of some of the columns above, or of others."""
    return FolderTable.open(written(folder, {n: COLUMNS[n] for n in names} | columns))
