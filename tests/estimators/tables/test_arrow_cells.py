"""Columns of Parquet files become the cells that Python's objects become."""

import datetime

import numpy as np
import pytest

pytest.importorskip("pyarrow")

from tests.estimators.tables.folder_cases import COLUMNS, OBJECTS, N, pa

from chainrule.errors import DataError
from chainrule.estimators.tables.arrow_cells import cells_of, kind_of
from chainrule.estimators.tables.cells import plain

OTHERS = {
    "halves": pa.array([1.5, None, 3], pa.float16()),
    "large": pa.array([2**63 + 2**11, None], pa.uint64()),
    "bytes": pa.array([b"a", None, b"\xff"]),
    "long": pa.array(["a", None], pa.large_string()),
    "clock": pa.array([datetime.time(7, 30), None, datetime.time(8)]),
    "wide decimals": pa.array([None, 10**20 + 1, 7], pa.decimal128(30, 5)),
    "coded numbers": pa.array([3, 1, None, 3]).dictionary_encode(),
    "days of 64 bits": pa.array([datetime.date(1960, 1, 2), None], pa.date64()),
    "seconds": pa.array([datetime.datetime(1950, 1, 1, 1), None], pa.timestamp("s")),
    "slices": pa.array([f"w{k}" for k in range(9)]).slice(3, 4),
    "sliced decimals": COLUMNS["cost"].slice(7, 20),
}


def same(a, b):
    assert a.dtype == b.dtype
    if a.dtype.kind == "O":
        assert a.tolist() == b.tolist()
    else:
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", COLUMNS)
def test_cells_are_those_of_python_objects(name):
    same(cells_of(name, COLUMNS[name]), plain(name, OBJECTS[name]))
    assert len(cells_of(name, COLUMNS[name])) == N


@pytest.mark.parametrize("name", OTHERS)
def test_other_types_are_read_as_python_objects(name):
    values = np.empty(len(OTHERS[name]), object)
    values[:] = OTHERS[name].to_pylist()
    same(cells_of(name, OTHERS[name]), plain(name, values))


def test_a_part_of_empty_cells_keeps_the_kind_of_its_column():
    for kind, dtype in ((pa.int8(), "f8"), (pa.decimal128(40 - 10, 2), "f8"), (pa.string(), "O")):
        assert cells_of("a", pa.nulls(3, kind)).dtype == dtype
    assert np.isnat(cells_of("a", pa.nulls(3, pa.date32()))).all()


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.int8()), pa.struct([("a", pa.int8())]), pa.map_(pa.string(), pa.int8())]
)
def test_cells_with_parts_are_refused(kind):
    with pytest.raises(DataError, match=r"column tags: expected numbers, words or dates, got.*"):
        kind_of("tags", kind)


def test_days_beyond_the_calendar_are_refused():
    far = pa.array([2**40], pa.timestamp("s"))
    with pytest.raises(DataError, match="from the year 1 to the year 9999"):
        cells_of("day", far)
